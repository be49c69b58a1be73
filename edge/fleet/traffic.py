"""Traffic: which robot holds which node, and how much further each may go, so that no two meet and none is locked in.

Base and horizon of VDA 5050 (§6.1): the released part of a route is the base; a node is held from its release until
the robot reports that it has passed it (R87, R88). More is released only while the proof of edge/fleet/safety.py still
takes home everyone it took home before. The argument is in docs/traffic.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from edge.fleet.board import Board
from edge.fleet.lookahead import Lookahead
from edge.fleet.places import Places, Record, TrafficError
from edge.fleet.plan import Plan
from edge.fleet.purse import Purse
from edge.fleet.push import NOBODY, Push, comes_first, may_rest
from edge.fleet.reasons import Reason, Wait
from edge.fleet.refusals import bay_refusal, cut_for_good, first_in_way, reason_on_way, simple_reason
from edge.fleet.roadmap import Roadmap, RoadmapError
from edge.fleet.robot import Robot, Run, Seen
from edge.fleet.safety import NEVER, ONCE, THOROUGHLY, Proof, Trip, Way, bits, prove
from edge.fleet.schedule import Fit, times

PATIENCE = 400
"""Nodes released to others before a waiting robot gets precedence: some 40 s of a busy 30-robot site.

300 robots that all want to be ahead of their turn only stand in each other's way: by the plan half as many more drive.
"""
PATIENCE_OF = 30
"""The number of robots for which that is right; more of them release so many more nodes in the same time."""
SEARCHED_MOST = 60
"""Robots with which the whole order of moves is searched for another one; with more it changes piece by piece only."""
ASKED_AGAIN = 8
"""Robots whose search was put off that are searched for in each round."""
SEARCH_PAUSE = 16
"""At most so many changes of the situation pass before a robot that was refused is searched for again."""


class Traffic:
    """The reservations of one floor. All methods are plain calculations; nothing is sent or stored here."""

    def __init__(
        self,
        roadmap: Roadmap,
        *,
        bays: Iterable[str],
        clearance: int = 0,
        lookahead: Lookahead | None = None,
    ) -> None:
        """Bays are the nodes where routes may end; nodes nearer than clearance mm are never held by two robots."""
        self.roadmap = roadmap
        self._bays = roadmap.mask(bays)
        self._lookahead = lookahead or Lookahead()
        self._board = Board(roadmap, clearance)
        self._robots = self._board.robots
        self._plan = Plan(self._robots)
        self._places = Places(self._board, self._plan, self._bays)
        self._purse = Purse()
        self._epoch = 0
        self.now = 0
        """Milliseconds on the clock by which the plan is made; whoever drives the robots lets it go on."""
        self._put_off: dict[str, None] = {}
        """Robots for which a search was put off."""
        self._elder_found: tuple[int, Robot | None] = (-1, None)
        self._looked = -1
        """The epoch in which it was searched for robots that are cut off, and not again until the next round."""
        self._hinted = -1
        """And the one in which that began with the plan in force."""
        self._turn = 0
        self._lost: tuple[int, dict[str, None]] = (-1, {})
        """For whom there is nothing to search, by epoch."""
        self._released = 0

    @classmethod
    def restore(
        cls,
        roadmap: Roadmap,
        records: Iterable[Record],
        *,
        bays: Iterable[str],
        clearance: int = 0,
        lookahead: Lookahead | None = None,
        plan: Iterable[tuple[str, int]] = (),
    ) -> Traffic:
        """Build the same reservations again after a restart. Raises TrafficError for a contradictory record.

        The plan is what plan() gave last, also an older one, or nothing: it is checked and only saves a search.
        """
        traffic = cls(roadmap, bays=bays, clearance=clearance, lookahead=lookahead)
        for record in records:
            traffic._places.restore(record)
        known = [(name, position) for name, position in plan if name in traffic._robots]
        traffic._plan.put_later((name, position - traffic._robots[name].start) for name, position in known)
        traffic._review()
        return traffic

    def snapshot(self) -> list[Record]:
        """Give one record per robot, in the order they were first placed."""
        return [self.state(name) for name in self._robots]

    def state(self, name: str) -> Record:
        """Give one robot's record."""
        robot = self._get(name)
        return Record(
            robot.name,
            tuple(self._board.name(node) for node in robot.way.nodes),
            robot.start,
            robot.start + robot.passed,
            robot.start + robot.released,
            tuple(self.roadmap.names(robot.also)),
            robot.stopped,
        )

    def plan(self) -> list[tuple[str, int]]:
        """Give the proof in force: which robot drives next to which position number, until all are home.

        After them come the moves that robots cut off would make if what cuts them off were gone.
        """
        return [(name, place + self._robots[name].start) for name, place in self._plan.moves()]

    def changes(self) -> dict[str, list[Run]]:
        """Give the moves of those robots whose part of the plan has changed since this was asked last.

        By robot: to which position number it drives, and the rank of that among the moves of all.
        """
        return self._plan.changes()

    def place(self, name: str, node: str, also: Iterable[str] = ()) -> Wait | None:
        """Say where a robot stands: new, carried by hand, or with its order cancelled; ends its route and holds.

        `also` names further nodes it covers (a robot cancelled between two nodes covers both). In a free bay it is
        home. Where it stands within its base, it keeps the rest of its route until it gets another, counted from 0:
        others may get home only because it drives on. Returns CLASH when another robot holds the node: then neither
        gets anything until one is placed anew.
        """
        place, covers = self.roadmap.index(node), self.roadmap.mask(also)
        robot = self._robots.get(name)
        if robot is not None and robot.at_home(place) and not covers:
            return None
        clash = self._places.put(name, place, covers)
        self._places.end_clashes()
        self._review()
        return None if clash is None else Wait(Reason.CLASH, clash.name, node)

    def route(self, name: str, nodes: Sequence[str], start: int = 0) -> Wait | None:
        """Give a robot without base ahead a new route from where it stands to a bay; positions count from start.

        Returns None when taken over (only the first node is released then), else why not; the old route stays then. A
        robot that was only placed is given it though it cannot get home on it now.
        Raises TrafficError or RoadmapError when the nodes are no way on this map from where it stands.
        """
        robot = self._get(name)
        if robot.released > robot.passed:
            return Wait(Reason.BASE_AHEAD, name, self._board.name(robot.way.nodes[robot.released]))
        return self._change(robot, self._checked(robot, nodes), start)

    def replace(self, name: str, nodes: Sequence[str]) -> Wait | None:
        """Replace what follows the released part; nodes begin with the decision point (R12, R13). Else as route."""
        robot = self._get(name)
        way = self._checked(robot, nodes)
        return self._change(robot, [*robot.way.nodes[robot.passed : robot.released], *way], None)

    def has_route(self, name: str) -> bool:
        """Say whether a robot has a route; one that was only placed is given any, so give it the one home first."""
        return self._get(name).routed

    def leads_on(self, name: str) -> bool:
        """Say whether a robot's route goes on from where it stands; one that was only placed has none."""
        robot = self._get(name)
        return robot.passed < len(robot.way.nodes) - 1

    def go_on(self, name: str) -> list[str]:
        """Let the rest of a robot's route count from 0, as an order of its own needs it; gives its nodes.

        Nothing else changes, so the proof stays as it is. Raises TrafficError when there is base ahead.
        """
        robot = self._get(name)
        if robot.released > robot.passed:
            raise TrafficError(f"{name} still has way before it")
        self._places.count_from_here(robot)
        return [self._board.name(node) for node in robot.way.nodes]

    def hinderers(self, among: Iterable[str]) -> dict[str, None]:
        """Give those of these robots that stand in the way of one that gets no more way now."""
        return {name: None for name in among if self._hinders(self._get(name))}

    def _hinders(self, robot: Robot) -> bool:
        near = dict.fromkeys(other for node in bits(robot.held) for other in self._board.visitors[node])
        waiting = [self._robots[name] for name in near if name != robot.name]
        return any(other.waits is not None and first_in_way(self._board, other) is robot for other in waiting)

    @property
    def effort(self) -> int:
        """Mask comparisons that were made in all."""
        return self._purse.spent

    def begin_round(self, now: int | None = None) -> None:
        """Begin a round of questions; it may search for as much as former rounds have left over of their share.

        `now` is the time in ms by a clock that begins when it likes; without one, time stands still for the plan.
        """
        self.now = self.now if now is None else max(self.now, now)
        self._looked = -1
        self._purse.begin_round()
        for name in list(self._put_off)[:ASKED_AGAIN]:
            del self._put_off[name]
            if name in self._robots:
                self._robots[name].watch = ()

    def extend(self, name: str, limit: int | None = None) -> int:
        """Release as much further way as is needed and safe, not beyond position number limit; give how many nodes."""
        robot = self._get(name)
        end = None if limit is None else limit - robot.start
        if end != robot.limit:
            robot.limit, robot.goal = end, None
        goal = self._goal(robot)
        before = robot.released
        while robot.released < goal and (place := self._furthest(robot, goal)) is not None:
            self._epoch += 1
            self._released += place - robot.released
            robot.released = place
            self._board.hold(robot)
        if robot.released > before:
            robot.goal = None
            self._board.count_needs(robot)
            robot.runs = [run for run in robot.runs if run[0] > robot.released]
        if robot.released > before or robot.released >= goal:
            robot.waits = None
        elif robot.waits is None:
            robot.waits = self._released
        return robot.released - before

    def give_back(self, name: str, position: int) -> None:
        """Take back what was released beyond a position and never told to the robot.

        The plan stays good: it begins with the move that was taken back, whose way was free a moment ago.
        """
        robot = self._get(name)
        place = position - robot.start
        if not robot.passed <= place < robot.released:
            return
        self._places.draw_back(robot, place)
        self._review()

    @property
    def put_off(self) -> bool:
        """A search was put off: whoever was refused should be asked for again."""
        return bool(self._put_off)

    def wanting(self) -> list[str]:
        """Give the robots to ask extend for now, longest waiting first: those short of way or at their limit."""
        latest = self._released + 1
        ranked = sorted(
            (latest if robot.waits is None else robot.waits, name)
            for name, robot in self._robots.items()
            if robot.passed == robot.limit or self._goal(robot) > robot.released
        )
        return [name for _, name in ranked]

    def stirred(self, name: str) -> bool:
        """Say whether somebody may get way now that this robot has moved on.

        Who waits is asked at every move: asked seldom, the proof in hand fits less and its search costs far more.
        """
        robot = self._get(name)
        return (
            robot.passed == robot.limit
            or self._goal(robot) > robot.released
            or any(other.waits is not None for other in self._robots.values())
        )

    def passed(self, name: str, position: int) -> bool:
        """Take a robot's report that it has reached position (a number of its route); frees all before it.

        Returns False for an old report. Raises TrafficError for a position that was never released to it.
        """
        robot = self._get(name)
        place = position - robot.start
        if place > robot.released:
            raise TrafficError(f"{name} reports position {position}, released is {robot.start + robot.released}")
        if place <= robot.passed:
            return False
        robot.passed = place
        robot.also = 0
        robot.goal = None
        self._board.hold(robot)
        if self._places.end_clashes():
            self._review()
        if name not in self._plan.safe:
            self._epoch += 1
        return True

    def freeze(self, name: str) -> None:
        """Mark a robot as stopped (dead, silent, unlocalised, manual): it keeps its nodes and gets no more."""
        self._stop(name, stopped=True)

    def thaw(self, name: str) -> None:
        """End freeze: the robot goes on with its route."""
        self._stop(name, stopped=False)

    def remove(self, name: str) -> None:
        """Forget a robot that was carried off the floor; frees all it held. An unknown robot is no error."""
        robot = self._board.remove(name)
        if robot is not None:
            self._plan.drop(robot)
            self._review()

    def close(self, place: str) -> None:
        """Close a node or lane ("FROM>TO"): nobody is released into it; what is already released stays so (R12)."""
        self.roadmap.close(place)
        self._reopened()

    def open(self, place: str) -> None:
        """Open a closed node or lane again."""
        self.roadmap.open(place)
        self._reopened()

    def why(self, name: str) -> Wait:
        """Say why a robot does not get more way at this moment."""
        robot = self._get(name)
        return simple_reason(self._board, robot) or self._why_waiting(robot)

    def cut(self) -> list[str]:
        """Give the robots that run but cannot get home on their way: stopped ones or closures are before them."""
        return [name for name, robot in self._robots.items() if name not in self._plan.safe and self._board.live(robot)]

    def obstacles(self, name: str) -> int:
        """Give the mask of nodes this robot should be planned round: near robots that do not move by themselves.

        One that stands in its bay is in nobody's way.
        """
        others = (one for one in self._robots.values() if one.name != name and one.name not in self._plan.safe)
        standing = self._board.holds.ghosts
        for other in others:
            standing |= 0 if other.at_home(other.way.nodes[-1]) else other.held
        mask = 0
        for node in bits(standing):
            mask |= self._board.zones.masks[node]
        return mask

    def between(self, one: str, other: str) -> list[str]:
        """Give the robots that may be on a lane between two nodes: they hold both, or clash with somebody at one."""
        ends = self.roadmap.mask((one, other))
        return [robot.name for robot in self._robots.values() if robot.held & ends == ends or robot.ghost & ends]

    def occupancy(self) -> dict[str, str]:
        """Give the robot that holds each held node, by node in map order."""
        found = {node: robot.name for robot in self._robots.values() for node in bits(robot.held)}
        return {self._board.name(node): found[node] for node in sorted(found)}

    def bays(self) -> dict[str, str]:
        """Give the bay that belongs to each robot, by robot: the end of its route."""
        return {robot.name: self._board.name(robot.way.nodes[-1]) for robot in self._robots.values() if robot.routed}

    # --- releasing -------------------------------------------------------------------------------------------------

    def _goal(self, robot: Robot) -> int:
        """Give the index up to which the robot should have way now; kept until it moves on or its way changes."""
        if robot.goal is None:
            robot.goal = self._lookahead.goal(self._board, robot)
        return robot.goal

    def _furthest(self, robot: Robot, goal: int) -> int | None:
        """Give how far the robot may go now, at most to goal: as far as is free if that is safe, else one node or none.

        Only where it comes to stand matters to the others: it drives to the end of its base in any case.
        """
        if not self._board.live(robot) or (robot.watch and all(map(self._still_so, robot.watch))):
            return None
        robot.watch, denied = (), self._purse.denied
        next_one = far = robot.released + 1
        end = min(goal, robot.barrier - 1)
        held_by = None
        while far <= end and (held_by := self._board.holder(robot.way.nodes[far], robot)) is None:
            far += 1
        rests = [place for place in range(next_one, far) if not self._board.zones.through >> robot.way.nodes[place] & 1]
        asked = [rests[-1], rests[0]] if rests else []
        if asked and (robot.name in self._plan.safe or self._found_home(robot)):
            for place in dict.fromkeys(asked):
                if self._stays_safe(robot, place):
                    return place
        first = [comes_first(self._board, robot, place) for place in dict.fromkeys(asked)]
        if robot.name in self._plan.safe:
            robot.watch = tuple(one.seen for one in (robot, held_by, *first) if one is not None)
        if self._purse.denied > denied:
            self._put_off[robot.name] = None
        return None

    def _still_so(self, seen: Seen) -> bool:
        return seen.still_so and self._robots.get(seen.robot.name) is seen.robot

    def _found_home(self, robot: Robot) -> bool:
        """Look again whether a robot that was cut off can get home now; in every round and situation in another order.

        While all stand nothing changes, and to wait for that would help nobody.
        """
        if self._lost[0] != self._epoch:
            self._lost = self._epoch, cut_for_good(self._board, self.cut())
        if self._looked == self._epoch or robot.name in self._lost[1] or not self._purse.may_search():
            return False
        self._turn += 1
        proof = self._prove([self._turn], hint=self._hinted != self._epoch)
        self._purse.pay(proof.effort)
        self._put_off[robot.name] = None
        if self._plan.keeps(proof) and len(proof.safe) > len(self._plan.safe):
            self._adopt(proof)
            self._epoch += 1
        self._looked = self._hinted = self._epoch
        return robot.name in self._plan.safe

    def _stays_safe(self, robot: Robot, place: int) -> bool:
        """Say whether everyone safe stays so with one more node released; keeps the moves that prove it."""
        if may_rest(self._board, robot, place):
            return True
        if self._elder(robot) is not None or not self._purse.may_search():
            return False
        push = Push(self._board, self._unplanned(robot.name))
        pushed = push.forward(robot, place)
        self._purse.pay(push.effort)
        if pushed:
            self._plan.put_first(push.moves)
            return True
        if robot.search_at > self._epoch or not self._purse.may_search() or self._crowded:
            return False
        proof = prove(self._board.zones, self._trips({robot.name: place}), self._board.standing(), self._plan.moves())
        self._purse.pay(proof.effort)
        found = self._plan.keeps(proof)
        robot.fails = 0 if found else robot.fails + 1
        robot.search_at = self._epoch + min(1 << robot.fails, SEARCH_PAUSE)
        if found:
            self._adopt(proof, {robot.name: place})
        return found

    @property
    def _crowded(self) -> bool:
        """Say whether there are too many for a search of the whole plan: it would hold up all reports meanwhile."""
        return len(self._robots) > SEARCHED_MOST

    def _stop(self, name: str, *, stopped: bool) -> None:
        robot = self._get(name)
        if robot.stopped == stopped:
            return
        robot.stopped = stopped
        if robot.at_home(robot.way.nodes[robot.passed]) and self._board.live(robot) == (not stopped):
            self._at_home(robot, safe=not stopped)
        else:
            self._review()

    def _at_home(self, robot: Robot, *, safe: bool) -> None:
        """Take note that one in its bay may drive, or may not: it is in nobody's way, so nothing else changes."""
        if safe:
            self._plan.safe[robot.name] = None
        else:
            self._plan.safe.pop(robot.name, None)
        self._epoch += 1

    def _elder(self, robot: Robot) -> Robot | None:
        """Give the robot that has waited so long that no new order of moves may put it back, if it is not this one."""
        if self._elder_found[0] != self._epoch:
            self._elder_found = self._epoch, self._find_elder()
        found = self._elder_found[1]
        return None if found is robot else found

    def _find_elder(self) -> Robot | None:
        found: Robot | None = None
        patience = PATIENCE * max(PATIENCE_OF, len(self._robots)) // PATIENCE_OF
        for other in self._robots.values():
            if other.waits is None or self._released - other.waits < patience or other.name not in self._plan.safe:
                continue
            if self._goal(other) <= other.released:
                continue
            if found is None or found.waits is None or other.waits < found.waits:
                found = other
        return found

    # --- the proof -------------------------------------------------------------------------------------------------

    def _trips(self, entered: dict[str, int]) -> list[Trip]:
        trips = []
        for robot in self._robots.values():
            if self._board.live(robot):
                at = entered.get(robot.name, robot.released)
                held = 1 << robot.way.nodes[at] if at != robot.released else robot.settled
                trips.append(Trip(robot.name, robot.way, at, held, robot.barrier))
        return trips

    def _prove(self, turns: Iterable[int], *, hint: bool = True) -> Proof:
        trips, standing = self._trips({}), self._board.standing()
        return prove(self._board.zones, trips, standing, self._plan.moves() if hint else None, turns)

    def _unplanned(self, name: str) -> int:
        """Give what is held by robots without plan, this one aside: they stand still."""
        mask = self._board.holds.ghosts
        for robot in self._robots.values():
            if robot.name != name and robot.name not in self._plan.safe:
                mask |= robot.held
        return mask

    def _adopt(self, proof: Proof, entered: Mapping[str, int] = NOBODY) -> None:
        """Take over a proof; `entered` says who is put further on by it than the end of his base."""
        self._plan.adopt(proof, times(self._board, proof.moves, self.roadmap.drive_ms, self.now, entered))

    def _review(self) -> None:
        """Prove anew after something happened that nobody asked leave for."""
        self._epoch += 1
        proof = self._prove(THOROUGHLY)
        self._purse.count(proof.effort)
        self._adopt(proof)

    # --- routes ----------------------------------------------------------------------------------------------------

    def _checked(self, robot: Robot, nodes: Sequence[str]) -> list[int]:
        """Give the node numbers of a way that begins where the robot's base ends."""
        way = [self.roadmap.index(node) for node in nodes]
        if not way or way[0] != robot.way.nodes[robot.released]:
            raise TrafficError(f"a way for {robot.name} begins at {self._board.name(robot.way.nodes[robot.released])}")
        for one, other in pairwise(way):
            if not self.roadmap.joined(one, other):
                raise RoadmapError(f"no lane leads from {self._board.name(one)} to {self._board.name(other)}")
        return way

    def _change(self, robot: Robot, nodes: Sequence[int], start: int | None) -> Wait | None:
        """Take over a new way if everyone safe stays so and this robot is safe on it.

        A robot that had none takes it in any case: it stands still either way, and others may get home only if it would
        move, too. With start None the way begins at the node last passed, and the position numbers go on.
        """
        if robot.stopped or robot.ghost:
            return self.why(robot.name)
        beyond = nodes[robot.released - robot.passed :] if start is None else nodes
        refusal = bay_refusal(self._board, self._bays, robot, Way(beyond, self._board.zones))
        if refusal is not None:
            return refusal
        only_placed = not robot.routed
        kept = robot.way, robot.routed, robot.start, robot.passed, robot.released, robot.barrier, robot.also
        robot.way, robot.routed = Way(nodes, self._board.zones), True
        if start is None:
            robot.start += robot.passed
            robot.passed, robot.released = 0, robot.released - robot.passed
        else:
            robot.start, robot.passed, robot.released = start, 0, 0
            robot.also = robot.held & ~(1 << nodes[0])
        self._board.fence(robot)
        sooner = min(self.now, robot.runs[0][1]) if robot.runs else self.now
        moves = self._plan.drop(robot)
        elder = self._elder(robot)
        proof = None
        taken = self._joins(robot, sooner, elder)
        if not taken and (only_placed or (self._purse.may_search() and not self._crowded)):
            proof = self._prove(ONCE if elder is None else ())
            self._purse.pay(proof.effort)
            taken = robot.name in proof.safe and self._plan.keeps(proof)
            if taken:
                self._adopt(proof)
        if taken or only_placed:
            self._epoch += 1
            robot.limit = robot.goal = None
            self._board.count_needs(robot)
            return None
        reason = self._why_waiting(robot, proof)
        robot.way, robot.routed, robot.start, robot.passed, robot.released, robot.barrier, robot.also = kept
        robot.goal = None
        self._plan.undrop(robot, moves)
        return reason

    def _joins(self, robot: Robot, sooner: int, elder: Robot | None) -> bool:
        """Put a robot on its new way behind everybody's plan, if it can wait where it stands or be pushed ahead."""
        standing = self._unplanned(robot.name)
        if robot.barrier <= robot.last or robot.way.ahead[robot.released + 1] & standing:
            return False
        fit = Fit(self._board, robot, self.roadmap.drive_ms)
        runs = fit.runs(sooner, -NEVER if elder is None else elder.runs[0][1])
        self._purse.pay(fit.effort)
        if runs is not None:
            self._plan.give(robot, runs)
            return True
        if may_rest(self._board, robot, robot.released) or elder is not None or not self._purse.may_search():
            return False
        push = Push(self._board, standing)
        robot.runs = [(robot.last, self._plan.next_rank)]
        pushed = push.forward(robot, robot.released)
        self._purse.pay(push.effort)
        if not pushed:
            robot.runs = []
            return False
        self._plan.give(robot, robot.runs)
        self._plan.put_first(push.moves)
        return True

    def _reopened(self) -> None:
        for robot in self._robots.values():
            self._board.fence(robot)
        self._review()

    # --- holds -----------------------------------------------------------------------------------------------------

    def _get(self, name: str) -> Robot:
        robot = self._robots.get(name)
        if robot is None:
            raise TrafficError(f"robot {name} was never placed")
        return robot

    # --- reasons ---------------------------------------------------------------------------------------------------

    def _why_waiting(self, robot: Robot, proof: Proof | None = None) -> Wait:
        """Say who or what is in a robot's way, with a proof that was tried and not good enough, or by the plan."""
        safe = self._plan.safe if proof is None else proof.safe
        hurt = next((name for name in self._plan.safe if name not in safe), None)
        return reason_on_way(self._board, robot, safe, self._elder(robot), hurt)
