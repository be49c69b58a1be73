"""How a robot's actions stand, and the instant actions that are asked of it. Pure, no I/O.

VDA 5050 2.1 §6.9, §6.11 (R27, R79).
"""

from collections.abc import Callable, Container, Mapping
from datetime import datetime, timedelta

from drivers.vda5050 import orders
from drivers.vda5050.events import ActionChanged, ActionUnconfirmed
from drivers.vda5050.messages import Action, ActionStatus, BlockingType, State
from drivers.vda5050.moment import Output
from drivers.vda5050.tries import Try

ACTION_ATTEMPTS = 6
"""Sendings of an instant action before it is given up; unlike an order it soon loses its sense."""
TIDY_AT = 20
"""Ended instant actions with which a robot of 3.0 is told to forget them: it keeps them until then (3.0 §7.8)."""
TIDY_AGAIN = timedelta(minutes=10)
"""Time between two such words: one that cannot forget lists the refusal too, and would be told ever more often."""
INSTANTS_KEPT = 200
"""Ids of own instant actions remembered, to tell them from steps of an order (R27); robots list far fewer."""


class Actions:
    """What one robot was told to do at once, and how it reports all its actions."""

    def __init__(self, ids: Callable[[], str]) -> None:
        self._ids = ids
        self._asked: dict[str, tuple[Action, Try]] = {}
        self._ours: dict[str, None] = {}
        self._statuses: dict[str, ActionStatus] = {}
        self._tidied_at: datetime | None = None

    @property
    def ours(self) -> Container[str]:
        """The instant actions that come from us."""
        return self._ours

    @property
    def statuses(self) -> Mapping[str, ActionStatus]:
        """How the actions stand that the robot lists, and those of the order that it listed as ended."""
        return self._statuses

    @property
    def due(self) -> datetime | None:
        """When the next one is sent."""
        return min([tries.due for _, tries in self._asked.values()], default=None)

    def act(self, action: Action, now: datetime) -> None:
        """Have an instant action run; the same id again changes nothing."""
        if action.action_id not in self._ours:
            self.begin(action, now)

    def begin(self, action: Action, now: datetime) -> None:
        """Have a new instant action run."""
        self.remember(action.action_id)
        self._asked[action.action_id] = (action, Try(due=now))

    def remember(self, action_id: str) -> None:
        """Know an instant action as ours that is sent by somebody else here."""
        self._ours[action_id] = None
        if len(self._ours) > INSTANTS_KEPT:
            del self._ours[next(iter(self._ours))]

    def drop(self, action_id: str) -> None:
        """Tell one no more."""
        self._asked.pop(action_id, None)

    def drop_type(self, action_type: str) -> None:
        """Tell none of a type any more."""
        self._asked = {name: asked for name, asked in self._asked.items() if asked[0].action_type != action_type}

    def hurry(self, now: datetime) -> None:
        """Tell all again at once that were not echoed."""
        for _, tries in self._asked.values():
            tries.hurry(now)

    def report(self, state: State, steps: Container[str], out: Output) -> None:
        """Take in how the actions stand; `steps` are those of the order."""
        statuses: dict[str, ActionStatus] = {}
        for one in (*state.action_states, *state.instant_action_states):
            statuses[one.action_id] = one.action_status
            self._asked.pop(one.action_id, None)
            if self._statuses.get(one.action_id) is not one.action_status:
                out.events.append(
                    ActionChanged(
                        one.action_id,
                        one.action_type,
                        one.action_status,
                        one.result_description,
                        ours=one.action_id in steps,
                    )
                )
        kept = {name: status for name, status in self._statuses.items() if name in steps and status.ended}
        self._statuses = kept | statuses

    def tidy(self, state: State, now: datetime) -> None:
        """Have a robot that lists many ended instant actions forget them, when nothing of ours hangs on one."""
        if len(state.instant_action_states) < TIDY_AT or self._asked:
            return
        if self._tidied_at is None or now - self._tidied_at >= TIDY_AGAIN:
            self._tidied_at = now
            self.begin(orders.action(orders.CLEAR_INSTANT_ACTIONS, self._ids(), BlockingType.NONE), now)

    def settle(self, now: datetime, out: Output, unheard: Callable[[str, datetime], bool]) -> None:
        """Send what is due; of one that is given up `unheard` is asked first whether that is its own affair."""
        due: list[Action] = []
        for action_id, (action, tries) in list(self._asked.items()):
            if now < tries.due:
                continue
            if tries.attempts >= ACTION_ATTEMPTS:
                del self._asked[action_id]
                if not unheard(action_id, now):
                    out.events.append(ActionUnconfirmed(action_id, action.action_type, tries.attempts))
                continue
            tries.sent(now)
            due.append(action)
        if due:
            out.sends.append(orders.instant(due))
