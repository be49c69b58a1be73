"""What a read point tells, written down: the report for the WMS, and who stood there, for the time after a restart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from drivers.codes import epc
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.store.tables import journal, meta, parcels
from edge.store.tx import Entry, Reader, Tx

REPORTED = "tags.reported"
KEPT = "point/"
"""Facts that begin so say who stood at a read point in the last cycle that is settled."""
AT_ONCE = 500
"""A statement takes only so many values."""


@dataclass(frozen=True, slots=True)
class Told:
    """One cycle of a read point; tags are upper-case hex, sorted. Codes are ALE's, see docs/devices/read-points.md."""

    point: str
    began: datetime
    ended: datetime
    initiation: str
    termination: str
    sets: Sequence[str]
    """The lists that the point tells at all."""
    reports: Sequence[tuple[str, Sequence[str]]]
    """Those that it tells now, each with its tags."""
    present: Sequence[str]
    came: int
    went: int
    away: Sequence[str] = ()
    late: int = 0
    given_up: int = 0
    held: int = 0


class Kept(msgspec.Struct):
    """Who stood at a read point at the end of a cycle."""

    ended: datetime
    tags: list[str]
    incarnation: int
    """Of the site's database (H15): in another one the WMS may know more than this."""
    told: bool
    """The WMS was told something in this incarnation."""


def tell_tags(tx: Tx, told: Told) -> None:
    """Keep who is there, and tell the WMS if there is anything to tell; the same cycle given again changes nothing."""
    kept = kept_tags(tx, told.point)
    incarnation = incarnation_of(tx)
    if kept is not None and kept.ended == told.ended:
        return
    told_before = kept is not None and kept.incarnation == incarnation and kept.told
    facts = Kept(told.ended, list(told.present), incarnation, told_before or bool(told.reports))
    value = msgspec.json.encode(facts).decode()
    if not tx.change(meta, {"key": KEPT + told.point}, value=value):
        tx.insert(meta, key=KEPT + told.point, value=value)
    if not told.reports:
        return
    named = _named(tx, [tag for _, tags in told.reports for tag in tags])
    tx.journal(
        REPORTED,
        f"point/{told.point}",
        outward=True,
        began_at=_local(tx, told.began),
        ended_at=_local(tx, told.ended),
        initiation=told.initiation,
        termination=told.termination,
        anew=not told_before,
        sets=list(told.sets),
        reports=[{"set": name, "tags": [named[tag] for tag in tags]} for name, tags in told.reports],
        came=told.came,
        went=told.went,
        present=len(told.present),
        away=list(told.away),
        late=told.late,
        given_up=told.given_up,
        held=told.held,
    )


def say_full(tx: Tx, point: str, most: int, *, full: bool) -> None:
    """Tell people that a read point has more tags before it than it can know, or that this is over."""
    about = f"point/{point}"
    if full:
        raise_trouble(tx, "exception.point_full", about, point=point, most=most)
    else:
        solve_trouble(tx, "exception.point_full", about)


def kept_tags(reader: Reader, point: str) -> Kept | None:
    """Return who stood at a read point in the last cycle that is settled, None if it never had one."""
    row = reader.get(meta, key=KEPT + point)
    return None if row is None else msgspec.json.decode(row.value, type=Kept)


def incarnation_of(reader: Reader) -> int:
    """Return how often this site was put back from a backup, and one."""
    return int(reader.get(meta, key="incarnation").value)


def last_report(reader: Reader, point: str) -> Entry | None:
    """Return what a read point told last."""
    here = (journal.c.subject == f"point/{point}", journal.c.kind == REPORTED)
    row = reader.one(select(journal).where(*here).order_by(journal.c.seq.desc()).limit(1))
    return None if row is None else Entry(*row)


def parcels_with(reader: Reader, tags: Iterable[str]) -> list[Any]:
    """Return the parcels, also those that have left, whose labels carry these tags."""
    asked = list(tags)
    some = [asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE)]
    return [row for batch in some for row in reader.rows(select(parcels).where(parcels.c.epc.in_(batch)))]


def _named(reader: Reader, tags: Sequence[str]) -> Mapping[str, dict[str, str]]:
    """Return each tag as it is told: its hex, its pure identity if it has one, the parcel it is on if it is one's."""
    numbers = {row.epc: row.tracking for row in parcels_with(reader, dict.fromkeys(tags)) if row.tracking}
    told: dict[str, dict[str, str]] = {}
    for tag in tags:
        uri = epc.decode(tag).uri
        told[tag] = {"hex": tag} | ({"epc": uri} if uri else {}) | ({"parcel": numbers[tag]} if tag in numbers else {})
    return told


def _local(tx: Tx, at: datetime) -> str:
    return tx.site.local(at).isoformat(timespec="milliseconds")
