"""A small world for traffic tests: random maps, and robots that drive only what was released to them, at their pace.

The floor checks with its own bookkeeping that no two robots are ever at, or on the way to, one node.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, permutations

from edge.fleet.lookahead import Lookahead
from edge.fleet.reasons import Reason
from edge.fleet.roadmap import Lane, Node, Roadmap
from edge.fleet.routes import Tour, plan_tour
from edge.fleet.traffic import Traffic

STEP = 2000
"""Millimetres between neighbours of a grid."""


@dataclass
class Site:
    roadmap: Roadmap
    bays: list[str]
    stops: list[str]


def grid(width: int, height: int, bays: int, one_way: float, dice: random.Random) -> Site:
    """Give a grid with some one-way rows and columns and bays on spurs; all stops reach each other and every bay."""
    while True:
        nodes = [Node(f"N{x}-{y}", x * STEP, y * STEP) for x in range(width) for y in range(height)]
        lanes = []
        for y in range(height):
            lanes += _line([f"N{x}-{y}" for x in range(width)], one_way, dice)
        for x in range(width):
            lanes += _line([f"N{x}-{y}" for y in range(height)], one_way, dice)
        homes = []
        for number in range(bays):
            at = dice.choice([node for node in nodes if node.id.startswith("N")])
            bay = Node(f"B{number}", at.x + STEP // 3 * (number + 1), at.y + STEP // 2)
            nodes.append(bay)
            homes.append(bay.id)
            lanes += [Lane(at.id, bay.id, 1000), Lane(bay.id, at.id, 1000)]
        roadmap = Roadmap(nodes, lanes)
        stops = [node.id for node in nodes if node.id.startswith("N")]
        first = stops[0]
        if all(
            roadmap.travel_ms(first, node.id) is not None and roadmap.travel_ms(node.id, first) is not None
            for node in nodes
        ):
            return Site(roadmap, homes, stops)


def storeys(floors: int, lifts: int, dice: random.Random) -> Site:
    """Give grids on several floors with bays on each, joined by lifts only; every floor reaches every other."""
    nodes: list[Node] = []
    lanes: list[Lane] = []
    bays: list[str] = []
    stops: list[str] = []
    landings: list[str] = []
    cabins: list[list[str]] = [[] for _ in range(lifts)]
    for floor in range(floors):
        one = grid(dice.randint(2, 4), dice.randint(2, 4), dice.randint(1, 4), dice.choice([0, 0.5]), dice)
        name = {node.id: f"F{floor}.{node.id}" for node in one.roadmap.nodes}
        nodes += [Node(name[node.id], node.x, node.y, f"floor{floor}") for node in one.roadmap.nodes]
        lanes += [Lane(name[lane.start], name[lane.end], lane.speed) for lane in one.roadmap.lanes]
        bays += [name[bay] for bay in one.bays]
        stops += [name[stop] for stop in one.stops]
        for lift, cabin in enumerate(cabins):
            cabin.append(f"F{floor}.CABIN{lift}")
            nodes.append(Node(cabin[-1], -STEP * (lift + 1), -STEP, f"floor{floor}"))
            landings.append(f"F{floor}.LANDING{lift}")
            nodes.append(Node(landings[-1], -STEP * (lift + 1), -2 * STEP, f"floor{floor}"))
            ways = [name[dice.choice(one.stops)], landings[-1], cabin[-1], landings[-1], name[dice.choice(one.stops)]]
            lanes += [Lane(a, b, 500) for a, b in pairwise(ways)]
    lanes += [Lane(a, b, 1, ride=30_000) for cabin in cabins for a, b in permutations(cabin, 2)]
    return Site(Roadmap(nodes, lanes, cabins, landings), bays, stops)


def _line(names: list[str], one_way: float, dice: random.Random) -> list[Lane]:
    forth = [Lane(a, b, 1000) for a, b in pairwise(names)]
    back = [Lane(b, a, 1000) for a, b in pairwise(names)]
    if dice.random() < one_way:
        return forth if dice.random() < 0.5 else back
    return forth + back


def warehouse(columns: int = 12, depth: int = 12, robots: int = 30) -> Site:
    """Give two zones of one-way aisles between pairs of one-way cross aisles, with bays off these: some 400 nodes."""
    width = 2 * columns + 1
    rows = {-2: 1, -1: -1, depth: 1, depth + 1: -1}
    nodes = [Node(f"R{y}.{x}", x * STEP, y * STEP) for y in rows for x in range(width)]
    aisles = [x for x in range(width) if x != columns]
    nodes += [Node(f"Z{x}.{y}", x * STEP, y * STEP) for x in aisles for y in range(depth)]
    ways = []
    for y, direction in rows.items():
        ways.append([f"R{y}.{x}" for x in range(width)][::direction])
    for x in aisles:
        aisle = [f"R-2.{x}", f"R-1.{x}", *(f"Z{x}.{y}" for y in range(depth)), f"R{depth}.{x}", f"R{depth + 1}.{x}"]
        ways.append(aisle[::-1] if x % 2 else aisle)
    for x in (0, columns, width - 1):
        for pair in ([f"R-2.{x}", f"R-1.{x}"], [f"R{depth}.{x}", f"R{depth + 1}.{x}"]):
            ways += [pair, pair[::-1]]
    lanes = {(a, b): Lane(a, b, 1500) for way in ways for a, b in pairwise(way)}
    bays = []
    for number in range(robots):
        outer = depth + 1 if number < width else -2
        x = number % width
        beyond = 1 if outer > 0 else -1
        bays.append(f"BAY{number}")
        nodes.append(Node(bays[-1], x * STEP, (outer + beyond) * STEP))
        for a, b in ((f"R{outer}.{x}", bays[-1]), (bays[-1], f"R{outer}.{x}")):
            lanes[a, b] = Lane(a, b, 600)
    return Site(Roadmap(nodes, lanes.values()), bays, [node.id for node in nodes if node.id.startswith("Z")])


class Body:
    """One robot on the floor: index in its route, and whether it is between this node and the next."""

    def __init__(self, name: str, node: str, pace: float) -> None:
        self.name = name
        self.pace = pace
        self.route: list[str] = [node]
        self.at = 0
        self.base = 0
        self.between = False
        self.dead = False
        self.stops: list[int] = []
        self.busy = 0

    def covers(self) -> list[str]:
        return self.route[self.at : self.at + (2 if self.between else 1)]


class Floor:
    def __init__(self, site: Site, robots: int, dice: random.Random, *, lookahead: Lookahead | None = None) -> None:
        self.site = site
        self.dice = dice
        self.lookahead = lookahead
        self.bay_mask = site.roadmap.mask(site.bays)
        self.traffic = Traffic(site.roadmap, bays=site.bays, lookahead=lookahead)
        self.bodies = [Body(f"R{n}", site.bays[n], 0.2 + 0.8 * dice.random()) for n in range(robots)]
        for body in self.bodies:
            assert self.traffic.place(body.name, body.route[0]) is None
        self.done = 0
        self.waiting: list[Body] = []
        """Who asked for way in the last step and got none."""
        self.stirred: list[bool] = []
        """What traffic said of each report of the last step."""
        self.shut: Callable[[str, str], bool] = lambda _start, _end: False
        """Says of a lane whether a door on it is not open in this step."""
        self.in_rounds = False
        """Whether searches of a step are bounded together."""
        self.at_doors: dict[str, None] = {}
        """Who was given way only up to a door."""

    # --- work ------------------------------------------------------------------------------------------------------

    def give_tour(self, body: Body, stops: int) -> bool:
        """Give a robot whose base is used up a random tour home or to a free bay."""
        taken = {bay for robot, bay in self.traffic.bays().items() if robot != body.name}
        homes = [bay for bay in self.site.bays if bay not in taken]
        wanted = [[self.dice.choice(self.site.stops)] for _ in range(stops)]
        return self._route(body, wanted, self.dice.sample(homes, min(2, len(homes))))

    def work(self, body: Body, wish: dict[str, str]) -> bool:
        """Drive stop by stop: at each stop (or at home) ask for the way to a next one and home; False if refused."""
        if body.busy or any(stop > body.at for stop in body.stops):
            return True
        wanted = wish.setdefault(body.name, self.dice.choice(self.site.stops))
        if not self._route(body, [[wanted]], [self.traffic.bays()[body.name]]):
            return False
        del wish[body.name]
        return True

    def replan(self, body: Body) -> bool:
        """Send a cut-off robot the rest of its tour round what does not move, else straight home."""
        rest = [[body.route[stop]] for stop in body.stops if stop > body.at]
        taken = {bay for robot, bay in self.traffic.bays().items() if robot != body.name}
        homes = [bay for bay in self.site.bays if bay not in taken]
        return self._route(body, rest, homes) or self._route(body, [], homes)

    def _route(self, body: Body, wanted: list[list[str]], homes: list[str]) -> bool:
        here = body.route[body.base]
        tour = plan_tour(
            self.site.roadmap, here, wanted, homes, bays=self.bay_mask, avoid=self.traffic.obstacles(body.name)
        )
        if not isinstance(tour, Tour):
            return False
        if body.at == body.base:
            if self.traffic.route(body.name, tour.nodes, start=body.at) is not None:
                return False
        elif self.traffic.replace(body.name, tour.nodes) is not None:
            return False
        offset = body.base
        body.stops = [stop for stop in body.stops if body.at < stop <= offset]
        body.stops += [offset + stop for stop in tour.stops]
        body.route = body.route[:offset] + list(tour.nodes)
        return True

    # --- one step --------------------------------------------------------------------------------------------------

    def step(self) -> int:
        """Ask for way for all in fair order, then let everyone drive a little; give how many moved or worked."""
        by_name = {body.name: body for body in self.bodies}
        moved = 0
        self.waiting = []
        if self.in_rounds:
            self.traffic.begin_round()
        for name in dict.fromkeys([*self.traffic.wanting(), *self.at_doors]):
            body = by_name[name]
            limit = next((stop for stop in body.stops if stop > body.at or (stop == body.at and body.busy)), None)
            limit = self._door_before(body, limit)
            more = self.traffic.extend(name, limit)
            body.base += more
            if not more:
                self.waiting.append(body)
            assert self.traffic.state(name).released == body.base
            assert self.traffic.why(name).reason in Reason
            if more:
                end = self.site.roadmap.index(body.route[body.base])
                assert not self.site.roadmap.through >> end & 1, f"{name} would wait in a lift"
        self.stirred = []
        for body in self.bodies:
            moved += self._drive(body)
        self.check()
        return moved

    def _door_before(self, body: Body, limit: int | None) -> int | None:
        """Give the index before the first shut door on a robot's way, if that comes before its limit."""
        end = len(body.route) - 1 if limit is None else limit
        found = next((at for at in range(body.base, end) if self.shut(body.route[at], body.route[at + 1])), None)
        if found is None:
            self.at_doors.pop(body.name, None)
            return limit
        self.at_doors[body.name] = None
        return found

    def _drive(self, body: Body) -> int:
        if body.dead:
            return 0
        if body.busy:
            body.busy -= 1
            return 1
        if body.between:
            if self.dice.random() < body.pace:
                body.between = False
                body.at += 1
                self.traffic.passed(body.name, body.at)
                self.stirred.append(self.traffic.stirred(body.name))
                if body.at in body.stops:
                    body.busy = self.dice.randint(1, 5)
                self.done += body.at == len(body.route) - 1
            return 1
        if body.at < body.base:
            body.between = True
            return 1
        return 0

    def check(self) -> None:
        seen: dict[str, str] = {}
        held = self.traffic.occupancy()
        for body in self.bodies:
            for node in body.covers():
                assert seen.setdefault(node, body.name) == body.name, f"{node}: {seen[node]} and {body.name}"
                assert held[node] == body.name
        self.check_plan()

    def check_plan(self) -> None:
        """Make the moves of the plan in force one after the other: each way is free, and all who are safe get home."""
        records = {record.robot: record for record in self.traffic.snapshot()}
        at = {name: record.released - record.start for name, record in records.items()}
        still = [*self.traffic.cut(), *(record.robot for record in records.values() if record.stopped)]
        for name, position in self.traffic.plan():
            record = records[name]
            place = position - record.start
            if name in still or place <= at[name]:
                continue
            others = [other.nodes[at[other.robot]] for other in records.values() if other is not record]
            assert not set(record.nodes[at[name] + 1 : place + 1]) & set(others), f"{name} cannot drive to {position}"
            at[name] = place
            end = self.site.roadmap.index(record.nodes[place])
            assert not self.site.roadmap.through >> end & 1, f"{name} would rest in a lift"
        away = [name for name, record in records.items() if name not in still and at[name] < len(record.nodes) - 1]
        assert away == []

    def kill(self, body: Body) -> None:
        body.dead = True
        self.traffic.freeze(body.name)

    def revive(self, body: Body) -> None:
        body.dead = False
        self.traffic.thaw(body.name)

    def restart(self, *, plan: bool = False) -> None:
        """Forget all traffic but the records (and the plan) and go on."""
        records = self.traffic.snapshot()
        before = self.traffic.occupancy()
        kept = self.traffic.plan() if plan else []
        self.traffic = Traffic.restore(
            self.site.roadmap, records, bays=self.site.bays, lookahead=self.lookahead, plan=kept
        )
        assert self.traffic.occupancy() == before

    def take_back(self, body: Body) -> None:
        """Take back what a robot standing at a node was not told of yet; everybody safe stays so."""
        here = self.site.roadmap.index(body.route[body.at])
        if body.between or self.site.roadmap.through >> here & 1:
            return
        cut = self.traffic.cut()
        self.traffic.give_back(body.name, body.at)
        assert self.traffic.state(body.name).released == body.at
        assert [name for name in self.traffic.cut() if name not in cut] == []
        body.base = body.at
        self.check()

    def put_back(self, body: Body) -> None:
        """Say that a robot stands where it does, its order gone; that takes the way home from nobody."""
        here = body.covers()
        cut = self.traffic.cut()
        assert self.traffic.place(body.name, here[0], here[1:]) is None
        assert [name for name in self.traffic.cut() if name not in cut] == []
        body.stops = [stop - body.at for stop in body.stops if stop > body.at]
        body.route, body.at, body.base, body.between = body.route[body.at :], 0, 0, False
        if not self.traffic.leads_on(body.name):
            body.route, body.stops = body.route[:1], []
        self.check()

    def home(self, body: Body) -> bool:
        return body.at == len(body.route) - 1

    def run_home(self, limit: int, *, patience: int = 5) -> int:
        """Step until nobody moves for so many steps; give the steps used."""
        quiet = 0
        for used in range(limit):
            quiet = 0 if self.step() else quiet + 1
            if quiet > patience:
                return used
        raise AssertionError("still moving after the limit")

    def stuck(self) -> list[str]:
        """Give the living robots that are not home though nothing that stands still is in their way."""
        blocked = {node for body in self.bodies if body.dead for node in body.route[body.at : body.base + 1]}
        waiting = [body for body in self.bodies if not body.dead and not self.home(body)]
        while True:
            cut = [body for body in waiting if blocked & set(body.route[body.base + 1 :])]
            if not cut:
                return [body.name for body in waiting]
            for body in cut:
                blocked |= set(body.route[body.at : body.base + 1])
                waiting.remove(body)
