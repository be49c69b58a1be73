"""Sends an order or update until the robot echoes or refuses it (VDA 5050 2.1 §6.6; R79, R122). Pure, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.vda5050 import reading
from drivers.vda5050.events import OrderUnconfirmed
from drivers.vda5050.messages import Error, Factsheet, Order, State
from drivers.vda5050.moment import Moment
from drivers.vda5050.tries import Try

STRAY = timedelta(seconds=5)
"""Time after which an order that was sent, not echoed and is no longer wanted is taken as lost on the way."""


@dataclass(slots=True)
class _Sent:
    plan: Order
    message: Order
    known_errors: tuple[Error, ...]
    tries: Try
    wanted: bool = True


class Sending:
    """What was sent to one robot and not answered, at most one order or update."""

    def __init__(self) -> None:
        self._sent: _Sent | None = None
        self._sent_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Something is not answered yet."""
        return self._sent is not None

    @property
    def due(self) -> datetime | None:
        """When there is something to do though nothing is reported."""
        return None if self._sent is None else self._sent.tries.due

    def begin(self, plan: Order, message: Order, at: Moment) -> None:
        """Send a message that brings the robot to a plan."""
        self._sent = _Sent(plan, message, at.state.errors, Try(due=at.now))
        self._send(self._sent, at)

    def again(self, at: Moment) -> None:
        """Send the message again if that is due and it is still wanted."""
        if self._sent is not None and self._sent.wanted and at.now >= self._sent.tries.due:
            self._send(self._sent, at)

    def hurry(self, now: datetime) -> None:
        """Send it again at once."""
        if self._sent is not None:
            self._sent.tries.hurry(now)

    def echoed(self, update_id: int) -> Order | None:
        """Return the plan that was sent under this update, which needs no more sending; None when there is none."""
        if self._sent is None or self._sent.plan.order_update_id != update_id:
            return None
        plan, self._sent = self._sent.plan, None
        return plan

    def refused(self, state: State, now: datetime) -> tuple[Order, Error] | None:
        """Return the plan that the robot refuses and why; forget it then, and what cannot come any more."""
        sent = self._sent
        if sent is None:
            return None
        plan = sent.plan
        error = reading.rejection(state, plan.order_id, plan.order_update_id, sent.known_errors)
        if error is not None or not (sent.wanted or now < sent.tries.due):
            self._sent = None
        return None if error is None else (plan, error)

    def drop(self) -> None:
        """Forget what was sent."""
        self._sent = None

    def let_go(self) -> None:
        """Want nothing sent; what is not answered keeps the next order waiting until it cannot come any more."""
        sent = self._sent
        if sent is None or not sent.wanted:
            return
        sent.wanted = False
        if self._sent_at is None or sent.tries.attempts == 0:
            self._sent = None
        else:
            sent.tries.due = self._sent_at + STRAY

    def _send(self, sent: _Sent, at: Moment) -> None:
        earliest = None if self._sent_at is None else self._sent_at + _interval(at.factsheet)
        if earliest is not None and at.now < earliest:
            sent.tries.due = earliest
            return
        if sent.tries.alarm():
            at.tell(OrderUnconfirmed(sent.plan.order_id, sent.plan.order_update_id, sent.tries.attempts))
        sent.tries.sent(at.now)
        self._sent_at = at.now
        at.send(sent.message)


def _interval(factsheet: Factsheet | None) -> timedelta:
    """Return the least time between two orders."""
    limits = None if factsheet is None else factsheet.protocol_limits
    timing = None if limits is None else limits.timing
    return timedelta(seconds=0.0 if timing is None else timing.min_order_interval)
