"""Runs a robot's actions with their blocking types (VDA 5050 2.1 §6.8, §6.11, §6.12; R24-R26, R89)."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from drivers.vda5050.messages import Action, ActionStatus, BlockingType
from simulators.robots.battery import Use
from simulators.robots.body import Body
from simulators.robots.cargo import Handover, Partner
from simulators.robots.orderbook import OrderBook
from simulators.robots.words import Wrong

INTERRUPTIBLE = frozenset({"wait", "waitForTrigger"})
"""Actions a cancel ends at once; a load half way over cannot be left."""


WHILE_DRIVING = (BlockingType.NONE, BlockingType.SINGLE)
"""Actions during which the robot may drive."""
ALONE = (BlockingType.HARD, BlockingType.SINGLE)
"""Actions that are done while no other is."""
FAILURES = {"pick": Wrong.PICK_FAILED, "drop": Wrong.DROP_FAILED}


class ActionFailed(Exception):
    """An action that did not work, and why."""


class Crew:
    """Starts, watches and ends the actions of one robot's order."""

    def __init__(
        self,
        body: Body,
        book: Callable[[], OrderBook],
        *,
        dice: random.Random,
        partner: Partner,
        changed: Callable[[], None],
    ) -> None:
        self._body = body
        self._book = book
        self._dice = dice
        self._partner = partner
        self._changed = changed
        self._running: dict[str, tuple[Action, asyncio.Task[None]]] = {}
        self._trail: asyncio.Task[None] | None = None
        """What goes on in order while the robot drives, because of an action that is done alone (SINGLE, 3.0)."""
        self._trigger = asyncio.Event()
        self._refusing = False
        self._words: dict[str, asyncio.Future[bool]] = {}
        """Failed actions that wait to hear whether to try again."""
        self._does: dict[str, Callable[[Action], Awaitable[None]]] = {
            "pick": self._pick,
            "drop": self._drop,
            "wait": self._wait,
            "waitForTrigger": self._wait_for_trigger,
            "startCharging": self._start_charging,
            "stopCharging": self._stop_charging,
        }

    @property
    def busy(self) -> bool:
        """Some action runs."""
        return bool(self._running)

    async def carry_out(self, actions: tuple[Action, ...]) -> None:
        """Run a list in its order; return when the robot may drive, which NONE and SINGLE actions do not prevent."""
        if actions and self._trail is not None:
            await asyncio.wait([self._trail])
        self._refusing = False
        if not (actions or self._running):
            return
        standing = [place for place, one in enumerate(actions, 1) if one.blocking_type not in WHILE_DRIVING]
        done_first = standing[-1] if standing else 0
        await self._in_order(actions[:done_first])
        if any(one.blocking_type is BlockingType.SINGLE for one in actions[done_first:]):
            self._trail = asyncio.ensure_future(self._in_order(actions[done_first:]))
            self._trail.add_done_callback(lambda _trail: setattr(self, "_trail", None))
        else:
            await self._in_order(actions[done_first:])
        await self._join(lambda one: one.blocking_type not in WHILE_DRIVING)

    async def _in_order(self, actions: tuple[Action, ...]) -> None:
        """Begin actions one after the other, each that is done alone when no other runs."""
        for action in actions:
            alone = action.blocking_type in ALONE
            if alone:
                await self._join(lambda _action: True)
            if self._refusing:
                break
            self._start(action)
            if alone:
                await self._join(lambda _action: True)

    async def finish(self) -> None:
        """Wait until nothing runs any more."""
        if self._trail is not None:
            await asyncio.wait([self._trail])
        await self._join(lambda _action: True)

    def cancel(self) -> None:
        """Start nothing more of the list, end what can be interrupted as FAILED (R20)."""
        self._refusing = True
        for action_id in list(self._words):
            self.hear(action_id, again=False)
        for action, task in list(self._running.values()):
            if action.action_type in INTERRUPTIBLE:
                self._book().set_action(action.action_id, ActionStatus.FAILED, "cancelled")
                task.cancel()

    def end(self, actions: tuple[Action, ...]) -> None:
        """End actions that live only while on an edge (R26)."""
        for action in actions:
            if action.action_id in self._running:
                self._running[action.action_id][1].cancel()

    def power_off(self) -> None:
        """Drop everything."""
        if self._trail is not None:
            self._trail.cancel()
        for _, task in list(self._running.values()):
            task.cancel()
        self._running = {}
        self._trigger.clear()

    def trigger(self) -> None:
        """Press the button that `waitForTrigger` waits for."""
        self._trigger.set()

    async def do(self, action: Action) -> None:
        """Carry out one action and book how it went; also for instant actions."""
        book = self._book()
        failure = await self._attempt(action)
        while failure is not None and action.retriable and not self._refusing and await self._wait_for_word(action):
            failure = await self._attempt(action)
        if failure is None:
            book.set_action(action.action_id, ActionStatus.FINISHED)
        else:
            book.set_action(action.action_id, ActionStatus.FAILED, failure)
            references = {"actionId": action.action_id, "topic": "order"}
            book.add_error(FAILURES.get(action.action_type, Wrong.ACTION_FAILED), failure, references)
        self._changed()

    async def _attempt(self, action: Action) -> str | None:
        """Do an action; return why it did not work."""
        self._book().set_action(action.action_id, ActionStatus.RUNNING)
        self._changed()
        try:
            await self._does[action.action_type](action)
        except ActionFailed as exc:
            return str(exc)
        return None

    async def _wait_for_word(self, action: Action) -> bool:
        """Wait to hear whether to try an action again (3.0 §6.6.9)."""
        self._book().set_action(action.action_id, ActionStatus.RETRIABLE)
        self._changed()
        word = self._words[action.action_id] = asyncio.get_running_loop().create_future()
        try:
            again: bool = await word
            return again
        finally:
            del self._words[action.action_id]

    def hear(self, action_id: str, *, again: bool) -> bool:
        """Take the word on a failed action; False when none of that name waits for one."""
        word = self._words.get(action_id)
        if word is None or word.done():
            return False
        word.set_result(again)
        return True

    def _start(self, action: Action) -> None:
        task = asyncio.ensure_future(self.do(action))
        self._running[action.action_id] = (action, task)
        task.add_done_callback(lambda _task: self._running.pop(action.action_id, None))

    async def _join(self, which: Callable[[Action], bool]) -> None:
        while waiting := [task for action, task in self._running.values() if which(action)]:
            await asyncio.wait(waiting)
            await asyncio.sleep(0)

    async def _pick(self, action: Action) -> None:
        await self._handle()
        found = self._body.cargo.pick(action)
        if isinstance(found, str):
            raise ActionFailed(found)
        slot, load = found
        self._agree(action, load.load_id or "", load.load_type or "", taken=True)
        self._body.cargo.put(slot, load)

    async def _drop(self, action: Action) -> None:
        await self._handle()
        found = self._body.cargo.drop(action)
        if isinstance(found, str):
            raise ActionFailed(found)
        slot, load = found
        self._agree(action, load.load_id or "", load.load_type or "", taken=False)
        self._body.cargo.put(slot, None)

    async def _handle(self) -> None:
        await asyncio.sleep(self._body.config.handling_time * self._dice.uniform(0.8, 1.2))

    def _agree(self, action: Action, load_id: str, load_type: str, *, taken: bool) -> None:
        node = self._body.node
        station = str(action.parameter("stationName") or node)
        refusal = self._partner(Handover(self._body.config.serial, station, node, load_id, load_type, taken))
        if refusal is not None:
            raise ActionFailed(refusal)

    async def _wait(self, action: Action) -> None:
        try:
            seconds = float(action.parameter("duration", 1.0))
        except (TypeError, ValueError):
            raise ActionFailed("duration is not a number") from None
        await asyncio.sleep(max(seconds, 0.0))

    async def _wait_for_trigger(self, _action: Action) -> None:
        self._trigger.clear()
        await self._trigger.wait()

    async def _start_charging(self, _action: Action) -> None:
        chargers = self._body.config.chargers
        if not self._body.node or (chargers is not None and self._body.node not in chargers):
            raise ActionFailed("no charger here")
        self._body.use(Use.CHARGING)

    async def _stop_charging(self, _action: Action) -> None:
        if self._body.battery.use is Use.CHARGING:
            self._body.use(Use.IDLE)
