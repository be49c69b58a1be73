"""Cancels whatever order a robot has (VDA 5050 2.1 §6.6.3; R21, R23, R80, R81, R108, R109). Pure, no I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers.vda5050 import orders, reading
from drivers.vda5050.events import CancelDone, CancelFailed
from drivers.vda5050.messages import ActionStatus
from drivers.vda5050.moment import Moment
from drivers.vda5050.tries import Try

CANCEL_PATIENCE = timedelta(seconds=60)
"""Time a robot may take to come to rest after it took a cancel, before somebody is told."""


@dataclass(slots=True)
class _Cancel:
    action_id: str
    order_id: str | None
    tries: Try
    taken_at: datetime | None = None


class Cancelling:
    """The cancel that one robot is told now, and the order that was cancelled last."""

    def __init__(self) -> None:
        self._cancel: _Cancel | None = None
        self._cancelled: str | None = None

    @property
    def open(self) -> bool:
        """A cancel is not done yet."""
        return self._cancel is not None

    @property
    def cancelled(self) -> str | None:
        """The order that was cancelled last."""
        return self._cancelled

    @property
    def due(self) -> datetime | None:
        """When there is something to do though nothing is reported."""
        cancel = self._cancel
        if cancel is None:
            return None
        if cancel.taken_at is None:
            return cancel.tries.due
        return None if cancel.tries.told else cancel.taken_at + CANCEL_PATIENCE

    def begin(self, action_id: str, order_id: str | None, now: datetime) -> bool:
        """Cancel what the robot has, of ours `order_id`; false for the id of the cancel that is told already."""
        if self._cancel is not None and self._cancel.action_id == action_id:
            return False
        self._cancel = _Cancel(action_id, order_id, Try(due=now))
        return True

    def hurry(self, now: datetime) -> None:
        """Tell it again at once if the robot has not taken it."""
        if self._cancel is not None and self._cancel.taken_at is None:
            self._cancel.tries.hurry(now)

    def settle(self, at: Moment) -> CancelDone | None:
        """Tell the robot until it shows the cancel, and see what comes of it; return how it ended."""
        cancel = self._cancel
        if cancel is None:
            return None
        state, still = at.state, at.idle
        shown = reading.find_action(state, cancel.action_id)
        if shown is None and cancel.taken_at is None:
            if reading.nothing_to_cancel(state, cancel.action_id) or (still and not state.operating_mode.keeps_orders):
                return self._done(cancel, nothing=True)
            self._ask(cancel, at)
            return None
        if cancel.taken_at is None:
            cancel.taken_at = at.now
        status = ActionStatus.UNKNOWN if shown is None else shown.action_status
        if status is ActionStatus.FINISHED or (shown is None and still):
            return self._done(cancel, nothing=False)
        if status is ActionStatus.FAILED and (still or reading.nothing_to_cancel(state, cancel.action_id)):
            return self._done(cancel, nothing=True)
        if not cancel.tries.told and (status is ActionStatus.FAILED or at.now - cancel.taken_at >= CANCEL_PATIENCE):
            cancel.tries.told = True
            reason = (
                "the robot reports it as failed" if status is ActionStatus.FAILED else "the robot does not come to rest"
            )
            at.tell(CancelFailed(cancel.action_id, reason, cancel.tries.attempts))
        return None

    def _ask(self, cancel: _Cancel, at: Moment) -> None:
        if not (at.alive and at.state.operating_mode.keeps_orders and at.now >= cancel.tries.due):
            return
        if cancel.tries.alarm():
            at.tell(CancelFailed(cancel.action_id, "no answer", cancel.tries.attempts))
        cancel.tries.sent(at.now)
        at.send(orders.instant([orders.action(orders.CANCEL, cancel.action_id)]))

    def _done(self, cancel: _Cancel, *, nothing: bool) -> CancelDone:
        self._cancel, self._cancelled = None, cancel.order_id
        return CancelDone(cancel.action_id, nothing)
