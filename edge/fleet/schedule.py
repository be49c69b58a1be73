"""A robot's moves fitted into the plan: when it drives where, between what others do, without moving anybody else.

The plan is kept as ranks, in ms of the time at which a move would be made if all went well. At each node the visits of
others are spans of ranks; the robot takes the free gaps between them that bring it home soonest (safe interval path
planning, Phillips and Likhachev 2011, on a way that is fixed). What is found is one order of moves like any other, so
nothing depends on whether robots keep these times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from edge.fleet.board import Board
from edge.fleet.robot import Robot, Run
from edge.fleet.safety import NEVER, Move, bits

Span = tuple[int, int]
"""The ranks from which to which something is taken, or free."""
Travel = Callable[[int, int], int]
"""Milliseconds from node to node along a lane."""


class _Stay(NamedTuple):
    """Where the robot may be: from when, and before what it has to leave; `before` is how it came there."""

    place: int
    since: int
    until: int
    before: _Stay | None


class Fit:
    """One try; `effort` counts the spans that were looked at."""

    def __init__(self, board: Board, robot: Robot, travel: Travel) -> None:
        self.effort = 0
        self._board = board
        self._robot = robot
        self._travel = travel

    def runs(self, start: int, after: int) -> list[Run] | None:
        """Give the runs that take the robot home; None when there is no room for them.

        They begin at rank `start`, or as soon before that as is needed to make room for others in time, and all of them
        come after rank `after`.
        """
        robot = self._robot
        nodes = robot.way.nodes
        if robot.released == robot.last:
            return []
        until = min((span[0] for node in bits(robot.settled) for span in self._taken(node)), default=NEVER)
        first_lasts = self._travel(nodes[robot.released], nodes[robot.released + 1])
        since = max(after, min(start, until - first_lasts - 1))
        stays = [_Stay(robot.released, since, until, None)]
        first, lasts = robot.released + 1, 0
        for place in range(first, robot.last + 1):
            lasts += self._travel(nodes[place - 1], nodes[place])
            if place < robot.last and self._board.zones.through >> nodes[place] & 1:
                continue
            stays = self._onward(stays, range(first, place + 1), lasts)
            if not stays:
                return None
            first, lasts = place + 1, 0
        return _way_to(stays[-1]) if stays[-1].until == NEVER else None

    def _onward(self, stays: Sequence[_Stay], places: range, lasts: int) -> list[_Stay]:
        """Give where it may be after a move through these places, the soonest for each gap at the last of them."""
        nodes = self._robot.way.nodes
        gaps = _gaps(self._taken(nodes[places[-1]]))
        doors: list[Span] | None = None
        for place in places[:-1]:
            free = _gaps(self._taken(nodes[place]))
            doors = free if doors is None else _both(doors, free)
        found = []
        for begins, ends in gaps:
            best: _Stay | None = None
            for stay in stays:
                if stay.until <= begins:
                    continue
                if stay.since >= ends or (best is not None and stay.since + lasts >= best.since):
                    break
                enter = max(stay.since + lasts, begins + 1)
                if doors is not None:
                    enter = next((max(enter, a + 1) for a, b in doors if max(enter, a + 1) < b), NEVER)
                if enter < min(stay.until, ends) and (best is None or enter < best.since):
                    best = _Stay(places[-1], enter, ends, stay)
            if best is not None:
                found.append(best)
        return found

    def _taken(self, node: int) -> list[Span]:
        """Give when others are near a node by the plan."""
        board, robot = self._board, self._robot
        near, around = board.zones.near[node], board.zones.masks[node]
        spans: list[Span] = []
        for name in board.visitors[node]:
            other = board.robots[name]
            if other is robot or not other.runs:
                continue
            places = (place for one in near for place in other.way.spots.get(one, ()) if place > other.released)
            spans.extend((other.rank(place), other.rank(place + 1)) for place in places)
        standing = (other for other in board.holds.near(node, robot) if other.settled & around)
        spans.extend((-NEVER, other.runs[0][1] if other.runs else NEVER) for other in standing)
        self.effort += len(spans) + 1
        spans.sort()
        return spans


def _gaps(spans: Sequence[Span]) -> list[Span]:
    """Give what is free between spans in order; a gap is open at both ends."""
    free = []
    since = -NEVER
    for begins, ends in spans:
        if begins - since > 1:
            free.append((since, begins))
        since = max(since, ends)
    if since < NEVER:
        free.append((since, NEVER))
    return free


def _both(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Give what is free in both."""
    return sorted((max(a, c), min(b, d)) for a, b in one for c, d in other if min(b, d) - max(a, c) > 1)


def _way_to(stay: _Stay) -> list[Run]:
    runs = []
    while stay.before is not None:
        runs.append((stay.place, stay.since))
        stay = stay.before
    return runs[::-1]


def times(
    board: Board, moves: Iterable[Move], travel: Travel, now: int, entered: Mapping[str, int]
) -> Iterator[tuple[str, int, int]]:
    """Give the same moves node by node, each with its place and the rank at which it can be made at the soonest.

    Who comes after whom at each node stays as in the list, and so does what is proved by it. `entered` says for whom
    the list begins further on than at the end of his base.
    """
    robots, zones = board.robots, board.zones
    at = {**entered}
    clock: dict[str, int] = {}
    left: dict[int, int] = {}
    for name, end in moves:
        robot = robots[name]
        nodes = robot.way.nodes
        here, moment = at.get(name, robot.released), clock.get(name, now)
        leaving = list(bits(robot.settled)) if name not in at else [nodes[here]]
        while here < end:
            place, lasts = here + 1, travel(nodes[here], nodes[here + 1])
            while zones.through >> nodes[place] & 1 and place < end:
                place, lasts = place + 1, lasts + travel(nodes[place], nodes[place + 1])
            free = [left[near] for one in nodes[here + 1 : place + 1] for near in zones.near[one] if near in left]
            moment = max(moment + lasts, max(free, default=moment) + 1)
            for node in (*leaving, *nodes[here + 1 : place]):
                left[node] = moment
            leaving = [nodes[place]]
            here = place
            yield name, place, moment
        at[name], clock[name] = here, moment
