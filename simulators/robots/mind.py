"""What a simulated robot knows: its order, its mode, its troubles; all but body and maps is lost without power."""

import asyncio
from collections.abc import Callable

from drivers.vda5050.messages import Action, ActionStatus, OperatingMode
from simulators.robots.atlas import Atlas
from simulators.robots.battery import EMPTY
from simulators.robots.body import Body
from simulators.robots.config import RobotConfig
from simulators.robots.motion import Pose
from simulators.robots.orderbook import OrderBook
from simulators.robots.requests import Requests
from simulators.robots.speech import Speech
from simulators.robots.words import Wrong

MANUAL_MODES = (OperatingMode.STARTUP, OperatingMode.MANUAL, OperatingMode.SERVICE, OperatingMode.TEACHIN)
"""Modes in which there is no order."""
FOREIGN_MODES = (*MANUAL_MODES, OperatingMode.INTERVENED)
"""Modes in which it does not drive by itself."""


class Mind:
    """One robot's; `changed` is called whenever something of it may be told or acted on."""

    def __init__(
        self, config: RobotConfig, body: Body, speech: Speech, *, time: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        self.config = config
        self.body = body
        self.speech = speech
        self.atlas = Atlas(config.maps or (config.map,), config.map_version, config.map_room)
        self.requests = Requests(config.serial)
        self.changed = changed
        self.book = self._empty_book(config.node)
        self.mode = OperatingMode.AUTOMATIC
        self.paused = False
        self.stranded = False
        """The way on is barred for good: it stands until another order is taken."""
        self.cancelling: str | None = None
        """The instant action that cancels the order."""
        self._time = time
        self._halted_until = 0.0
        self._blocked_until = 0.0

    @property
    def third(self) -> bool:
        """It follows the rules of 3.0."""
        return self.speech.third

    @property
    def halted(self) -> bool:
        """Somebody stands in its protective field."""
        return self._time() < self._halted_until

    @property
    def unable(self) -> bool:
        """Something is wrong with it, or somebody keeps it from driving."""
        return (
            self.stranded
            or self.paused
            or self.mode in FOREIGN_MODES
            or self._time() < max(self._halted_until, self._blocked_until)
            or self.body.charge <= EMPTY
        )

    def must_stand(self) -> bool:
        """Say whether it may not roll, and report what of it is an error."""
        if self._time() >= self._blocked_until:
            self.book.clear_error(Wrong.PATH_BLOCKED)
        if self.body.charge <= EMPTY:
            self.book.add_error(Wrong.BATTERY_EMPTY, "the battery is empty", {})
        return self.unable

    def halt(self, seconds: float) -> None:
        """Stand still for a time."""
        self._halted_until = max(self._halted_until, self._time() + seconds)
        self._wake_at(self._halted_until)

    def block(self, seconds: float) -> None:
        """Find an obstacle on the way for a time, and report it."""
        self._blocked_until = max(self._blocked_until, self._time() + seconds)
        references = {"nodeId": self.book.last_node_id}
        self.book.add_error(Wrong.PATH_BLOCKED, "there is an obstacle on the way", references)
        self._wake_at(self._blocked_until)

    def wake_in(self, seconds: float) -> None:
        """Look at everything again now and after a time."""
        self._wake_at(self._time() + seconds)

    def wake_up(self) -> None:
        """Begin with nothing in the way."""
        self._halted_until = self._blocked_until = 0.0
        self.stranded = False

    def forget(self) -> None:
        """Lose what does not outlast a loss of power."""
        self.book = self._empty_book(self.body.node)
        self.requests.forget()
        self.paused = False
        self.mode = OperatingMode.AUTOMATIC
        self.cancelling = None

    def stand_at(self, node: str, pose: Pose, map_id: str | None = None) -> None:
        """Be at another place, told by somebody; without a map on the same one."""
        self.body.place(pose, node, map_id or self.body.map)
        self.book.last_node_id, self.book.last_sequence_id = node, 0
        self.changed()

    def end(self, action: Action, failure: str | None, wrong: Wrong) -> None:
        """Book how an instant action ended."""
        status = ActionStatus.FINISHED if failure is None else ActionStatus.FAILED
        self.book.set_action(action.action_id, status, failure)
        if failure is not None:
            self.book.add_error(wrong, failure, {"actionId": action.action_id})
        self.changed()

    def _wake_at(self, moment: float) -> None:
        asyncio.get_running_loop().call_at(moment + 1e-6, self.changed)
        self.changed()

    def _empty_book(self, node: str) -> OrderBook:
        return OrderBook(node, self.speech.words, third=self.speech.third)
