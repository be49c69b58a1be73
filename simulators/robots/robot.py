"""A simulated VDA 5050 robot of 2.1 or 3.0: takes orders, drives, acts, reports, breaks down (R05-R29, R80, R83).

Event-driven, so that a day in virtual time is cheap. Here are its life and its faults; what it knows is in mind.py, how
it carries out its order in driving.py and crew.py, what it does on instant actions in instants.py.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from drivers.mqtt.port import Connect
from drivers.ports import Now
from drivers.vda5050 import codec_v2
from drivers.vda5050.messages import Grant, InstantActions, OperatingMode, Order, RobotId, State, ZoneSets
from drivers.vda5050.topics import Topic
from simulators.robots.atlas import Atlas, Fetch, anything
from simulators.robots.beat import Beat
from simulators.robots.bell import Bell
from simulators.robots.body import Body, Occupancy
from simulators.robots.cargo import Partner, willing
from simulators.robots.charts import Charts
from simulators.robots.config import RobotConfig
from simulators.robots.crew import Crew
from simulators.robots.driving import Driving
from simulators.robots.faults import CleanRadio, Radio
from simulators.robots.instants import Instants
from simulators.robots.leave import Leave
from simulators.robots.mind import FOREIGN_MODES, MANUAL_MODES, Mind
from simulators.robots.motion import Pose
from simulators.robots.orderbook import Answer, OrderBook, Standing
from simulators.robots.reports import shown, state_of
from simulators.robots.speech import Heard, Said, Speech, SpeechV2
from simulators.robots.speech_v3 import SpeechV3
from simulators.robots.uplink import Uplink
from simulators.robots.words import Wrong

LOST_MODES = (OperatingMode.STARTUP, OperatingMode.SERVICE, OperatingMode.TEACHIN)
"""Modes of 3.0 in which it does not say at which node it is (3.0 §6.6.6)."""
SPEECHES: dict[str, Speech] = {"2.0": SpeechV2(codec_v2.OLD_CODEC), "2.1": SpeechV2(codec_v2.CODEC), "3.0": SpeechV3()}


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
        time = asyncio.get_running_loop().time
        speech = SPEECHES[config.vda5050]
        self.config = config
        self.id = RobotId(config.manufacturer, config.serial)
        self.sees_shut: Callable[[str], bool] = lambda _lane: False
        """Its scanner's word on a lane: something stands across it."""
        self.body = Body(config, time)
        self.mind = Mind(config, self.body, speech, time=time, changed=self._changed)
        self.uplink = Uplink(
            self.id,
            config.interface,
            connect,
            speech,
            now=now,
            dice=dice,
            radio=radio or CleanRadio(),
            on_heard=self._on_heard,
            on_malformed=self._on_malformed,
            on_online=self._factsheet,
        )
        self._nudge = Bell()
        self._reports = Beat(self._report, config.min_state_interval, config.state_interval)
        self._crew = Crew(self.body, lambda: self.mind.book, dice=dice, partner=partner, changed=self._changed)
        self._leave = Leave(self.mind, now)
        self._driving = Driving(self.mind, self._crew, self._leave, self._nudge, self._looks_shut)
        self._charts = Charts(self.mind, fetch, self._spawn)
        self._instants = Instants(
            self.mind,
            self._driving,
            self._crew,
            self._charts,
            spawn=self._spawn,
            tell_factsheet=lambda: self.uplink.send(Topic.FACTSHEET, self._factsheet()),
        )
        self._power_cut = asyncio.Event()
        self._revived = asyncio.Event()
        self._dead = False
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._link: asyncio.Task[None] | None = None
        self._left = asyncio.Event()

    @property
    def book(self) -> OrderBook:
        """Its order, actions and errors."""
        return self.mind.book

    @property
    def atlas(self) -> Atlas:
        """Its maps and zones."""
        return self.mind.atlas

    @property
    def answers(self) -> dict[str, Grant]:
        """What the master said to its requests, by zone."""
        return self._leave.answers

    @property
    def occupancy(self) -> Occupancy:
        """What it physically takes up now, for judges."""
        return self.body.occupancy

    @property
    def held_up(self) -> tuple[float, float] | None:
        """Where it stands with way before it though it could drive; None when it drives, acts, rests or cannot."""
        acts = self._crew.busy or self.book.arrived is not None or self.mind.cancelling is not None
        if not self.alive or self._driving.moving or acts or self.mind.unable or not self.book.nodes:
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
        self.mind.halt(seconds)

    def block_path(self, seconds: float) -> None:
        """Find an obstacle on the way and report it."""
        self.mind.block(seconds)

    def look_up(self) -> None:
        """Look again at what its scanner sees."""
        self._nudge.ring()

    def strand(self) -> None:
        """Find that the next node cannot be reached; stand until another order is taken (3.0 §6.6.5.4)."""
        self.mind.stranded = True
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
        mind = self.mind
        if mode is mind.mode:
            return
        if mode in MANUAL_MODES or mind.mode in MANUAL_MODES:
            self._driving.clear_order()
        if mode in FOREIGN_MODES:
            mind.requests.forget()
        if mind.third and mode in LOST_MODES:
            mind.book.last_node_id = ""
        mind.mode = mode
        self._changed()

    def ask_zone(self, zone: str, request_id: str) -> None:
        """Ask leave to enter a zone (3.0 §6.4.3); whether it is given stands in `answers`."""
        self.mind.requests.ask(("zones", zone), request_id)
        self._changed()

    def trigger(self) -> None:
        """Press the button that `waitForTrigger` waits for."""
        self._crew.trigger()

    def take_off(self, load_id: str) -> None:
        """Somebody takes a load off by hand."""
        if self.body.cargo.take_off(load_id):
            self._changed()

    def carry_by_hand(self, node: str, x: int, y: int, theta: float = 0.0, map_id: str | None = None) -> None:
        """Push the robot to another place, in millimetres, and tell it where it is; without a map on the same one."""
        self.mind.stand_at(node, Pose(x, y, theta), map_id)

    # Life

    def _start(self) -> asyncio.Task[None]:
        """Switch on; return the task whose end is a fault of the simulation."""
        self.mind.wake_up()
        self._link = self._spawn(self.uplink.run())
        if self.config.visualization_interval is not None:
            self._spawn(self._show(self.config.visualization_interval))
        self._reports.start()
        if self.mind.third:
            self.mind.mode = OperatingMode.STARTUP
            self._spawn(self._start_up())
        return self._spawn(self._driving.run())

    async def _start_up(self) -> None:
        """Be of no use for a moment (3.0 §6.6.6)."""
        await asyncio.sleep(self.config.startup_time)
        if self.mind.mode is OperatingMode.STARTUP:
            self.mind.mode = OperatingMode.AUTOMATIC
            self._changed()

    def _spawn(self, life: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(life)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    async def _power_off(self) -> None:
        self._driving.power_off()
        self._crew.power_off()
        self._reports.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _dark(self) -> None:
        self.mind.forget()
        self.uplink.restart()
        if self._dead:
            await self._revived.wait()
        else:
            await asyncio.sleep(self.config.boot_time)

    # What it hears

    def _on_heard(self, header_id: int | None, body: Heard) -> None:
        if isinstance(body, Order):
            self._on_order(header_id, body)
        elif isinstance(body, InstantActions):
            self._instants.hear(header_id, body)
        elif isinstance(body, ZoneSets):
            self._charts.on_zones(body.zone_set)
        else:
            self._leave.hear(body)

    def _on_order(self, header_id: int | None, order: Order) -> None:
        mind = self.mind
        if mind.mode in MANUAL_MODES:
            references = {"orderId": order.order_id, "orderUpdateId": str(order.order_update_id)}
            mind.book.add_error(Wrong.WRONG_MODE, f"the robot is in mode {mind.mode}", references)
            self._changed()
            return
        pose = self.body.pose
        standing = Standing(
            node=self.body.node,
            x=pose.x / 1000,
            y=pose.y / 1000,
            maps=mind.atlas.map_ids,
            near=self.config.deviation / 1000,
        )
        answer = mind.book.receive(order, header_id, standing)
        if answer is Answer.NEW:
            mind.stranded = False
        if answer is Answer.NEW and self.body.node:
            self.body.stand_on(mind.book.last_node_id)
        self._changed()

    def _on_malformed(self, topic: Topic, text: str) -> None:
        self.book.add_error(Wrong.MALFORMED, text, {"topic": topic.value})
        self._changed()

    def _looks_shut(self, lane: str) -> bool:
        return self.sees_shut(lane)

    # What it says

    def state(self) -> State:
        """Return what it reports now."""
        return state_of(self.mind, driving=self._driving.moving)

    def _changed(self) -> None:
        self._reports.ask()
        self._nudge.ring()

    def _report(self) -> None:
        if self.mind.requests.told:
            self._leave.expire()
        if self.uplink.online:
            state = self.state()
            self._driving.told = state.driving
            self.uplink.send(Topic.STATE, state)

    async def _show(self, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if self.uplink.online:
                self.uplink.send(Topic.VISUALIZATION, shown(self.body))

    def _factsheet(self) -> Said:
        return self.mind.speech.factsheet(self.config)
