"""A parcel's labels: what stands on them, which print is valid, and how a new one voids the one before (H65, F48).

Each print has an SSCC of its own, in its square code and its RFID tag. The carrier's number may stand on several prints
of a parcel; once it does, only the square code tells them apart, and the number alone proves nothing any more.
"""

from typing import Any

from sqlalchemy import func, select

from drivers.codes import epc, sscc, tracking
from edge.model.reasons import Refusal
from edge.model.states import LoadState, ParcelState
from edge.processes.cancel import leave_load
from edge.processes.codes import read
from edge.processes.orders import subject_of
from edge.processes.seats import Result, wrong
from edge.store.statement import Query, param
from edge.store.tables import loads, order_lines, orders, parcels, void_labels
from edge.store.tx import Reader, Tx

REPRINT_REASONS = ("not_printed", "unreadable", "damaged", "lost")
"""Why somebody wants another print; words in edge/model/phrases.py."""
SSCC_EXTENSION = 0
"""Extension digit of our labels' SSCC; the site's serial counter does not come near its end."""

_PIECES = (
    select(func.coalesce(func.sum(order_lines.c.picked), 0))
    .where(order_lines.c.order_id == parcels.c.order_id)
    .correlate(parcels)
    .scalar_subquery()
    .label("pieces")
)
_LABEL = Query(
    select(parcels, orders.c.order_key, orders.c.owner, orders.c.ship_to, orders.c.cutoff_at, _PIECES)
    .join(orders, orders.c.id == parcels.c.order_id)
    .where(parcels.c.id == param("id"), parcels.c.epc.is_not(None))
)


def new_number(tx: Tx) -> str:
    """Return a parcel number that no label bears yet."""
    return tracking.make(tx.next_number("tracking"))


def new_tag(tx: Tx) -> str:
    """Return the EPC of a label that is printed for the first time: its SSCC in hexadecimal."""
    prefix = tx.site.rules.company_prefix
    return epc.sscc_96(sscc.make(SSCC_EXTENSION, prefix, tx.next_number("sscc")), len(prefix))


def values_of(reader: Reader, parcel_id: str) -> tuple[Any, dict[str, str]] | None:
    """Return a parcel that has a label, and what stands on that by field (edge/labels/template.py), or None."""
    row: Any = reader.one(_LABEL, id=parcel_id)
    if row is None:
        return None
    return row, {
        "tracking": row.tracking,
        "sscc": _sscc(row),
        "epc": row.epc,
        "reprint": str(row.issue) if row.issue > 1 else "",
        "order": row.order_key,
        "carrier": reader.site.carrier[row.carrier].name.ja,
        "owner": reader.site.owner[row.owner].name.ja,
        "name": row.ship_to.get("name", ""),
        "postcode": row.ship_to.get("postcode", ""),
        "address": row.ship_to.get("address", ""),
        "phone": row.ship_to.get("phone", ""),
        "cutoff": f"{reader.site.local(row.cutoff_at):%m/%d %H:%M}",
        "pieces": str(row.pieces),
        "weight": str(row.weight_g or ""),
        "carton": row.carton,
        "station": row.station,
    }


def to_scan(reader: Reader, parcel: Any) -> str:
    """Return what proves the label of a parcel: its number, or after a reprint with the same number its own code."""
    alike = parcel.issue > 1 and reader.site.carrier[parcel.carrier].reprint == "same_number"
    return _sscc(parcel) if alike else str(parcel.tracking)


def parcel_of(reader: Reader, value: str) -> Any:
    """Return the parcel of a scanned label, a Result that says why it proves nothing, or None: no label of ours."""
    code = read(reader.site, value)
    if code.sscc is not None:
        found = _by_sscc(reader, value, code.sscc)
        if found is not None:
            return found
    number = code.tracking or value
    parcel = reader.get(parcels, tracking=number)
    if parcel is None:
        old = reader.get(void_labels, tracking=number)
        return None if old is None else _void(reader, value, old)
    if parcel.state == ParcelState.VOID:
        return wrong("scan.void_label", scanned=value)
    if parcel.issue > 1 and reader.get(void_labels, parcel_id=parcel.id, tracking=number) is not None:
        return wrong("label.which", scanned=value, prints=parcel.issue)
    return parcel


