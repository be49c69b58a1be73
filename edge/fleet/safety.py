"""The proof that every robot can still get home: a list of moves that takes them there one after the other.

A banker's test with partial steps. Each robot is taken at the end of its base (it drives there in any case) and has a
fixed way to a bay of its own that no other way touches. Moves are looked for in this order:

1. a robot whose whole way is free goes home;
2. a robot in the way of others goes on to a place that nobody else still needs;
3. a robot in the way goes one node on, if everyone who still needs that node must first pass the node it leaves;
4. as 3 and 2, asking only the robots that are in the way themselves (traffic circling in a one-way ring);
5. all robots in the way, or only the first that can, move one node on (one suits rings, the other two-way lanes).

Moves of kind 1 to 3 can never spoil a situation that has a solution, whatever the order. Kind 4 and 5 may, so what
counts is only the finished list: it is a witness that can be checked move by move. See docs/traffic.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import index
from zlib import crc32

Move = tuple[str, int]
"""A robot and the index in its way up to which it drives without stopping."""
NEVER = 1 << 60
BUDGET = 3000
"""Mask comparisons per robot that one search may cost; more rarely finds more."""
BUDGET_MOST = 30_000
"""And in all, whatever the number of robots: some 20 ms."""
ONCE = range(1)
"""The search that is tried besides the hint."""
THOROUGHLY = range(24)
"""Those after an event that takes way from somebody, or after a restart; each in another order of robots."""
TRIES_MOST = 8 * BUDGET_MOST
"""Comparisons after which these end early."""


class Zones:
    """Which nodes are too near to each other for two robots: for each node a mask that contains at least itself.

    `through` is the mask of nodes at which no move ends: the cabins of lifts, and the landings before them.
    """

    __slots__ = ("masks", "near", "through")

    def __init__(self, masks: Sequence[int], through: int = 0) -> None:
        self.masks = tuple(masks)
        self.through = through
        self.near = tuple(tuple(bits(mask)) for mask in masks)


class Way:
    """A fixed list of node numbers with what the proof asks of it again and again."""

    __slots__ = ("ahead", "nodes", "spots")

    def __init__(self, nodes: Sequence[int], zones: Zones) -> None:
        self.nodes = tuple(map(index, nodes))
        ahead = [0] * (len(nodes) + 1)
        for place in range(len(nodes) - 1, -1, -1):
            ahead[place] = ahead[place + 1] | zones.masks[nodes[place]]
        self.ahead = tuple(ahead)
        self.spots: dict[int, list[int]] = {}
        for place, node in enumerate(nodes):
            self.spots.setdefault(node, []).append(place)

    def first(self, near: Sequence[int], after: int) -> int:
        """Give the first index above after at which the way visits one of these nodes, NEVER if it does not."""
        found = NEVER
        for node in near:
            places = self.spots.get(node)
            if places is not None:
                next_one = bisect_right(places, after)
                if next_one < len(places) and places[next_one] < found:
                    found = places[next_one]
        return found


@dataclass(frozen=True, slots=True)
class Trip:
    """One robot in the proof: it stands at index `at` of its way holding `held`, and may not enter index `barrier`."""

    name: str
    way: Way
    at: int
    held: int
    barrier: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Moves that take the robots named in `safe` home while all others stay; effort counts mask comparisons."""

    moves: list[Move]
    safe: dict[str, None]
    effort: int


def prove(
    zones: Zones, trips: Sequence[Trip], standing: int, hint: Sequence[Move] | None, turns: Iterable[int] = ONCE
) -> Proof:
    """Find moves that take as many robots home as possible round the nodes of `standing`, which never become free.

    The hint (an older proof) is followed first as far as it holds; then it is searched without, once for each turn.
    """
    visits = _Visits(zones, trips)
    best = Proof([], {}, 0) if hint is None else _attempt(visits, trips, standing, hint, together=True)
    for turn in turns:
        if len(best.safe) == len(trips) or best.effort > TRIES_MOST:
            break
        other = _attempt(visits, _order(trips, turn), standing, (), together=turn % 2 == 0)
        better = other if len(other.safe) > len(best.safe) else best
        best = Proof(better.moves, better.safe, best.effort + other.effort)
    return best


