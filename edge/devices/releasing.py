"""Gives out way as far as traffic proves it safe, round what is in the way; robots are told once that is committed."""

import asyncio

from edge.devices import endings
from edge.devices.driving import ASK_AGAIN
from edge.devices.fleet import Fleet
from edge.devices.orders import Way, order_of
from edge.fleet.places import TrafficError
from edge.processes import carry


class Releasing:
    """Lengthens the ways of all that drive."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._began: float | None = None
        """When the first round began: the clock of traffic begins there."""

    async def go_round(self) -> None:
        """Lead robots whose way is cut off round what is in the way, where the map allows (R125).

        Who cannot or shall not reach its stop because of what people closed goes home meanwhile.
        """
        fleet, retreat = self._fleet, self._fleet.retreat
        recalled = [way.robot for way in fleet.ways.values() if way.granted < way.end and retreat.recalls(way)]
        for name in dict.fromkeys([*recalled, *fleet.traffic.cut()]):
            way, robot = fleet.ways.get(name), fleet.robots[name]
            if way is None:
                continue
            here, obstacles, home = way.route[way.granted], fleet.traffic.obstacles(name), name in recalled
            tour = None if home else fleet.tour(robot, here, way.route[-1], obstacles)
            if tour is None and (home or (way.granted < way.end and retreat.shuts(way))):
                tour, home = fleet.tour(robot, here, robot.home, obstacles), True
            try:
                if tour is None or fleet.traffic.replace(name, tour.nodes) is not None:
                    continue
            except TrafficError as error:
                endings.misplaced(fleet, robot, error)
                continue
            way.lead(tour.leg, tour.nodes, home=home)
            if home:
                await fleet.store.run(carry.turn_home, way.row())

    async def release(self) -> None:
        """Give out way as far as is safe; when that is committed, tell those whose order it changes."""
        fleet, traffic = self._fleet, self._fleet.traffic
        ways = {way.robot: way for way in fleet.ways.values() if way.rerouted or not way.told}
        held_back = fleet.passages.held_back
        traffic.begin_round(self._clock())
        for name in dict.fromkeys([*traffic.wanting(), *ways, *held_back]):
            way = fleet.ways.get(name)
            if way is None or not fleet.robots[name].usable:
                ways.pop(name, None)
                continue
            way.granted += traffic.extend(name, fleet.passages.limit(way))
            told = fleet.passages.told(way, fleet.stands_still)
            if told > way.released:
                way.released = told
                way.update_id += way.told and name not in ways
                ways[name] = way
        if traffic.put_off:
            fleet.rounds.after(ASK_AGAIN)
        if not ways:
            return
        rows = [way.row() for way in fleet.ways.values() if way.passed != way.kept or way.robot in ways]
        for way in fleet.ways.values():
            way.kept = way.passed
        await fleet.store.run(carry.release_way, rows, traffic.changes())
        fleet.reconsider()
        for name, way in ways.items():
            way.rerouted = False
            if fleet.ways.get(name) is way:
                self.tell(way)

    def _clock(self) -> int:
        """Return the milliseconds since the first round."""
        moment = asyncio.get_running_loop().time()
        self._began = moment if self._began is None else self._began
        return int((moment - self._began) * 1000)

    def tell(self, way: Way) -> None:
        """Have the robot of a way told as much of it as is released."""
        way.told = True
        order = order_of(way, self._fleet.roadmap)
        self._fleet.link.want(self._fleet.robots[way.robot].identity, order, accepted=way.accepted)
