"""A site that was put back from a backup meets its WMS again (H15, P69h).

The WMS knows more than the restored journal: what happened between the backup and the restore. Nobody is told anything
until it has said, for each subject, which event it knows last. Then the numbers go on from there, so that no id ever
means two things and no number is missing; nothing the WMS knows is sent again; and the site stops work on orders whose
latest story it has lost. Rows decided before the answer came are numbered anew once: nobody has seen them yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from edge.host.outbox import RESTORED, answered, cursor_of, hold_at, move_cursor, restored_at, told_up_to
from edge.model.states import ORDER_OPEN
from edge.processes.cancel import cancel_order
from edge.processes.changes import set_hold
from edge.processes.orders import order_row
from edge.processes.sendoff import leave_gate
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.store.backup import Facts
from edge.store.tables import counters, held, journal, meta, orders, parcels
from edge.store.tx import Reader, Tx

ROOM = 10**9
"""Each restored journal begins at the next multiple: no site writes so many rows between a backup and its restore, so
that a sequence number of the lost time is never given again."""
SERIALS = ("tracking", "sscc")
"""Counters whose numbers stand on parcels that have left."""
SPARE = 10_000
"""Parcels of a busy day: how far they go on when nobody knows how many were lost."""
SINCE = "restored_since"
"""The fact of how far the first of several backups went, when one was taken before the WMS had answered."""
ENDED = ("order.shipped", "order.cancelled", "order.rejected", "order.cancel_refused")
"""After these the WMS expects nothing more of an order: a cancel is refused only to one that has left."""
MOST_NAMED = 20
"""Documents that an exception names; all of them are in the journal."""
GAP = "exception.restored"
UNASKED = "exception.unasked"


@dataclass(frozen=True, slots=True)
class Known:
    """The last event of a subject that the WMS knows."""

    subject: str
    number: int
    seq: int
    kind: str = ""
    refused: bool = False


def begin(tx: Tx, lost: Facts | None) -> int:
    """Begin a new incarnation on a restored database and return it; `lost` is what the database before still says."""
    last = tx.seq
    incarnation = max(int(tx.get(meta, key="incarnation").value), lost.incarnation if lost else 0) + 1
    tx.change(meta, {"key": "incarnation"}, value=str(incarnation))
    for row in tx.rows(select(counters).where(counters.c.name.in_(SERIALS))):
        ahead = row.value + SPARE if lost is None else max(row.value, lost.counters.get(row.name, 0))
        tx.change(counters, {"name": row.name}, value=ahead)
    if not tx.change(meta, {"key": RESTORED}, value=str(last)):
        tx.insert(meta, key=RESTORED, value=str(last))
        tx.insert(meta, key=SINCE, value=str(last))
    tx.leap(-(-max(last, lost.seq if lost else 0, 1) // ROOM) * ROOM)
    tx.journal("site.restored", f"site/{tx.site.id}", incarnation=incarnation, last=last)
    return incarnation


def ask_after(reader: Reader, follower: str) -> int:
    """Return the journal row up to which the WMS was told everything: later ones are what it is asked about."""
    since = reader.get(meta, key=SINCE)
    return 0 if since is None else min(told_up_to(reader, follower), int(since.value))


def cannot_ask(tx: Tx, follower: str, error: str) -> None:
    """Tell a person that the WMS does not say what it knows, so that it is told nothing."""
    raise_trouble(tx, UNASKED, follower, error=error)


def settle(tx: Tx, follower: str, known: Sequence[Known]) -> None:
    """Go on from what the WMS knows; `known` are the subjects of which it knows an event after `ask_after`."""
    backup = restored_at(tx)
    if backup is None:
        return
    tx.leap(max((found.seq for found in known), default=0))
    places = _new_places(tx, follower, backup)
    lost = []
    for found in sorted(known, key=lambda found: found.subject):
        missing = _number_on(tx, found, backup)
        if missing:
            lost.append((found, missing))
        _pass_over(tx, follower, found, backup, places)
    for subject, seq in places.items():
        hold_at(tx, follower, subject, seq=seq)
    move_cursor(tx, follower, backup)
    tx.delete(meta, meta.c.key.in_((RESTORED, SINCE)))
    solve_trouble(tx, UNASKED, follower)
    documents = [f"{found.subject} ({found.number - missing} → {found.number})" for found, missing in lost]
    tx.journal("host.reconciled", f"site/{tx.site.id}", follower=follower, count=len(lost), documents=documents)
    if lost:
        raise_trouble(tx, GAP, f"site/{tx.site.id}", count=len(lost), documents=documents[:MOST_NAMED])
    _stop(tx, [found for found, _ in lost])


def _new_places(tx: Tx, follower: str, backup: int) -> dict[str, int]:
    """Return the first row of each subject that, by our own record, is new to the WMS and part of the backup."""
    rows = tx.rows(
        select(journal.c.subject, func.min(journal.c.seq).label("seq"))
        .where(journal.c.seq > cursor_of(tx, follower), journal.c.seq <= backup, journal.c.number.is_not(None))
        .group_by(journal.c.subject)
        .order_by(journal.c.subject)
    )
    behind = {row.subject for row in tx.all(held, follower=follower)}
    return {row.subject: row.seq for row in rows if row.subject not in behind}


def _number_on(tx: Tx, found: Known, backup: int) -> int:
    """Let a subject's numbers go on after the WMS's last one; return how many of its events are lost here."""
    told = min(found.seq, backup)
    told_before = (journal.c.subject == found.subject, journal.c.number.is_not(None), journal.c.seq <= told)
    ours = tx.value(select(func.max(journal.c.number)).where(*told_before))
    missing = found.number - max(ours or 0, tx.known_number(found.subject))
    if missing <= 0:
        return 0
    later = (journal.c.subject == found.subject, journal.c.seq > told, journal.c.number.is_not(None))
    tx.update(journal, *later, number=journal.c.number + missing)
    tx.know_number(found.subject, found.number)
    return missing


def _pass_over(tx: Tx, follower: str, found: Known, backup: int, places: dict[str, int]) -> None:
    """Put a subject's place behind what the WMS has taken; what it refused last stays, so that a person decides."""
    taken = min(found.seq - 1 if found.refused else found.seq, backup)
    kept = tx.get(held, follower=follower, subject=found.subject)
    if kept is not None and kept.seq > taken:
        return
    if kept is not None:
        tx.delete(held, held.c.follower == follower, held.c.subject == found.subject)
        answered(tx, follower, found.subject)
    of_subject = (journal.c.subject == found.subject, journal.c.number.is_not(None))
    first = tx.value(select(func.min(journal.c.seq)).where(*of_subject, journal.c.seq > taken, journal.c.seq <= backup))
    if first is None:
        places.pop(found.subject, None)
    else:
        places[found.subject] = first


def _stop(tx: Tx, lost: Sequence[Known]) -> None:
    """End orders here that have ended for the WMS; hold those whose latest story is lost until a person has looked.

    What stood at a gate when the backup was taken went through, or did not, in the lost time: it stands there no more.
    """
    found = {known.subject.removeprefix("order/"): known for known in lost if known.subject.startswith("order/")}
    rows = [row for row in (tx.get(orders, id=order_id) for order_id in found) if row and row.state in ORDER_OPEN]
    ended = [row.id for row in rows if found[row.id].kind in ENDED]
    for order_id in ended:
        tx.change(orders, {"id": order_id}, cancel_key=None)  # the WMS has its answer
    for row in rows:
        for load_id in dict.fromkeys(parcel.load_id for parcel in tx.all(parcels, order_id=row.id)):
            if load_id is not None:
                leave_gate(tx, load_id)
    for row in rows:
        if row.id in ended:
            cancel_order(tx, row.id, "order.ended_at_wms", outward=False)
        elif not row.hold and order_row(tx, row.id).state in ORDER_OPEN:
            set_hold(tx, [row.id], hold=True)