def _order(trips: Sequence[Trip], turn: int) -> Sequence[Trip]:
    """Give the robots as they came in turn 0, else shuffled: where orders are alike, so are the ends they come to."""
    return sorted(trips, key=lambda trip: crc32(f"{turn} {trip.name}".encode())) if turn else trips


def bits(mask: int) -> Iterable[int]:
    """Give the numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _Visits:
    """Which robots come near a node on their whole ways; made up when first asked for."""

    __slots__ = ("_by_node", "_trips", "zones")

    def __init__(self, zones: Zones, trips: Sequence[Trip]) -> None:
        self.zones = zones
        self._trips = trips
        self._by_node: dict[int, list[str]] | None = None

    def near(self, node: int) -> Iterable[str]:
        """Give their names; one may come more than once."""
        if self._by_node is None:
            self._by_node = {}
            for trip in self._trips:
                for visited in trip.way.spots:
                    self._by_node.setdefault(visited, []).append(trip.name)
        for other in self.zones.near[node]:
            yield from self._by_node.get(other, ())


def _attempt(
    visits: _Visits,
    trips: Sequence[Trip],
    standing: int,
    hint: Sequence[Move],
    *,
    together: bool,
) -> Proof:
    """Search; robots that cannot get home are then taken as standing still, so that no other relies on their moves."""
    effort = 0
    budget = min(BUDGET * len(trips), BUDGET_MOST)
    while True:
        board = _Board(visits, trips, standing)
        board.follow_hint(hint)
        board.search(budget - effort, together=together)
        effort += board.effort
        if not board.todo:
            return Proof(board.moves, dict.fromkeys(trip.name for trip in trips), effort)
        for trip in board.todo.values():
            standing |= trip.held
        trips = [trip for trip in trips if trip.name not in board.todo]
        hint = [move for move in board.moves if move[0] not in board.todo]


class _Board:
    """Positions during one search."""

    __slots__ = ("_ask", "_until", "at", "effort", "held", "moves", "taken", "todo", "trips", "visits", "zones")

    def __init__(self, visits: _Visits, trips: Sequence[Trip], standing: int) -> None:
        self.visits = visits
        self.zones = visits.zones
        self.trips = trips
        self.todo = {trip.name: trip for trip in trips if trip.at < len(trip.way.nodes) - 1}
        self.at = {trip.name: trip.at for trip in trips}
        self.held = {trip.name: trip.held for trip in trips}
        self.taken = standing
        for trip in trips:
            self.taken |= trip.held
        self.moves: list[Move] = []
        self.effort = 0
        self._ask = list(self.todo)
        """Who may have a free way home."""
        self._until: dict[int, list[str]] = {}
        """Who has none until somebody leaves this node."""

    def follow_hint(self, moves: Sequence[Move]) -> None:
        """Make the moves that are still to be made and possible."""
        for name, place in moves:
            trip = self.todo.get(name)
            if trip is None or not self.at[name] < place < len(trip.way.nodes):
                continue
            if self._rests(trip, place) and self._clear(trip, place):
                self._move(trip, place)

    def search(self, budget: int, *, together: bool) -> None:
        """Move on until all are home, no rule applies, or the budget of comparisons is used up."""
        while self.todo and self.effort < budget:
            if self._go_home():
                continue
            in_the_way = self._in_the_way(self.todo.values())
            rivals = {trip.name: trip for trip, _ in in_the_way}
            if not (
                self._step_aside(in_the_way)
                or self._follow(in_the_way, self.todo)
                or self._follow(in_the_way, rivals)
                or self._step_aside(self._in_the_way(rivals.values()))
                or self._creep(rivals.values(), together=together)
            ):
                return

    def _go_home(self) -> bool:
        moved = False
        while self._ask:
            trip = self.todo.get(self._ask.pop())
            if trip is None or trip.barrier < len(trip.way.nodes):
                continue
            self.effort += 1
            blocked = trip.way.ahead[self.at[trip.name] + 1] & self.taken & ~self.held[trip.name]
            if blocked:
                self._until.setdefault(blocked.bit_length() - 1, []).append(trip.name)
            else:
                self._move(trip, len(trip.way.nodes) - 1)
                moved = True
        return moved

    def _in_the_way(self, trips: Iterable[Trip]) -> list[tuple[Trip, int]]:
        """Give those of these robots that hold what another of them needs, with the mask of what the others need."""
        needs = [(trip, trip.way.ahead[self.at[trip.name] + 1]) for trip in trips]
        once = twice = 0
        for _, need in needs:
            twice |= once & need
            once |= need
        self.effort += len(needs)
        return [
            (trip, others)
            for trip, need in needs
            if self.held[trip.name] & once and self.held[trip.name] & (others := twice | (once & ~need))
        ]

    def _step_aside(self, in_the_way: Iterable[tuple[Trip, int]]) -> bool:
        """The masks may be older than the moves made meanwhile: needs only become fewer."""
        moved = False
        for trip, others in in_the_way:
            at = self.at[trip.name]
            for place in range(self._reach(trip), at, -1):
                self.effort += 1
                if not others >> trip.way.nodes[place] & 1 and self._rests(trip, place):
                    self._move(trip, place)
                    moved = True
                    break
        return moved

    def _follow(self, in_the_way: Iterable[tuple[Trip, int]], rivals: Mapping[str, Trip]) -> bool:
        moved = False
        for trip, _ in in_the_way:
            place = self.at[trip.name] + 1
            while place < len(trip.way.nodes) and self._clear(trip, place) and self._leads(trip, place, rivals):
                if not self._rests(trip, place):
                    break
                self._move(trip, place)
                moved = True
                place += 1
        return moved

    def _creep(self, in_the_way: Iterable[Trip], *, together: bool) -> bool:
        moved = False
        for trip in in_the_way:
            place = self.at[trip.name] + 1
            while not self._rests(trip, place):
                place += 1
            if self._clear(trip, place):
                self._move(trip, place)
                moved = True
                if not together:
                    break
        return moved

    def _leads(self, trip: Trip, place: int, rivals: Mapping[str, Trip]) -> bool:
        """Say whether every rival that needs the node at place must first pass the node this robot leaves."""
        here, there = (self.zones.near[trip.way.nodes[spot]] for spot in (place - 1, place))
        for name in self.visits.near(trip.way.nodes[place]):
            rival = rivals.get(name)
            if rival is None or rival is trip:
                continue
            self.effort += 1
            at = self.at[name]
            needed = rival.way.first(there, at)
            if needed != NEVER and rival.way.first(here, at) >= needed:
                return False
        return True

    def _rests(self, trip: Trip, place: int) -> bool:
        """Say whether a move may end at place."""
        return not self.zones.through >> trip.way.nodes[place] & 1

    def _clear(self, trip: Trip, place: int) -> bool:
        """Say whether the robot can drive to place now."""
        at = self.at[trip.name]
        if place >= trip.barrier:
            return False
        others = self.taken & ~self.held[trip.name]
        if place == len(trip.way.nodes) - 1:
            self.effort += 1
            return not trip.way.ahead[at + 1] & others
        masks = self.zones.masks
        for step in range(at + 1, place + 1):
            self.effort += 1
            if masks[trip.way.nodes[step]] & others:
                return False
        return True

    def _reach(self, trip: Trip) -> int:
        """Give the furthest index the robot can drive to now."""
        others = self.taken & ~self.held[trip.name]
        place = self.at[trip.name]
        end = min(trip.barrier, len(trip.way.nodes))
        masks = self.zones.masks
        while place + 1 < end and not masks[trip.way.nodes[place + 1]] & others:
            place += 1
            self.effort += 1
        return place

    def _move(self, trip: Trip, place: int) -> None:
        name = trip.name
        node = 1 << trip.way.nodes[place]
        left = self.held[name]
        self.taken = self.taken & ~left | node
        self.held[name] = node
        if self._until:
            for free in bits(left):
                self._ask += self._until.pop(free, ())
        self.at[name] = place
        self.moves.append((name, place))
        if place == len(trip.way.nodes) - 1:
            del self.todo[name]
