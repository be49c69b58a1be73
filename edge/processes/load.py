"""Load at a dock: every parcel scanned, then through the gate, whose verdict ships them (F11, F12, F86, I28).

A load stands at its gate alone: expected tags against read tags decide, over as many passages as it takes. Where the
gate cannot judge, labels are scanned and a supervisor decides: edge/processes/byhand.py.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import LoadState, ParcelState, Role, TaskKind
from edge.planning.loads import ABSENT
from edge.processes import byhand
from edge.processes.labels import outdated, parcel_of, to_scan
from edge.processes.orders import order_row
from edge.processes.scanned import not_asked
from edge.processes.seats import (
    Button,
    Press,
    Process,
    Result,
    Screen,
    Seat,
    finish_task,
    right,
    tell_seat,
    wrong,
)
from edge.processes.sendoff import answer_pending, at_gate, close_task, leave_gate, load_of, parcels_of, send_off
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.processes.verdict import Word, judge
from edge.store.queue import start
from edge.store.statement import Query, param
from edge.store.tables import loads, parcels, passages, void_labels
from edge.store.tx import Reader, Tx

_LAST_PASSAGE = Query(
    select(passages.c.detail).where(passages.c.load_id == param("load")).order_by(passages.c.closed_at.desc()).limit(1)
)


def begin(_tx: Tx, seat: Seat, _task: Any) -> None:
    """Start with the parcels."""
    seat.detail = {"scanned": []}
    seat.go("parcel")


def find(reader: Reader, seat: Seat, task: Any) -> Sequence[Any]:
    """Return the parcels that the load has still to ship; a load that lost its gate meanwhile goes there anew."""
    if seat.step != "parcel" and load_of(reader, task).state == LoadState.OPEN:
        seat.go("parcel")
    elif seat.step == "release" and byhand.asked(reader, task.detail["load"]) is None:
        seat.go("gate")  # a supervisor said no
    return parcels_of(reader, task.detail["load"])


def show(reader: Reader, seat: Seat, task: Any, rows: Sequence[Any]) -> Screen:
    """Return the screen of the step."""
    load = load_of(reader, task)
    carrier = reader.site.carrier[load.carrier].name.of(seat.language)
    by_hand = seat.step in ("hand", "release")
    scanned = byhand.proved(reader, load, seat.detail["scanned"]) if by_hand else seat.detail["scanned"]
    lines = [
        {"sku": row.tracking, "name": row.tracking, "want": 1, "done": int(row.tracking in scanned)} for row in rows
    ]
    target = next((to_scan(reader, row) for row in rows if row.tracking not in scanned), load.gate)
    shown = Screen(
        ask=seat.say(f"ask.{seat.step}"),
        detail=f"{carrier} {seat.say('dock', dock=load.dock)}",
        lines=lines,
        progress=(sum(line["done"] for line in lines), len(lines)),
        to=seat.say("at.gate", gate=load.gate),
    )
    if seat.step == "parcel":
        shown.target = target
        shown.buttons = [Button("go"), Button("absent")]
    elif by_hand:
        shown.target = target
        release = [Button("accept", danger=True)] if seat.step == "release" else []
        shown.buttons = [*release, Button("back")]
    else:
        shown.target = load.gate
        shown.detail = _mismatch(seat, load.id, reader) or shown.detail
        shown.buttons = [Button("by_hand"), Button("back")]
    return shown


def scan(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], value: str) -> Result:
    """Count a parcel of this load."""
    start(tx, seat.claim)
    parcel = parcel_of(tx, value)
    if seat.step not in ("parcel", "hand"):
        return wrong("scan.not_here", scanned=value, ask=seat.say(f"ask.{seat.step}"))
    if parcel is None:
        return not_asked(tx, seat, value, seat.say("ask.parcel"))
    if isinstance(parcel, Result):
        return parcel
    if parcel.state != ParcelState.PACKED:
        return wrong("scan.not_packed", scanned=value)
    return _prove(tx, seat, task, parcel) if seat.step == "hand" else _count(tx, seat, task, rows, parcel)


def _count(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], parcel: Any) -> Result:
    number = parcel.tracking
    if parcel.load_id != task.detail["load"]:
        back = _found(tx, parcel, seat.place)
        if back is None:
            return wrong("scan.other_load", scanned=number)
        if not _join(tx, parcel, task.detail["load"]):
            return back
    if number in seat.detail["scanned"]:
        return wrong("scan.twice")
    seat.detail["scanned"] = [*seat.detail["scanned"], number]
    if not _left(seat, rows):
        return _to_gate(tx, seat, task)
    return right()


def press(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], pressed: Press) -> Result:
    """Take a button."""
    start(tx, seat.claim)
    if pressed.button == "go":
        missing = _left(seat, rows)
        if missing:
            return wrong("load.not_all", parcels=len(missing), next=missing[0])
        return _to_gate(tx, seat, task)
    if pressed.button == "back":
        seat.detail["scanned"] = []
        seat.go("parcel")
        leave_gate(tx, task.detail["load"])
        return Result("info", "work.undone")
    if pressed.button == "by_hand":
        return _by_hand(tx, seat, task)
    if pressed.button == "accept":
        return _accept(tx, seat, task)
    return _absent(tx, seat, task, rows)


def found_at_dock(tx: Tx, place: str, value: str) -> Result | None:
    """Take a scan where no load is in hand: at a dock, a parcel that was missed is here; None for anything else."""
    parcel = parcel_of(tx, value) if place in tx.site.dock else None
    if parcel is None or isinstance(parcel, Result):
        return parcel
    return _found(tx, parcel, place)


def gate_passed(tx: Tx, gate: str, passage: dict[str, Any]) -> str:
    """Decide on what a gate saw: `pass`, `stop`, `ask` or `idle` (nobody was expected and nothing of ours went by).

    `passage` = {direction, opened_at, closed_at, epcs: [hex], flags: [..], stayed: [hex]}; `stayed` are expected tags
    that still stand before the antennas. Reads of earlier passages of the same load
    count too: a re-read completes, it does not start again.
    """
    load = at_gate(tx, gate)
    read_now: list[str] = sorted(passage["epcs"])
    if load is None:
        return _nobody_expected(tx, gate, passage, read_now)
    rows = parcels_of(tx, load.id)
    judged = judge(
        {row.epc: row.tracking for row in rows},
        Word(passage["opened_at"], read_now, passage.get("stayed", ())),
        passage["direction"],
        earlier=_earlier(tx, load.id, rows),
        others=lambda tags: [
            row.tracking for row in _ours(tx, tags) if row.load_id != load.id and row.state != ParcelState.SHIPPED
        ],
    )
    old = outdated(tx, read_now) if judged.verdict == "stop" else []
    stayed = sorted(row.tracking for row in rows if row.epc in passage.get("stayed", ()))
    found = {"missing": judged.missing, "stayed": stayed, "extra": judged.extra, "old": old}
    _record(tx, gate, load.id, passage, judged.verdict, read=judged.read, **found)
    if judged.verdict == "stop":
        unclear = passage["direction"] == "none" and "ambiguous" in passage.get("flags", ())
        told = wrong("gate.unclear" if unclear else "gate.not_through")
        if passage["direction"] == "in":
            told = wrong("gate.came_in")  # on its way out was told what is missing
        elif judged.missing or judged.extra:
            raise_trouble(tx, "exception.gate", f"load/{load.id}", gate=gate, **found)
            told = wrong("gate.stop", missing=len(judged.missing), extra=len(judged.extra))
        tell_seat(tx, load.task_id, told)
        answer_pending(tx, rows)
        return judged.verdict
    close_task(tx, load, send_off(tx, load))
    return judged.verdict


def _earlier(reader: Reader, load_id: str, rows: Sequence[Any]) -> list[Word]:
    """Return what gates said of a load before, the oldest first."""
    tags = {row.tracking: row.epc for row in rows}
    return [
        Word(row.opened_at, row.detail["read"], [tags[name] for name in row.detail.get("stayed", ()) if name in tags])
        for row in reader.all(passages, load_id=load_id, verdict="stop")
    ]


def _nobody_expected(tx: Tx, gate: str, passage: dict[str, Any], read_now: list[str]) -> str:
    ours = [row.tracking for row in _ours(tx, read_now) if row.state != ParcelState.SHIPPED]
    verdict = "ask" if ours else "idle"
    found = {"missing": [], "stayed": [], "extra": ours, "old": outdated(tx, read_now) if ours else []}
    _record(tx, gate, None, passage, verdict, read=read_now, **found)
    if ours:
        raise_trouble(tx, "exception.gate", f"gate/{gate}", gate=gate, **found)
    return verdict


def _record(tx: Tx, gate: str, load_id: str | None, passage: dict[str, Any], verdict: str, **detail: Any) -> None:
    tx.insert(
        passages,
        id=tx.new_id(),
        gate=gate,
        load_id=load_id,
        direction=passage["direction"],
        opened_at=passage["opened_at"],
        closed_at=passage["closed_at"],
        verdict=verdict,
        detail=detail | {"flags": passage.get("flags", [])},
    )
    tx.journal(f"gate.{verdict}", f"gate/{gate}", load=load_id, **detail)


def _ours(tx: Tx, tags: Sequence[str]) -> Sequence[Any]:
    """Return the parcels of tags; a void label is of its parcel too, for there it sticks."""
    of_old = select(void_labels.c.parcel_id).where(void_labels.c.epc.in_(tags))
    return tx.rows(
        select(parcels).where(parcels.c.epc.in_(tags) | parcels.c.id.in_(of_old)).order_by(parcels.c.tracking)
    )


def _left(seat: Seat, rows: Sequence[Any]) -> list[str]:
    scanned = seat.detail["scanned"]
    return [row.tracking for row in rows if row.tracking not in scanned]


def _to_gate(tx: Tx, seat: Seat, task: Any) -> Result:
    load = load_of(tx, task)
    other = at_gate(tx, load.gate)
    if other is not None and other.id != load.id:
        return Result("info", "wait.gate", {"gate": load.gate})
    tx.change(loads, {"id": load.id}, state=LoadState.AT_GATE)
    tx.journal("load.at_gate", f"load/{load.id}", gate=load.gate, parcels=len(parcels_of(tx, load.id)))
    seat.go("gate")
    return right()


def _by_hand(tx: Tx, seat: Seat, task: Any) -> Result:
    """The gate cannot judge this load: its labels are scanned instead (I25)."""
    if seat.step != "gate":
        return wrong("work.no_button")
    try:
        byhand.begin(tx, load_of(tx, task))
    except Refusal as refusal:
        return wrong(refusal.code, **refusal.details)
    seat.detail["scanned"] = []
    seat.go("hand")
    return _ask_when_proved(tx, seat, task)


def _prove(tx: Tx, seat: Seat, task: Any, parcel: Any) -> Result:
    load = load_of(tx, task)
    if parcel.load_id != load.id:
        return wrong("scan.other_load", scanned=parcel.tracking)
    if parcel.tracking in seat.detail["scanned"]:
        return wrong("scan.twice")
    if parcel.tracking in byhand.proved(tx, load, []):
        return Result("info", "gate.hand_read", {"parcel": parcel.tracking})
    seat.detail["scanned"] = [*seat.detail["scanned"], parcel.tracking]
    return _ask_when_proved(tx, seat, task)


def _ask_when_proved(tx: Tx, seat: Seat, task: Any) -> Result:
    load, scanned = load_of(tx, task), seat.detail["scanned"]
    left = byhand.unproved(tx, load, scanned)
    if left and scanned:
        return right()
    if left:
        return Result("info", "gate.hand_scan", {"parcels": len(left)})
    byhand.ask(tx, load, scanned, seat.person_id)
    seat.go("release")
    return Result("info", "gate.hand_ask")


def _accept(tx: Tx, seat: Seat, task: Any) -> Result:
    if Role.SUPERVISOR not in seat.roles:
        return wrong("work.role", role=Role.SUPERVISOR)
    try:
        count = byhand.release(tx, load_of(tx, task), seat.person_id)
    except Refusal as refusal:
        return wrong(refusal.code, **refusal.details)
    finish_task(tx, seat)
    return Result("done", "gate.pass", {"parcels": count})


def _absent(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any]) -> Result:
    """A parcel is not to be found: it leaves this load, and no other takes it before it is found."""
    missing = _left(seat, rows)
    if not missing:
        return wrong("work.no_button")
    parcel = tx.get(parcels, tracking=missing[0])
    tx.change(parcels, {"id": parcel.id}, load_id=None)
    facts = {"parcel": parcel.tracking, "station": parcel.station, "dock": load_of(tx, task).dock}
    order = order_row(tx, parcel.order_id)
    raise_trouble(tx, ABSENT, f"parcel/{parcel.id}", order=order.order_key, **facts)
    if len(rows) == 1:
        tx.change(loads, {"id": task.detail["load"]}, state=LoadState.CANCELLED)
        return finish_task(tx, seat)
    if len(missing) == 1:
        return _to_gate(tx, seat, task)
    return Result("info", "load.absent", {"parcel": parcel.tracking})


def _found(tx: Tx, parcel: Any, place: str | None) -> Result | None:
    """End the search for a parcel that is here; None when nobody searched for it."""
    if not solve_trouble(tx, ABSENT, f"parcel/{parcel.id}"):
        return None
    tx.journal("parcel.found", f"parcel/{parcel.id}", tracking=parcel.tracking, order=parcel.order_id, place=place)
    return Result("right", "load.found", {"parcel": parcel.tracking})


def _join(tx: Tx, parcel: Any, load_id: str) -> bool:
    """Take a found parcel along if it leaves with this load's carrier and cut-off, and there is room."""
    aboard = parcels_of(tx, load_id)
    order, first = order_row(tx, parcel.order_id), order_row(tx, aboard[0].order_id)
    goes = (parcel.carrier, order.cutoff_at) == (aboard[0].carrier, first.cutoff_at)
    if order.hold or not goes or len(aboard) >= tx.site.rules.load_parcels:
        return False
    return tx.change(parcels, {"id": parcel.id}, load_id=load_id) == 1


def _mismatch(seat: Seat, load_id: str, reader: Reader) -> str:
    last = reader.one(_LAST_PASSAGE, load=load_id)
    if last is None:
        return ""
    names = [name for name in ("missing", "stayed", "extra", "old") if last.detail.get(name)]
    told = [seat.say(name, codes=", ".join(last.detail[name])) for name in names]
    return " ".join(told)


PROCESS = Process(TaskKind.LOAD, "load", begin, find, show, scan, press)
