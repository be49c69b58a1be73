"""`genba bench points`: how well a read point tells who left, after a fixed silence and by how each tag was heard."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from time import process_time
from typing import Annotated, Any

import typer

from drivers.rfid.cycles import PATIENCE, Cycles
from drivers.rfid.eventcycle import Cycle, Spec
from drivers.rfid.port import Read
from edge.commands.bench.report import JsonTo, tell
from edge.commands.bench.standing import PLACES, START, Place, Standing, leaves, moment, stand
from edge.devices.readpoints import spec_of
from edge.site import ReadPoint

ADAPTIVE = "adaptive"
WAYS: Mapping[str, Any] = {"5 s": 5, "20 s": 20, "60 s": 60, ADAPTIVE: {}}
"""`gone_after` of a site file."""
READER = "reader"
ALL_OF_THEM = {
    "id": "POINT",
    "name": {"ja": "", "en": ""},
    "readers": [READER],
    "repeat": 5,
    "duration": 5,
    "most_an_hour": 3600,
}


def points(
    *,
    tags: Annotated[int, typer.Option(help="Tags at each place.", min=1)] = 20,
    hours: Annotated[float, typer.Option(help="Hours that each place is watched.", min=0.1)] = 1.0,
    seed: Annotated[int, typer.Option(help="The seed of all tags.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Let tags come, stand and go in a time of their own, and tell the same reads to read points of four kinds."""
    found = [_at(place, tags, hours * 3600, seed) for place in PLACES]
    rows = [_row(place.name, ways) for place, ways in zip(PLACES, found, strict=True)]
    whole = [{"gone after": name} | sum((ways[name] for ways in found), start=_Score()).told() for name in WAYS]
    title = "told gone that stood there, in an hour of a tag; adaptive: missed, and how late it is told"
    tell(title, rows, json_to, also=("all places together", whole))


class _Score:
    """What a way to wait came to."""

    def __init__(self) -> None:
        self.hours = 0.0
        self.false = self.missed = self.reads = 0
        self.delays: list[float] = []
        self.seconds = 0.0

    def __add__(self, other: "_Score") -> "_Score":
        both = _Score()
        both.hours, both.seconds = self.hours + other.hours, self.seconds + other.seconds
        both.false, both.missed = self.false + other.false, self.missed + other.missed
        both.reads, both.delays = self.reads + other.reads, self.delays + other.delays
        return both

    def told(self) -> dict[str, Any]:
        """Return its figures."""
        ordered = sorted(self.delays) or [0.0]
        return {
            "false an hour": round(self.false / self.hours, 2),
            "departures": len(self.delays) + self.missed,
            "missed": self.missed,
            "told p50 s": round(ordered[len(ordered) // 2], 1),
            "told p99 s": round(ordered[len(ordered) * 99 // 100], 1),
            "µs a read": round(self.seconds / self.reads * 1e6, 1),
        }


def _row(place: str, ways: Mapping[str, _Score]) -> dict[str, Any]:
    adaptive = ways[ADAPTIVE].told()
    return (
        {"tags": place}
        | {name: way.told()["false an hour"] for name, way in ways.items()}
        | {name: adaptive[name] for name in ("missed", "told p50 s", "told p99 s")}
    )


def _at(place: Place, tags: int, seconds: float, seed: int) -> dict[str, _Score]:
    standing = stand(place, tags, seconds, seed)
    reads = sorted((read for tag in standing for read in tag.reads), key=lambda read: (read.received_at, read.epc))
    batches = [
        (at, list(some)) for at, some in groupby(reads, key=lambda read: read.received_at.replace(microsecond=0))
    ]
    points = {name: ReadPoint.model_validate(ALL_OF_THEM | {"gone_after": way}) for name, way in WAYS.items()}
    return {name: _score(spec_of(point), standing, batches, seconds) for name, point in points.items()}


def _score(
    spec: Spec, standing: Sequence[Standing], batches: Sequence[tuple[datetime, list[Read]]], seconds: float
) -> _Score:
    score = _Score()
    cycles = Cycles(spec, [READER], START)
    told = cycles.link(READER, START, START, up=True)
    began = process_time()
    for at, some in batches:
        told += cycles.reads(READER, some, at + timedelta(seconds=1))
    told += cycles.tick(moment(seconds) + PATIENCE)
    score.seconds = process_time() - began
    score.reads = sum(len(some) for _, some in batches)
    for tag in standing:
        _judge(score, tag, told, seconds)
    return score


def _judge(score: _Score, tag: Standing, told: Sequence[Cycle], seconds: float) -> None:
    """Hold what was told of a tag against when it stood there."""
    came = [one.ended for one in told if tag.epc in one.came]
    went = [one.ended for one in told if tag.epc in one.went]
    score.hours += sum(left - at for at, left in tag.stays) / 3600
    score.false += sum(moment(at) <= one < moment(left) for one in went for at, left in tag.stays)
    for left, back in leaves(tag, seconds):
        if sum(one <= moment(left) for one in came) == sum(one <= moment(left) for one in went):
            continue  # it was not known to be there
        later = [one for one in went if moment(left) < one <= moment(back)]
        if later:
            score.delays.append((later[0] + PATIENCE - moment(left)).total_seconds())
        else:
            score.missed += 1
