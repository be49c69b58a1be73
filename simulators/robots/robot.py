"""A simulated VDA 5050 robot of 2.1 or 3.0: takes orders, drives, acts, reports, breaks down (R05-R29, R80, R83).

Event-driven: it computes when it reaches the next node and sleeps until then, so that a day in virtual time is cheap.
Acceleration is a trapezoid; a stop on a lane (pause, obstacle) is immediate.
"""

import asyncio
import hashlib
import math
import random
from collections.abc import Callable, Coroutine
from typing import Any

from msgspec.structs import replace

from drivers.mqtt.port import Connect
from drivers.ports import Now
from drivers.vda5050 import codec_v2
from drivers.vda5050.messages import (
    Action,
    ActionStatus,
    Edge,
    EStop,
    Grant,
    InstantActions,
    Node,
    OperatingMode,
    Order,
    Responses,
    RobotId,
    SafetyState,
    State,
    Visualization,
    ZoneSet,
    ZoneSets,
)
from drivers.vda5050.topics import Topic
from simulators.robots.atlas import Atlas, Fetch, anything
from simulators.robots.battery import EMPTY, Use
from simulators.robots.beat import Beat
from simulators.robots.bell import Bell
from simulators.robots.body import Body, Leg, Occupancy
from simulators.robots.cargo import Partner, willing
from simulators.robots.config import Halt, RobotConfig
from simulators.robots.crew import WHILE_DRIVING, Crew
from simulators.robots.faults import CleanRadio, Radio
from simulators.robots.motion import Pose, heading, plan, turn
from simulators.robots.orderbook import Answer, OrderBook, Standing
from simulators.robots.requests import ASK_AGAIN, Place, Requests
from simulators.robots.speech import Heard, Said, Speech, SpeechV2
from simulators.robots.speech_v3 import SpeechV3
from simulators.robots.uplink import Uplink
from simulators.robots.words import Wrong

STRAIGHT = 0.05
"""Radians by which the way may bend without a stop to turn."""
ARRIVED = 0.01
"""Millimetres left at which a node is reached; floating point never gets closer for certain."""
MANUAL_MODES = (OperatingMode.STARTUP, OperatingMode.MANUAL, OperatingMode.SERVICE, OperatingMode.TEACHIN)
"""Modes in which there is no order."""
FOREIGN_MODES = (*MANUAL_MODES, OperatingMode.INTERVENED)
"""Modes in which it does not drive by itself."""
LOST_MODES = (OperatingMode.STARTUP, OperatingMode.SERVICE, OperatingMode.TEACHIN)
"""Modes of 3.0 in which it does not say at which node it is (3.0 §6.6.6)."""
SPEECHES: dict[str, Speech] = {"2.0": SpeechV2(codec_v2.OLD_CODEC), "2.1": SpeechV2(codec_v2.CODEC), "3.0": SpeechV3()}
SAFETY = {halted: SafetyState(e_stop=EStop.NONE, field_violation=halted) for halted in (False, True)}
OLDEST = "2.0"
"""The version that knows no maps."""
MAP_ACTIONS = ("downloadMap", "enableMap", "deleteMap", "enableZoneSet", "deleteZoneSet")
SELF_BOOKED = (*MAP_ACTIONS, "cancelOrder", "startCharging", "stopCharging", "retry", "skipRetry")
"""Instant actions that say themselves how they ended."""
PASSIVE = ("stateRequest", "factsheetRequest")
"""Instant actions answered in every mode."""


