"""Scanners that stand at a station or dock and scan for whoever works there: hands-free ones, and tunnels (F51).

A tunnel sees several codes at once. Each is judged as a scan of its own; if one is wrong, that is what its person sees
last, whatever was right beside it (F57).
"""

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import select

from edge.processes.labels import parcel_of
from edge.processes.screens import act
from edge.processes.seats import AWAY, Result, load_seat, save_seat, wrong
from edge.store.statement import Query, param
from edge.store.tables import loads, seats, tasks
from edge.store.tx import Reader, Tx

NO_READ = "scan.no_read"

_THERE = Query(
    select(seats.c.person_id, seats.c.step).where(seats.c.place == param("place")).order_by(seats.c.person_id)
)
_LOADER = Query(select(tasks.c.holder).join(loads, loads.c.task_id == tasks.c.id).where(loads.c.id == param("load")))


def scan_at(tx: Tx, place: str, codes: Sequence[str]) -> None:
    """Judge codes that were seen at once, each as a scan of the person it belongs to."""
    there = people_at(tx, place)
    first_wrong: dict[str, dict[str, str]] = {}
    last: dict[str, dict[str, str]] = {}
    for code in codes:
        person = _whose(tx, there, code)
        if person is None:
            reason = "scan.whose" if there else "wait.person"
            tx.journal("scan.refused", f"station/{place}", reason=reason, scanned=code, place=place, count=len(there))
            for one in there:
                tell(tx, one, wrong(reason, scanned=code, place=place, count=len(there)).told)
            continue
        result = act(tx, person, {"action": "scan", "value": code, "source": "scan"})["result"]
        tx.journal("seat.told", f"person/{person}", scanned=code)
        last[person] = result
        if result["kind"] == "wrong":
            first_wrong.setdefault(person, result)
    for person, result in first_wrong.items():
        if result != last[person]:
            tell(tx, person, partial(_again, result))


def unread_at(tx: Tx, place: str, scanner: str) -> None:
    """Tell those in the middle of work that the scanner saw no code, once until something else is told."""
    for person in people_at(tx, place):
        seat = load_seat(tx, person)
        if seat.task_id is not None and seat.last.get("code") != NO_READ:
            tell(tx, person, wrong(NO_READ, scanner=scanner).told)


def people_at(reader: Reader, place: str) -> list[str]:
    """Return who works at a place; who walked off only when nobody else does, for a scan is a sign of life."""
    rows = reader.rows(_THERE, place=place)
    present = [row.person_id for row in rows if row.step != AWAY]
    return present or [row.person_id for row in rows]


def _whose(reader: Reader, there: Sequence[str], code: str) -> str | None:
    """Return whose scan it is: of the only one there, or at a dock of the one whose load the parcel is in."""
    if len(there) == 1:
        return there[0]
    parcel = parcel_of(reader, code) if there else None
    if parcel is None or isinstance(parcel, Result):
        return None
    person = str(reader.value(_LOADER, load=parcel.load_id) or "").removeprefix("person:")
    return person if person in there else None


def tell(tx: Tx, person: str, told: Callable[[str], dict[str, str]]) -> None:
    """Show somebody what `told` says in their language."""
    seat = load_seat(tx, person)
    seat.last = told(seat.language)
    save_seat(tx, seat)
    tx.journal("seat.told", f"person/{person}", reason=seat.last["code"])


def _again(told: dict[str, str], _language: str) -> dict[str, str]:
    return told