def reprint(tx: Tx, parcel_id: str, reason: str, person: str) -> Any:
    """Void the label of a parcel and have another printed at its station; return the parcel.

    The carrier's number stays unless the carrier wants a new one for each print. Raises Refusal for an unknown reason,
    a parcel without a label, one that has left or is void, and one that stands at the gate.
    """
    parcel = tx.get(parcels, id=parcel_id)
    if parcel is None or parcel.state not in (ParcelState.LABELLED, ParcelState.PACKED):
        raise Refusal("label.ended", parcel=parcel.tracking if parcel else parcel_id)
    if reason not in REPRINT_REASONS:
        raise Refusal("label.no_reason")
    if parcel.load_id is not None:
        _leave_load(tx, parcel)
    keeps = tx.site.carrier[parcel.carrier].reprint == "same_number"
    number = parcel.tracking if keeps else new_number(tx)
    facts = {"parcel_id": parcel.id, "issue": parcel.issue, "reason": reason, "person": person}
    tx.insert(void_labels, epc=parcel.epc, tracking=parcel.tracking, at=tx.now, **facts)
    tx.change(parcels, {"id": parcel.id}, issue=parcel.issue + 1, epc=new_tag(tx), tracking=number)
    told = {"person": person, "issue": parcel.issue + 1, "void": parcel.epc, "station": parcel.station}
    about = f"parcel/{parcel.id}"
    tx.journal("parcel.reprint", about, reason=reason, tracking=number, order=parcel.order_id, **told)
    if not keeps and parcel.state == ParcelState.PACKED:
        both = {"tracking": number, "void": parcel.tracking}
        tx.journal("order.relabelled", subject_of(parcel.order_id), outward=True, parcel=parcel.id, **both)
    return tx.get(parcels, id=parcel.id)


def outdated(reader: Reader, tags: list[str]) -> list[str]:
    """Return the parcels whose void labels are among tags, and whose valid ones are not."""
    of_old = select(void_labels.c.parcel_id).where(void_labels.c.epc.in_(tags))
    rows = reader.rows(select(parcels).where(parcels.c.id.in_(of_old)).order_by(parcels.c.tracking))
    return [row.tracking for row in rows if row.epc not in tags]


def _sscc(parcel: Any) -> str:
    return epc.decode(parcel.epc).sscc or ""


def _by_sscc(reader: Reader, value: str, number: str) -> Any:
    try:
        tag = epc.sscc_96(number, len(reader.site.rules.company_prefix))
    except epc.EpcError:
        return None
    parcel = reader.get(parcels, epc=tag)
    if parcel is not None:
        return parcel if parcel.state != ParcelState.VOID else wrong("scan.void_label", scanned=value)
    old = reader.get(void_labels, epc=tag)
    return None if old is None else _void(reader, value, old)


def _void(reader: Reader, value: str, old: Any) -> Result:
    parcel = reader.get(parcels, id=old.parcel_id)
    return wrong("label.void", scanned=value, parcel=parcel.tracking, issue=old.issue, now=parcel.issue)


def _leave_load(tx: Tx, parcel: Any) -> None:
    """What was scanned of the parcel proves nothing any more: it goes with a load that is planned anew."""
    load = tx.get(loads, id=parcel.load_id)
    if load.state == LoadState.AT_GATE:
        raise Refusal("label.at_gate", parcel=parcel.tracking, gate=load.gate)
    leave_load(tx, parcel, "label.void", Result("info", "label.left_load", {"parcel": parcel.tracking}))
