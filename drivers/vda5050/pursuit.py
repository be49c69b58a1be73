"""One committed order: offered until the robot has it, followed until it is finished, refused, cancelled or lost.

VDA 5050 2.1 §6.6, §6.10 (R16-R19, R29, R82, R90, R104, R106, R112). Pure, no I/O.
"""

from collections.abc import Callable, Container, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec.structs import replace

from drivers.vda5050 import orders, reading
from drivers.vda5050.events import (
    Loss,
    OrderAccepted,
    OrderBlocked,
    OrderFinished,
    OrderForeign,
    OrderLost,
    OrderRejected,
    Progress,
)
from drivers.vda5050.messages import Action, ActionStatus, Error, Order
from drivers.vda5050.moment import Moment
from drivers.vda5050.retries import Retries
from drivers.vda5050.sending import Sending

SETTLED = timedelta(seconds=2)
"""Time for which an order must look dropped before it counts as such: some robots report it in two steps."""


class _End(Enum):
    """Why the wanted order is not pursued any more."""

    FINISHED = auto()
    REJECTED = auto()
    CANCELLED = auto()
    LOST = auto()


class Pursuit:
    """The order that one robot should have, and how far it is."""

    def __init__(self) -> None:
        self._sending = Sending()
        self._want: Order | None = None
        self._steps: dict[str, None] = {}
        self._retries = Retries()
        self._end: _End | None = None
        self._accepted = False
        self._echoed: Order | None = None
        self._passed = -1
        self._dropped_since: datetime | None = None
        self._blocked: str | None = None
        self._foreign: str | None = None

    @property
    def wanted(self) -> Order | None:
        """The order it pursues or has pursued last."""
        return self._want

    @property
    def steps(self) -> Container[str]:
        """The actions of that order."""
        return self._steps

    @property
    def settled(self) -> bool:
        """No order is pursued, and nothing unanswered."""
        return (self._want is None or self._end is not None) and not self._sending.open

    @property
    def due(self) -> datetime | None:
        """When there is something to do though nothing is reported."""
        settled = None if self._dropped_since is None else self._dropped_since + SETTLED
        times = (self._sending.due, settled, self._retries.due)
        return min([one for one in times if one is not None], default=None)

    def validate(self, order: Order) -> None:
        """Raise InvalidOrder for an order, or an update of the one pursued, that must not be sent."""
        before = self._version_of(order)
        if before is None:
            orders.validate(order)
        elif order != before:
            orders.validate_update(before, order)

    def pursue(self, order: Order, *, accepted: bool) -> None:
        """Pursue a valid order or update; `accepted` when the robot has echoed it before a restart."""
        before = self._version_of(order)
        if before is None:
            self.forget()
            self._accepted = accepted
        elif order != before and self._end is not _End.LOST:
            self._end = None
        self._want = order
        self._steps = dict.fromkeys(one.action_id for one in orders.actions_of(order))
        self._blocked = None

    def forget(self) -> None:
        """Pursue nothing; what was sent and not answered keeps the next order waiting until it cannot come any more."""
        self._sending.let_go()
        self._want = None
        self._steps = {}
        self._retries = Retries()
        self._end = None
        self._accepted = False
        self._echoed = None
        self._passed = -1
        self._dropped_since = None
        self._blocked = None

    def stop_sending(self) -> None:
        """Send nothing more for now: the robot is told to cancel."""
        self._sending.drop()

    def hurry(self, now: datetime) -> None:
        """Send again at once what was not echoed."""
        self._sending.hurry(now)

    # What the robot reports

    def follow(self, at: Moment, statuses: Mapping[str, ActionStatus], *, cancelling: bool) -> None:
        """Learn from a state how the wanted order stands; `statuses` are those of the robot's actions."""
        want, state = self._want, at.state
        if want is None or (self._end is not None and self._end is not _End.REJECTED):
            return
        if state.order_id != want.order_id:
            if self._accepted:
                self._lose(want, Loss.REPLACED if state.order_id else Loss.REBOOTED, at)
            return
        self._note_echo(want, at)
        self._note_progress(want, at)
        echoed = self._echoed
        knows_base = echoed is not None and echoed.order_update_id == state.order_update_id
        if not at.idle or cancelling or echoed is None or not knows_base:
            self._dropped_since = None
        elif state.last_node_sequence_id < orders.decision_point(echoed).sequence_id:
            self._suspect(want, at)
        elif state.order_update_id == want.order_update_id and want.nodes[-1].released:
            self._finish(want, at, statuses)
        else:
            self._dropped_since = None

    def note_foreign(self, at: Moment, *, cancelling: bool) -> None:
        """Tell once of an order that the robot has from somebody else."""
        state = at.state
        unwanted = self._want is None or state.order_id != self._want.order_id
        if not (unwanted and state.node_states and not cancelling):
            self._foreign = None
        elif self._foreign != state.order_id:
            self._foreign = state.order_id
            at.tell(OrderForeign(state.order_id))

    def end_cancelled(
        self, order_id: str | None, at: Moment, statuses: Mapping[str, ActionStatus], *, nothing: bool
    ) -> None:
        """Take in that a cancel is done; with `nothing` to cancel the order may just have been finished."""
        self._sending.drop()
        if self._want is None or self._want.order_id != order_id:
            return
        if nothing and at.state.order_id == order_id:
            self.follow(at, statuses, cancelling=False)
        if self._end is None or self._end is _End.REJECTED:
            self._end = _End.CANCELLED
        self._dropped_since = None

    def _version_of(self, order: Order) -> Order | None:
        """Return what is wanted now of the same order."""
        return self._want if self._want is not None and self._want.order_id == order.order_id else None

    def _note_echo(self, want: Order, at: Moment) -> None:
        update = at.state.order_update_id
        sent = self._sending.echoed(update)
        if sent is not None:
            self._echoed = sent
            told = True
        elif update == want.order_update_id and (self._echoed is None or self._echoed.order_update_id != update):
            self._echoed = want
            told = True
        else:
            told = not self._accepted
        if told:
            self._accepted = True
            self._blocked = None
            at.tell(OrderAccepted(want.order_id, update))

    def _note_progress(self, want: Order, at: Moment) -> None:
        sequence = reading.passed(at.state)
        index = sequence // 2
        if sequence > self._passed and index < len(want.nodes):
            self._passed = sequence
            at.tell(Progress(want.order_id, want.nodes[index].node_id, sequence))

    def _suspect(self, want: Order, at: Moment) -> None:
        """Take an order as cleared when the robot rests before the end of its base, unless that passes at once."""
        if at.state.operating_mode.keeps_orders and self._held(at.now):
            return
        self._lose(want, Loss.CLEARED, at)

    def _finish(self, want: Order, at: Moment, statuses: Mapping[str, ActionStatus]) -> None:
        missing = tuple(step for step in self._steps if step not in statuses)
        if missing and self._held(at.now):
            return
        failed = tuple(step for step in self._steps if statuses.get(step) is ActionStatus.FAILED)
        self._close(_End.FINISHED)
        at.tell(OrderFinished(want.order_id, want.order_update_id, at.state.last_node_id, failed, missing))

    def _held(self, now: datetime) -> bool:
        """Tell whether to wait and see; true until the doubt is SETTLED old."""
        if self._dropped_since is None:
            self._dropped_since = now
        return now - self._dropped_since < SETTLED

    def _lose(self, want: Order, reason: Loss, at: Moment) -> None:
        self._close(_End.LOST)
        at.tell(OrderLost(want.order_id, reason, at.state.last_node_id, at.state.last_node_sequence_id))

    def _close(self, end: _End) -> None:
        self._end = end
        self._sending.drop()
        self._dropped_since = None

    # What the robot is told

    def retry(self, statuses: Mapping[str, ActionStatus], at: Moment) -> None:
        """Take in which actions of the order failed for now (3.0 §6.6.9)."""
        self._retries.note({step: statuses[step] for step in self._steps if step in statuses}, at.now)

    def words(self, now: datetime, ids: Callable[[], str]) -> list[Action]:
        """Return the instant actions by which such actions are tried again now, or given up."""
        return self._retries.words(now, ids)

    def offer(self, at: Moment, left_out: frozenset[str], *, enabling: bool) -> None:
        """Send the wanted order or update if the robot does not have it and can take it.

        `left_out` are fields that it does not take; while it is `enabling` a map it gets no new order.
        """
        refused = self._sending.refused(at.state, at.now)
        if refused is not None:
            self._reject(*refused, at)
        want, state = self._want, at.state
        if want is None or self._end is not None:
            return
        if self._sending.open:
            self._sending.again(at)
        elif state.order_id != want.order_id:
            if not enabling:
                self._prepare(want, at, left_out)
        elif state.order_update_id < want.order_update_id:
            self._prepare(want, at, left_out)
        elif state.order_update_id > want.order_update_id:
            self._block(want, "the robot has a later update of this order", at)

    def _prepare(self, want: Order, at: Moment, left_out: frozenset[str]) -> None:
        state = at.state
        refusal = reading.rejection(state, want.order_id, want.order_update_id, state.errors)
        if refusal is not None:
            self._reject(want, refusal, at)
            return
        begins = state.order_id != want.order_id
        if begins and at.third:
            want = replace(want, order_update_id=0)  # the rest of its updates follows when this is echoed (R16)
        message = self._beginning(want, at) if begins else self._continuation(want, at)
        if message is None:
            return
        if not at.third:
            message = orders.in_words_of_2(message)
        if left_out:
            message = orders.without(message, left_out)
        code, problem = "factsheet", reading.limit_problem(message, at.factsheet)
        if problem is None and begins:  # a running order goes on, whatever became of its map
            code, problem = "map", reading.map_problem(message, state, at.factsheet)
        if problem is not None:
            self._end = _End.REJECTED
            at.tell(OrderRejected(want.order_id, want.order_update_id, code, problem))
            return
        self._sending.begin(want, message, at)

    def _beginning(self, want: Order, at: Moment) -> Order | None:
        """Return the message for an order that is new to the robot, None while it has another."""
        if at.idle:
            return orders.message(want)
        self._block(want, f"the robot is busy with order {at.state.order_id!r}", at)
        return None

    def _continuation(self, want: Order, at: Moment) -> Order | None:
        """Return the message for an update from the robot's decision point on, None when that is not in our base."""
        node_id, start = reading.decision_point(at.state)
        node = want.nodes[start // 2] if start // 2 < len(want.nodes) else None
        if node is None or node.node_id != node_id or not node.released:
            self._block(want, f"the robot's base ends at {node_id!r} ({start}), which is not in our base", at)
            return None
        message = orders.message(want, start)
        return orders.bare(message) if reading.repeats(at.header) else message

    def _reject(self, plan: Order, error: Error, at: Moment) -> None:
        if self._want is not None and (
            plan.order_update_id == self._want.order_update_id or (at.third and not self._accepted)
        ):
            self._end = _End.REJECTED
        text = error.error_description or error.error_hint or error.error_type
        at.tell(OrderRejected(plan.order_id, plan.order_update_id, error.error_type, text))

    def _block(self, want: Order, reason: str, at: Moment) -> None:
        if self._blocked != reason:
            self._blocked = reason
            at.tell(OrderBlocked(want.order_id, reason))
