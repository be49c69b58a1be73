"""Drives a robot along its order and has its actions done; a cancel ends both (R05-R08, R19-R23, R80, R83).

It computes when it reaches the next node and sleeps until then. Acceleration is a trapezoid; a stop on a lane (pause,
obstacle) is immediate.
"""

import asyncio
from collections.abc import Callable

from drivers.vda5050.messages import Action, ActionStatus, Edge, Node
from simulators.robots.battery import Use
from simulators.robots.bell import Bell
from simulators.robots.body import Leg
from simulators.robots.config import Halt
from simulators.robots.crew import Crew
from simulators.robots.leave import Leave
from simulators.robots.legs import STRAIGHT, leave_speed, leg_of, limit, stops_at
from simulators.robots.mind import Mind
from simulators.robots.motion import heading, plan, turn
from simulators.robots.words import Wrong

ARRIVED = 0.01
"""Millimetres left at which a node is reached; floating point never gets closer for certain."""


class Driving:
    """What one robot does of its order; `nudge` is rung when something changed, `sees_shut` is its scanner's word."""

    def __init__(self, mind: Mind, crew: Crew, leave: Leave, nudge: Bell, sees_shut: Callable[[str], bool]) -> None:
        self.told = False
        """The last report said that it drives."""
        self._mind = mind
        self._body = mind.body
        self._crew = crew
        self._leave = leave
        self._nudge = nudge
        self._sees_shut = sees_shut
        self._turning = False
        self._rolling = False
        self._speed = 0.0

    @property
    def moving(self) -> bool:
        """It rolls or turns."""
        return self._body.moving or self._turning

    async def run(self) -> None:
        """Do what the order says, until cancelled."""
        while True:
            book = self._mind.book
            if self._mind.cancelling is not None:
                await self._end_cancel(self._mind.cancelling)
            elif book.arrived is not None:
                node = book.arrived
                await self._crew.carry_out(node.actions)
                if self._mind.book.arrived is node:
                    self._mind.book.arrived = None
            elif (leg := book.next_leg()) is not None:
                await self._drive(*leg)
            else:
                await self._sleep(None)

    def power_off(self) -> None:
        """Stand still at once."""
        self._body.freeze()
        self._turning = self._rolling = False
        self._speed = 0.0
        self._body.use(Use.IDLE)

    def cancel(self, action: Action) -> None:
        """Begin to give the order up (2.1 §6.6.3)."""
        mind, book = self._mind, self._mind.book
        meant = action.parameter("orderId", book.order_id) if mind.third else book.order_id
        if not book.busy or mind.cancelling is not None or meant != book.order_id:
            book.set_action(action.action_id, ActionStatus.FAILED, "no order to cancel")
            references = {"actionId": action.action_id}
            book.add_error(Wrong.NOTHING_TO_CANCEL, "there is no order to cancel", references)
            return
        book.set_action(action.action_id, ActionStatus.RUNNING)
        mind.cancelling = action.action_id
        to_node = self._rolling and mind.config.halt is Halt.NODE and not mind.stranded
        book.truncate(1 if to_node else 0)
        self._crew.cancel()

    def clear_order(self) -> None:
        """Have no order any more, without a word."""
        self._mind.book.truncate(0)
        self._mind.book.arrived = None
        self._crew.cancel()

    async def _end_cancel(self, action_id: str) -> None:
        await self._crew.finish()
        self._mind.book.truncate(0)
        self._mind.book.arrived = None
        self._rest()
        self._mind.book.set_action(action_id, ActionStatus.FINISHED)
        self._mind.cancelling = None
        self._mind.changed()

    async def _drive(self, edge: Edge, node: Node) -> None:
        leg = leg_of(self._body, edge, node)
        await self._turn(heading(leg.start, leg.end))
        if self._heads_for(edge, node):
            await self._crew.carry_out(edge.actions)
        if not self._heads_for(edge, node):
            self._mind.changed()
            return
        self._body.enter(leg)
        self._body.use(Use.DRIVING)
        self._rolling = True
        await self._roll(leg, edge, node)
        if self._heads_for(edge, node):
            theta = None if node.node_position is None else node.node_position.theta
            if theta is not None:
                await self._turn(theta)
        self._rolling = False
        if self._heads_for(edge, node):
            self._crew.end(edge.actions)
            self._mind.book.traverse()
            self._leave.leave_behind()
        if self._mind.book.next_leg() is None or stops_at(node):
            self._rest()
        self._mind.changed()

    async def _roll(self, leg: Leg, edge: Edge, node: Node) -> None:
        """Drive along a leg to its end, or until the leg is taken from the order."""
        while leg.length - self._body.travelled > ARRIVED:
            if not self._heads_for(edge, node):
                self._body.freeze()
                return
            if self._mind.must_stand() or self._sees_shut(leg.lane) or not self._leave.may_enter(leg):
                self._body.freeze()
                self._speed = 0.0
                self._mind.changed()
                await self._sleep(None)
                continue
            profile = plan(
                leg.length - self._body.travelled,
                self._speed,
                limit(self._mind, edge, leg.start, leg.end),
                leave_speed(self._mind, edge, node),
                self._mind.config.acceleration,
            )
            self._body.roll(profile)
            self._tell()
            await self._sleep(profile.duration)
            self._speed = self._body.speed
        self._body.arrive()

    def _heads_for(self, edge: Edge, node: Node) -> bool:
        """Tell whether this leg is still the next one; an update of the horizon leaves it alone."""
        return self._mind.book.next_leg() == (edge, node)

    def _rest(self) -> None:
        self._speed = 0.0
        if self._body.battery.use is Use.DRIVING:
            self._body.use(Use.IDLE)

    async def _turn(self, theta: float) -> None:
        angle = abs(turn(self._body.pose.theta, theta))
        if angle > STRAIGHT:
            self._speed = 0.0
            self._turning = True
            self._tell()
            await asyncio.sleep(angle / self._mind.config.turn_rate)
            self._turning = False
        self._body.face(theta)

    def _tell(self) -> None:
        """Report that it begins to drive, unless that was told: the end of a turn on the way is no news (R08)."""
        if not self.told:
            self._mind.changed()

    async def _sleep(self, seconds: float | None) -> None:
        """Wait for a nudge, at most so long."""
        self._nudge.silence()
        await self._nudge.wait(seconds)