class Robot:
    """One robot; `run` is its life."""

    def __init__(
        self,
        config: RobotConfig,
        connect: Connect,
        *,
        now: Now,
        dice: random.Random,
        radio: Radio | None = None,
        partner: Partner = willing,
        fetch: Fetch = anything,
    ) -> None:
        self.config = config
        self.id = RobotId(config.manufacturer, config.serial)
        self.speech = SPEECHES[config.vda5050]
        self.book = self._empty_book(config.node)
        self.answers: dict[str, Grant] = {}
        """What the master said to its requests, by zone."""
        self._requests = Requests(config.serial)
        self.mode = OperatingMode.AUTOMATIC
        self.paused = False
        self.sees_shut: Callable[[str], bool] = lambda _lane: False
        """Its scanner's word on a lane: something stands across it."""
        self._now = now
        self._dice = dice
        self._time = asyncio.get_running_loop().time
        self.body = Body(config, self._time)
        self.crew = Crew(self.body, lambda: self.book, dice=dice, partner=partner, changed=self._changed)
        self.uplink = Uplink(
            self.id,
            config.interface,
            connect,
            self.speech,
            now=now,
            dice=dice,
            radio=radio or CleanRadio(),
            on_heard=self._on_heard,
            on_malformed=self._on_malformed,
            on_online=self._factsheet,
        )
        self.atlas = Atlas(config.maps or (config.map,), config.map_version, config.map_room)
        self._fetch = fetch
        self._radius = max(config.length, config.width) / 2
        self._turning = False
        self._rolling = False
        self._told_driving = False
        self._speed = 0.0
        self._cancelling: str | None = None
        self._halted_until = 0.0
        self._blocked_until = 0.0
        self._stranded = False
        self._nudge = Bell()
        self._reports = Beat(self._report, config.min_state_interval, config.state_interval)
        self._power_cut = asyncio.Event()
        self._revived = asyncio.Event()
        self._dead = False
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._link: asyncio.Task[None] | None = None
        self._left = asyncio.Event()

    @property
    def occupancy(self) -> Occupancy:
        """What it physically takes up now, for judges."""
        return self.body.occupancy

    @property
    def _driving(self) -> bool:
        return self.body.moving or self._turning

    @property
    def held_up(self) -> tuple[float, float] | None:
        """Where it stands with way before it though it could drive; None when it drives, acts, rests or cannot."""
        acts = self.crew.busy or self.book.arrived is not None or self._cancelling is not None
        if not self.alive or self._driving or acts or self._unable or not self.book.nodes:
            return None
        pose = self.body.pose
        return pose.x, pose.y

    @property
    def alive(self) -> bool:
        """It has power."""
        return bool(self._tasks)

    async def run(self) -> None:
        """Live until cancelled or told to leave; through reboots."""
        while not self._left.is_set():
            self._power_cut.clear()
            working = self._start()
            cut = asyncio.ensure_future(self._power_cut.wait())
            left = asyncio.ensure_future(self._left.wait())
            try:
                await asyncio.wait([working, cut, left], return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                if self._left.is_set() and self._link is not None:
                    self.uplink.leave()
                    await asyncio.wait([self._link])
            finally:
                cut.cancel()
                left.cancel()
                await self._power_off()
            if self._power_cut.is_set():
                await self._dark()

    def leave(self) -> None:
        """Go offline properly and end."""
        self._left.set()

    # Faults

    def stop(self, seconds: float) -> None:
        """Stand still as if somebody stood in the protective field."""
        self._halted_until = max(self._halted_until, self._time() + seconds)
        self._wake_at(self._halted_until)

    def block_path(self, seconds: float) -> None:
        """Find an obstacle on the way and report it."""
        self._blocked_until = max(self._blocked_until, self._time() + seconds)
        references = {"nodeId": self.book.last_node_id}
        self.book.add_error(Wrong.PATH_BLOCKED, "there is an obstacle on the way", references)
        self._wake_at(self._blocked_until)

    def look_up(self) -> None:
        """Look again at what its scanner sees."""
        self._nudge.ring()

    def strand(self) -> None:
        """Find that the next node cannot be reached; stand until another order is taken (3.0 §6.6.5.4)."""
        self._stranded = True
        references = {"orderId": self.book.order_id, "nodeId": self.book.nodes[0].node_id if self.book.nodes else ""}
        self.book.add_error(Wrong.NODE_UNREACHABLE, "there is no way to the next node", references)
        self._changed()

    def cut(self, seconds: float) -> None:
        """Lose the network for a time; the robot drives on to its last released node (R07)."""
        if self._link is None or self._link.done():  # it has no power, or none yet
            return
        self._link.cancel()
        self._link = self._spawn(self.uplink.run(seconds))

    def reboot(self) -> None:
        """Lose power for a moment: the order is gone, counters begin anew, the place and the load stay."""
        self._power_cut.set()

    def vanish(self) -> None:
        """Die where it stands, until `revive`."""
        self._dead = True
        self._revived.clear()
        self._power_cut.set()

    def revive(self) -> None:
        """Switch a dead robot on again."""
        self._dead = False
        self._revived.set()

    def set_mode(self, mode: OperatingMode) -> None:
        """Let somebody turn the key; entering or leaving MANUAL, SERVICE or TEACHIN clears the order (R32, R33)."""
        if mode is self.mode:
            return
        if mode in MANUAL_MODES or self.mode in MANUAL_MODES:
            self._clear_order()
        if mode in FOREIGN_MODES:
            self._requests.forget()
        if self.speech.third and mode in LOST_MODES:
            self.book.last_node_id = ""
        self.mode = mode
        self._changed()

    def ask_zone(self, zone: str, request_id: str) -> None:
        """Ask leave to enter a zone (3.0 §6.4.3); whether it is given stands in `answers`."""
        self._requests.ask(("zones", zone), request_id)
        self._changed()

    def trigger(self) -> None:
        """Press the button that `waitForTrigger` waits for."""
        self.crew.trigger()

    def take_off(self, load_id: str) -> None:
        """Somebody takes a load off by hand."""
        if self.body.cargo.take_off(load_id):
            self._changed()

    def carry_by_hand(self, node: str, x: int, y: int, theta: float = 0.0, map_id: str | None = None) -> None:
        """Push the robot to another place, in millimetres, and tell it where it is; without a map on the same one."""
        self.body.place(Pose(x, y, theta), node, map_id or self.body.map)
        self.book.last_node_id, self.book.last_sequence_id = node, 0
        self._changed()

    # Life

    def _start(self) -> asyncio.Task[None]:
        """Switch on; return the task whose end is a fault of the simulation."""
        self._halted_until = self._blocked_until = 0.0
        self._stranded = False
        self._link = self._spawn(self.uplink.run())
        if self.config.visualization_interval is not None:
            self._spawn(self._show(self.config.visualization_interval))
        self._reports.start()
        if self.speech.third:
            self.mode = OperatingMode.STARTUP
            self._spawn(self._start_up())
        return self._spawn(self._work())

    async def _start_up(self) -> None:
        """Be of no use for a moment (3.0 §6.6.6)."""
        await asyncio.sleep(self.config.startup_time)
        if self.mode is OperatingMode.STARTUP:
            self.mode = OperatingMode.AUTOMATIC
            self._changed()

    def _empty_book(self, node: str) -> OrderBook:
        return OrderBook(node, self.speech.words, third=self.speech.third)

    def _spawn(self, life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(life)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    async def _power_off(self) -> None:
        self.body.freeze()
        self._turning = self._rolling = False
        self._speed = 0.0
        self.body.use(Use.IDLE)
        self.crew.power_off()
        self._reports.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _dark(self) -> None:
        self.book = self._empty_book(self.body.node)
        self._requests.forget()
        self.paused = False
        self.mode = OperatingMode.AUTOMATIC
        self._cancelling = None
        self.uplink.restart()
        if self._dead:
            await self._revived.wait()
        else:
            await asyncio.sleep(self.config.boot_time)

    # Work

    async def _work(self) -> None:
        while True:
            if self._cancelling is not None:
                await self._end_cancel(self._cancelling)
            elif self.book.arrived is not None:
                node = self.book.arrived
                await self.crew.carry_out(node.actions)
                if self.book.arrived is node:
                    self.book.arrived = None
            elif (leg := self.book.next_leg()) is not None:
                await self._drive(*leg)
            else:
                await self._sleep(None)

    async def _drive(self, edge: Edge, node: Node) -> None:
        leg = self._leg(edge, node)
        await self._turn(heading(leg.start, leg.end))
        if self._heads_for(edge, node):
            await self.crew.carry_out(edge.actions)
        if not self._heads_for(edge, node):
            self._changed()
            return
        self.body.enter(leg)
        self.body.use(Use.DRIVING)
        self._rolling = True
        await self._roll(leg, edge, node)
        if self._heads_for(edge, node):
            theta = None if node.node_position is None else node.node_position.theta
            if theta is not None:
                await self._turn(theta)
        self._rolling = False
        if self._heads_for(edge, node):
            self.crew.end(edge.actions)
            self.book.traverse()
            if self._requests.told:
                self._leave_behind()
        if self.book.next_leg() is None or self._must_stop(node):
            self._rest()
        self._changed()

    async def _roll(self, leg: Leg, edge: Edge, node: Node) -> None:
        """Drive along a leg to its end, or until the leg is taken from the order."""
        while leg.length - self.body.travelled > ARRIVED:
            if not self._heads_for(edge, node):
                self.body.freeze()
                return
            if self._halted() or self.sees_shut(leg.lane) or not self._may_enter(leg):
                self.body.freeze()
                self._speed = 0.0
                self._changed()
                await self._sleep(None)
                continue
            leave = self._leave_speed(edge, node)
            profile = plan(
                leg.length - self.body.travelled,
                self._speed,
                self._limit(edge, leg.start, leg.end),
                leave,
                self.config.acceleration,
            )
            self.body.roll(profile)
            self._tell_driving()
            await self._sleep(profile.duration)
            self._speed = self.body.speed
        self.body.arrive()

    def _heads_for(self, edge: Edge, node: Node) -> bool:
        """Tell whether this leg is still the next one; an update of the horizon leaves it alone."""
        return self.book.next_leg() == (edge, node)

    def _rest(self) -> None:
        self._speed = 0.0
        if self.body.battery.use is Use.DRIVING:
            self.body.use(Use.IDLE)

    async def _turn(self, theta: float) -> None:
        angle = abs(turn(self.body.pose.theta, theta))
        if angle > STRAIGHT:
            self._speed = 0.0
            self._turning = True
            self._tell_driving()
            await asyncio.sleep(angle / self.config.turn_rate)
            self._turning = False
        self.body.face(theta)

    def _tell_driving(self) -> None:
        """Report that it begins to drive, unless that was told: the end of a turn on the way is no news (R08)."""
        if not self._told_driving:
            self._changed()

    def _leg(self, edge: Edge, node: Node) -> Leg:
        start = self.body.pose
        position = node.node_position
        end = start if position is None else Pose(position.x * 1000, position.y * 1000, 0.0)
        length = start.distance(end)
        if edge.length is not None and self.body.node:
            length = max(edge.length * 1000, length)
        map_id = self.body.map if position is None else position.map_id
        return Leg(edge.edge_id, self.body.node, node.node_id, start, end, length, map_id)

    def _limit(self, edge: Edge, start: Pose, end: Pose) -> float:
        limits = [self.config.speed, *([edge.max_speed * 1000] if edge.max_speed else [])]
        zones = self.atlas.limit((start.x, start.y), (end.x, end.y), self._radius) if self.atlas.zone_sets else None
        return min([*limits, *([] if zones is None else [zones])])

    def _leave_speed(self, edge: Edge, node: Node) -> float:
        """Return the speed at which to pass the next node: 0 at a decision point, an action or a bend."""
        if self._cancelling is not None or self._must_stop(node) or len(self.book.edges) < 2:
            return 0.0
        after, beyond = self.book.edges[1], self.book.nodes[1]
        if not after.released or node.node_position is None or beyond.node_position is None:
            return 0.0
        here = Pose(node.node_position.x * 1000, node.node_position.y * 1000, self.body.pose.theta)
        there = Pose(beyond.node_position.x * 1000, beyond.node_position.y * 1000, 0.0)
        if abs(turn(self.body.pose.theta, heading(here, there))) > STRAIGHT or after.actions:
            return 0.0
        return min(self._limit(edge, self.body.pose, here), self._limit(after, here, there))

    def _must_stop(self, node: Node) -> bool:
        position = node.node_position
        return any(action.blocking_type not in WHILE_DRIVING for action in node.actions) or (
            position is not None and position.theta is not None
        )

    def _halted(self) -> bool:
        """Say whether it may not roll, and report what of it is an error."""
        if self._time() >= self._blocked_until:
            self.book.clear_error(Wrong.PATH_BLOCKED)
        if self.body.charge <= EMPTY:
            self.book.add_error(Wrong.BATTERY_EMPTY, "the battery is empty", {})
        return self._unable

    @property
    def _unable(self) -> bool:
        """Something is wrong with it, or somebody keeps it from driving."""
        return (
            self._stranded
            or self.paused
            or self.mode in FOREIGN_MODES
            or self._time() < max(self._halted_until, self._blocked_until)
            or self.body.charge <= EMPTY
        )

    async def _sleep(self, seconds: float | None) -> None:
        """Wait for a nudge, at most so long."""
        self._nudge.silence()
        await self._nudge.wait(seconds)

    def _wake_at(self, moment: float) -> None:
        asyncio.get_running_loop().call_at(moment + 1e-6, self._changed)
        self._changed()

    # Orders and instant actions

    def _on_heard(self, header_id: int | None, body: Heard) -> None:
        if isinstance(body, Order):
            self._on_order(header_id, body)
        elif isinstance(body, InstantActions):
            self._on_actions(header_id, body)
        elif isinstance(body, ZoneSets):
            self._on_zones(body.zone_set)
        else:
            self._on_responses(body)

    def _on_responses(self, message: Responses) -> None:
        """Take note of what was said to its requests (3.0 §6.9)."""
        zones = {one.request_id: one.zone_id for one in self._requests.told}
        said = [one for one in message.responses if one.request_id in zones]
        self.answers |= {zones[one.request_id]: one.grant_type for one in said}
        self._lose(self._requests.hear(message, self._inside(), self._now()))
        again = [ASK_AGAIN] if any(one.grant_type is Grant.REJECTED for one in said) else []
        for wait in (*again, *[end - self._now() for end in self._requests.ends]):
            self._wake_at(self._time() + wait.total_seconds())
        self._changed()

    def _inside(self) -> dict[Place, str]:
        """Return the zones it stands in that need leave, and what it does when it loses that."""
        pose = self.body.pose
        return self.atlas.releases((pose.x, pose.y), (pose.x, pose.y), self._radius)

    def _lose(self, places: list[Place]) -> None:
        """Do as the zones say in which it stands without leave from now on (3.0 §6.4.1.1)."""
        behaviour = self._inside()
        for place in places:
            if behaviour.get(place) == "STOP":
                self._stranded = True
                self.book.add_error(Wrong.RELEASE_LOST, "the leave for this zone is over", {"zoneId": place[1]})

    def _may_enter(self, leg: Leg) -> bool:
        """Ask for what a leg leads into without leave; it stops before that."""
        if not self.atlas.zone_sets:
            return True
        way = self.atlas.releases((leg.start.x, leg.start.y), (leg.end.x, leg.end.y), self._radius)
        self._lose(self._requests.expire(self._now(), self._inside()))
        inside = self._inside()
        return not self._requests.missing([place for place in way if place not in inside], self._now())

    def _leave_behind(self) -> None:
        """Drop requests for zones that it is not in and will not be on its next leg."""
        kept: dict[Place, str] = self._inside()
        leg = self.book.next_leg()
        if leg is not None:
            ahead = self._leg(*leg)
            kept |= self.atlas.releases((ahead.start.x, ahead.start.y), (ahead.end.x, ahead.end.y), self._radius)
        self._requests.keep(kept, [one.zone_set_id for one in self.atlas.zone_sets])

    def _on_order(self, header_id: int | None, order: Order) -> None:
        if self.mode in MANUAL_MODES:
            references = {"orderId": order.order_id, "orderUpdateId": str(order.order_update_id)}
            self.book.add_error(Wrong.WRONG_MODE, f"the robot is in mode {self.mode}", references)
            self._changed()
            return
        pose = self.body.pose
        standing = Standing(
            node=self.body.node,
            x=pose.x / 1000,
            y=pose.y / 1000,
            maps=self.atlas.map_ids,
            near=self.config.deviation / 1000,
        )
        answer = self.book.receive(order, header_id, standing)
        if answer is Answer.NEW:
            self._stranded = False
        if answer is Answer.NEW and self.body.node:
            self.body.stand_on(self.book.last_node_id)
        self._changed()

    def _on_malformed(self, topic: Topic, text: str) -> None:
        self.book.add_error(Wrong.MALFORMED, text, {"topic": topic.value})
        self._changed()

    def _on_actions(self, header_id: int | None, message: InstantActions) -> None:
        for action in message.actions:
            if self.book.add_instant(action):
                self._on_instant(action, header_id)
        self._changed()

    def _on_instant(self, action: Action, header_id: int | None) -> None:
        does: dict[str, Callable[[Action], None]] = {
            "cancelOrder": self._on_cancel,
            "startPause": lambda _action: self._pause(on=True),
            "stopPause": lambda _action: self._pause(on=False),
            "stateRequest": lambda _action: None,
            "factsheetRequest": self._on_factsheet_request,
            "initializePosition" if self.speech.third else "initPosition": self._on_init_position,
            "startCharging": self._on_charging,
            "stopCharging": self._on_charging,
        }
        if self.config.vda5050 != OLDEST:
            does |= dict.fromkeys(("downloadMap", "enableMap", "deleteMap"), self._on_map)
        if self.speech.third:
            does |= dict.fromkeys(("enableZoneSet", "deleteZoneSet"), self._on_zone_set)
            does |= {"clearInstantActions": self._on_clear, "retry": self._on_retry, "skipRetry": self._on_retry}
        done = does.get(action.action_type)
        allowed = (*PASSIVE, "cancelOrder") if self.mode is OperatingMode.INTERVENED else PASSIVE
        if done is None or (self.mode in FOREIGN_MODES and action.action_type not in allowed):
            why = "unknown instant action" if done is None else f"the robot is in mode {self.mode}"
            self.book.set_action(action.action_id, ActionStatus.FAILED, why)
            references = {"topic": "instantActions", "actionId": action.action_id, "headerId": str(header_id)}
            self.book.add_error(Wrong.BAD_INSTANT_ACTION, why, references)
            return
        done(action)
        if action.action_type not in SELF_BOOKED:
            self.book.set_action(action.action_id, ActionStatus.FINISHED)

    def _on_cancel(self, action: Action) -> None:
        meant = action.parameter("orderId", self.book.order_id) if self.speech.third else self.book.order_id
        if not self.book.busy or self._cancelling is not None or meant != self.book.order_id:
            self.book.set_action(action.action_id, ActionStatus.FAILED, "no order to cancel")
            references = {"actionId": action.action_id}
            self.book.add_error(Wrong.NOTHING_TO_CANCEL, "there is no order to cancel", references)
            return
        self.book.set_action(action.action_id, ActionStatus.RUNNING)
        self._cancelling = action.action_id
        to_node = self._rolling and self.config.halt is Halt.NODE and not self._stranded
        self.book.truncate(1 if to_node else 0)
        self.crew.cancel()

    async def _end_cancel(self, action_id: str) -> None:
        await self.crew.finish()
        self.book.truncate(0)
        self.book.arrived = None
        self._rest()
        self.book.set_action(action_id, ActionStatus.FINISHED)
        self._cancelling = None
        self._changed()

    def _clear_order(self) -> None:
        self.book.truncate(0)
        self.book.arrived = None
        self.crew.cancel()

    def _on_retry(self, action: Action) -> None:
        meant, again = str(action.parameter("actionId", "")), action.action_type == "retry"
        if self.crew.hear(meant, again=again):
            self.book.set_action(action.action_id, ActionStatus.FINISHED)
        else:
            self.book.set_action(action.action_id, ActionStatus.FAILED, f"action {meant} waits for no word")

    def _on_clear(self, _action: Action) -> None:
        self.book.forget_instant_actions()

    def _pause(self, *, on: bool) -> None:
        self.paused = on

    def _on_factsheet_request(self, _action: Action) -> None:
        self.uplink.send(Topic.FACTSHEET, self._factsheet())

    def _on_init_position(self, action: Action) -> None:
        try:
            x, y, theta = (float(action.parameter(key, 0.0)) for key in ("x", "y", "theta"))
        except (TypeError, ValueError):
            x = y = theta = math.nan
        if not all(math.isfinite(value) for value in (x, y, theta)) or self.book.busy:
            self.book.set_action(action.action_id, ActionStatus.FAILED, "the pose is not valid or an order is active")
            return
        node = str(action.parameter("lastNodeId") or "")
        map_id = str(action.parameter("mapId") or "")
        if map_id and map_id not in self.atlas.map_ids:
            self.book.set_action(action.action_id, ActionStatus.FAILED, f"map {map_id} is unknown")
            return
        self.carry_by_hand(node, round(x * 1000), round(y * 1000), theta, map_id)

    def _on_map(self, action: Action) -> None:
        map_id, version = (str(action.parameter(key, "")) for key in ("mapId", "mapVersion"))
        if action.action_type != "downloadMap":
            does = self.atlas.enable_map if action.action_type == "enableMap" else self.atlas.delete_map
            self._end(action, does(map_id, version), Wrong.MAP_FAILED)
        elif self.atlas.has(map_id, version):
            self._end(action, f"map {map_id} {version} is there", Wrong.DUPLICATE_MAP)
        elif self.atlas.full:
            self._end(action, "there is no room for another map", Wrong.NO_ROOM)
        else:
            self.book.clear_error(Wrong.NO_ROOM)
            self.book.set_action(action.action_id, ActionStatus.RUNNING)
            self._spawn(self._download(action, map_id, version))

    async def _download(self, action: Action, map_id: str, version: str) -> None:
        """Fetch a map; what comes late in the radio's time is still a download."""
        await asyncio.sleep(self.config.download_time)
        try:
            content = await self._fetch(str(action.parameter("mapDownloadLink", "")))
        except OSError as error:
            self._end(action, str(error) or "the map server does not answer", Wrong.MAP_FAILED)
            return
        digest = action.parameter("mapHash")
        if digest is not None and digest != hashlib.sha256(content).hexdigest():
            self._end(action, "what was downloaded does not have this hash", Wrong.MAP_FAILED)
            return
        self.atlas.add_map(map_id, version)
        self._end(action, None, Wrong.MAP_FAILED)

    def _on_zones(self, zone_set: ZoneSet) -> None:
        references = {"topic": "zoneSet", "zoneSetId": zone_set.zone_set_id}
        if self.atlas.has_zones(zone_set.zone_set_id):
            self.book.add_error(Wrong.DUPLICATE_ZONES, "there is a zone set of this name", references)
        else:
            fault = self.atlas.add_zones(zone_set)
            if fault is not None:
                self.book.add_error(Wrong.MALFORMED, fault, references)
        self._changed()

    def _on_zone_set(self, action: Action) -> None:
        does = self.atlas.enable_zones if action.action_type == "enableZoneSet" else self.atlas.delete_zones
        self._end(action, does(str(action.parameter("zoneSetId", ""))), Wrong.MAP_FAILED)

    def _end(self, action: Action, failure: str | None, wrong: Wrong) -> None:
        """Book how an instant action ended."""
        status = ActionStatus.FINISHED if failure is None else ActionStatus.FAILED
        self.book.set_action(action.action_id, status, failure)
        if failure is not None:
            self.book.add_error(wrong, failure, {"actionId": action.action_id})
        self._changed()

    def _on_charging(self, action: Action) -> None:
        self._spawn(self.crew.do(action))

    # Reports

    def _changed(self) -> None:
        self._reports.ask()
        self._nudge.ring()

    def _report(self) -> None:
        if self._requests.told:
            self._lose(self._requests.expire(self._now(), self._inside()))
        if self.uplink.online:
            state = self.state()
            self._told_driving = state.driving
            self.uplink.send(Topic.STATE, state)

    async def _show(self, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if self.uplink.online:
                shown = Visualization(agv_position=self.body.agv_position(), velocity=self.body.velocity())
                self.uplink.send(Topic.VISUALIZATION, shown)

    def state(self) -> State:
        """Return what it reports now (§6.10.6)."""
        book = self.book
        halted = self._time() < self._halted_until
        position = self.body.agv_position()
        if self.mode is OperatingMode.STARTUP:
            position = replace(position, x=0.0, y=0.0, theta=0.0, position_initialized=False)
        return State(
            order_id=book.order_id,
            order_update_id=book.update_id,
            last_node_id="" if self.mode is OperatingMode.STARTUP else book.last_node_id,
            last_node_sequence_id=book.last_sequence_id,
            driving=self._driving,
            paused=self.paused,
            new_base_request=self._needs_base(),
            operating_mode=self.mode,
            node_states=book.node_states,
            edge_states=book.edge_states,
            action_states=book.order_actions if self.speech.third else tuple(book.actions.values()),
            battery_state=self.body.battery_state(),
            errors=tuple(book.errors),
            safety_state=SAFETY[halted],
            agv_position=position,
            velocity=self.body.velocity(),
            loads=self.body.cargo.loads,
            maps=self.atlas.maps,
            zone_sets=self.atlas.zone_sets if self.speech.third else None,
            instant_action_states=book.instant_actions if self.speech.third else (),
            zone_requests=self._requests.told,
        )

    def _needs_base(self) -> bool:
        edges = self.book.edges
        return bool(edges) and not edges[-1].released and not (len(edges) > 1 and edges[1].released)

    def _factsheet(self) -> Said:
        return self.speech.factsheet(self.config)
