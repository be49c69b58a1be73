"""One robot under our command: compares what should be with what it reports and says what to send. Pure, no I/O.

Level-triggered (R79-R82): on every state and every tick it resends what the robot has not echoed, and stops when the
robot shows it. It keeps no secret the caller would have to save: after a restart the caller gives it the committed
order, cancel and actions again, and the first state tells where the robot is (P26). VDA 5050 2.1 §6.6, §6.9, §6.10.

Each part of the conversation has a file of its own: the order is pursued (pursuit.py, sending.py) or cancelled
(cancelling.py), instant actions are asked for (actions.py), maps and zones stored (storage.py), requests answered
(leave.py). Here is what they share: whether the robot is heard of, and in which order they have their say.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from drivers.vda5050 import changes, orders, reading
from drivers.vda5050.actions import Actions
from drivers.vda5050.cancelling import Cancelling
from drivers.vda5050.events import (
    Alive,
    ConnectionChanged,
    FactsheetReceived,
    OrderRejected,
    Rebooted,
    Stale,
)
from drivers.vda5050.leave import Leave
from drivers.vda5050.messages import (
    Action,
    BlockingType,
    Connection,
    ConnectionState,
    Factsheet,
    Grant,
    Header,
    OperatingMode,
    Order,
    State,
    ZoneRequest,
    ZoneSets,
)
from drivers.vda5050.moment import Moment, Output
from drivers.vda5050.pursuit import Pursuit
from drivers.vda5050.storage import MapFile, Seen, Storage
from drivers.vda5050.topics import Major
from drivers.vda5050.zones import ZonePlan

STALE_AFTER = timedelta(seconds=35)
"""Age of the newest state at which a robot counts as silent: it has to report every 30 s (R08)."""
LATE_IN_A_ROW = 3
"""So many states in a row that look late are taken after all: the robot's clock was set back."""

STARTUP = OperatingMode.STARTUP


class Vehicle:
    """The state machine; feed it and carry out its output. `due` says when `tick` has something to do."""

    def __init__(
        self,
        *,
        ids: Callable[[], str],
        stale_after: timedelta = STALE_AFTER,
        major: Major = Major.V2,
        leave: Callable[[ZoneRequest], Grant] = lambda _request: Grant.QUEUED,
    ) -> None:
        """Ask `leave` what to say to one who wants to enter a zone that we drew: GRANTED, QUEUED or REJECTED."""
        self.major = major
        self.state: State | None = None
        self.header: Header | None = None
        self.connection: ConnectionState | None = None
        self.factsheet: Factsheet | None = None
        self.seen_at: datetime | None = None
        self.alive = False
        self.due: datetime | None = None
        self.late = 0
        self._ids = ids
        self._stale_after = stale_after
        self._late_in_a_row = 0
        self._asked = False
        self._left_out: frozenset[str] = frozenset()
        self._dropped: str | None = None
        """The order of which it has said that it is cancelled, whoever gave it; some show its way all the same."""
        self._pursuit = Pursuit()
        self._cancelling = Cancelling()
        self._actions = Actions(ids)
        self._storage = Storage()
        self._leave = Leave(leave)

    # What the caller wants

    @property
    def wanted(self) -> Order | None:
        """The order it pursues or has pursued last."""
        return self._pursuit.wanted

    @property
    def cancelled(self) -> str | None:
        """The order that was cancelled last."""
        return self._cancelling.cancelled

    @property
    def settled(self) -> bool:
        """Nothing is under way: no order pursued, no cancel, nothing unanswered."""
        return self._pursuit.settled and not self._cancelling.open

    @property
    def has_order(self) -> bool:
        """It may yet drive on by what it was told: it has way before it, or is told to cancel and has not done so."""
        left = self.state is not None and bool(self.state.node_states) and self.state.order_id != self._dropped
        return left or self._cancelling.open

    @property
    def changing(self) -> bool:
        """A map or zone set waits for the robot to rest, or is being enabled: give it no new order (R34)."""
        return self._storage.changing

    def missing_map(self, map_id: str) -> str | None:
        """Return a map that the robot should have enabled and has not: this one, or one it was told to store."""
        maps = dict.fromkeys((map_id, *self._storage.map_ids))
        return None if self.state is None else reading.missing_map(self.state, maps, self.factsheet)

    def store(self, maps: Sequence[MapFile], zones: Sequence[ZonePlan], now: datetime) -> Output:
        """Have the robot keep these maps and zones, as far as it can, and no others that were wanted before."""
        out = Output()
        self._storage.want(maps, zones, now)
        self._settle(now, out)
        return out

    def want(self, order: Order | None, now: datetime, *, accepted: bool = False) -> Output:
        """Pursue this committed order or update; None to pursue nothing.

        `accepted` tells after a restart that the robot has echoed the order before, so that it is never started twice.
        Raises InvalidOrder.
        """
        out = Output()
        if order is None:
            self._pursuit.forget()
        else:
            self._pursuit.validate(order)
            if order.order_id == self.cancelled:
                refusal = OrderRejected(order.order_id, order.order_update_id, "cancelled", "it was cancelled (R23)")
                out.events.append(refusal)
                return out
            self._pursuit.pursue(order, accepted=accepted)
        self._settle(now, out)
        return out

    def cancel(self, action_id: str, now: datetime) -> Output:
        """Cancel whatever order the robot has; the same id again changes nothing."""
        out = Output()
        if self._cancelling.begin(action_id, None if self.wanted is None else self.wanted.order_id, now):
            self._pursuit.stop_sending()
            self._actions.remember(action_id)
        self._settle(now, out)
        return out

    def act(self, action: Action, now: datetime) -> Output:
        """Have an instant action run; the same id again changes nothing."""
        out = Output()
        self._actions.act(action, now)
        self._settle(now, out)
        return out

    @property
    def asks(self) -> bool:
        """The robot asks leave for something, or has leave."""
        return self.state is not None and bool(self.state.zone_requests)

    def reconsider(self, now: datetime) -> Output:
        """Answer what the robot asks leave for: what decides on it may have changed."""
        out = Output()
        if self.state is not None and self.alive:
            self._answer(self.state, now, out)
        self.due = self._next_due()
        return out

    # What comes from outside

    def on_state(self, header: Header, state: State, now: datetime) -> Output:
        """Take a state."""
        out = Output()
        if reading.is_late(header, self.header) and self._late_in_a_row < LATE_IN_A_ROW:
            self.late += 1
            self._late_in_a_row += 1
            return out
        self._late_in_a_row = 0
        last, self.header = self.header, header
        self.seen_at = now
        before = self.state
        if state.operating_mode is STARTUP:
            if before is None:
                return out
            state = replace(before, operating_mode=STARTUP)  # nothing else in it holds yet (3.0 §6.6.6)
        self.state = state
        anew = _began_anew(header, last)
        quiet = self.alive and before is not None and not anew and (self.due is None or now < self.due)
        if not self.alive:
            self.alive = True
            out.events.append(Alive())
        if anew:
            out.events.append(Rebooted())
        self._report_changes(before, state, out)
        if self._leave.open or state.zone_requests or state.edge_requests:
            self._answer(state, now, out)
            quiet = False
        if not (quiet and before is not None and reading.alike(before, state)):
            self._settle(now, out)
        return out

    def on_connection(self, connection: Connection, now: datetime) -> Output:
        """Take a connection message; it says nothing of the robot's health (R06, R78), but that it goes to sleep."""
        out = Output()
        if connection.connection_state is not self.connection:
            self.connection = connection.connection_state
            out.events.append(ConnectionChanged(connection.connection_state))
        if self.connection is ConnectionState.HIBERNATING and self.alive and self.seen_at is not None:
            self._fall_silent(self.seen_at, out)
        if self.connection is ConnectionState.ONLINE and not self.alive and not self._asked:
            self._asked = True
            request = orders.action(orders.STATE_REQUEST, self._ids(), BlockingType.NONE)
            self._actions.remember(request.action_id)
            out.sends.append(orders.instant([request]))
        self._settle(now, out)
        return out

    def on_factsheet(self, factsheet: Factsheet, now: datetime) -> Output:
        """Take what the robot says it can do."""
        out = Output()
        self.factsheet = factsheet
        self._left_out = reading.not_taken(factsheet) if self.major is Major.V3 else frozenset()
        self._actions.drop_type(orders.FACTSHEET_REQUEST)
        self._storage.hopeful()
        out.events.append(FactsheetReceived())
        self._settle(now, out)
        return out

    def on_link_up(self, now: datetime) -> Output:
        """Our own connection is back: what was not echoed may have been lost with the old one, so send it at once."""
        out = Output()
        self._asked = False
        self._pursuit.hurry(now)
        self._cancelling.hurry(now)
        self._actions.hurry(now)
        self._settle(now, out)
        return out

    def tick(self, now: datetime) -> Output:
        """Let time pass; does nothing before `due`."""
        out = Output()
        if self.due is None or now < self.due:
            return out
        if self.alive and self.seen_at is not None and now - self.seen_at >= self._stale_after:
            self._fall_silent(self.seen_at, out)
        if self._leave.open and self.state is not None and self.alive:
            self._answer(self.state, now, out)
        self._settle(now, out)
        return out

    def _fall_silent(self, last_seen: datetime, out: Output) -> None:
        self.alive = False
        self._asked = False
        out.events.append(Stale(last_seen))

    def _report_changes(self, before: State | None, state: State, out: Output) -> None:
        out.events += changes.of_mode(before, state)
        if changes.of_actions(before, state):
            self._actions.report(state, self._pursuit.steps, out)
        out.events += changes.of_robot(before, state)

    def _answer(self, state: State, now: datetime, out: Output) -> None:
        drawn = [one.zone_set_id for one in self._storage.zone_sets(self.factsheet)]
        self._leave.answer(state, drawn, now, out)

    # Closing the difference

    def _settle(self, now: datetime, out: Output) -> None:
        if self.state is not None:
            ours = self._actions.ours
            self._close(Moment(self.state, self.header, self.factsheet, self.major, self.alive, ours, now, out))
        self.due = self._next_due()

    def _close(self, at: Moment) -> None:
        self._pursuit.follow(at, self._actions.statuses, cancelling=self._cancelling.open)
        self._pursuit.note_foreign(at, cancelling=self._cancelling.open)
        done = self._cancelling.settle(at)
        if done is not None:
            self._dropped = at.state.order_id
            self._pursuit.end_cancelled(self.cancelled, at, self._actions.statuses, nothing=done.nothing)
            at.tell(done)
        if not at.alive:
            return
        if at.state.operating_mode.ours:
            if not self._cancelling.open:
                self._actions.tidy(at.state, at.now)
            if at.third:
                self._retry(at)
            if self._storage.wanted:
                self._keep(at)
            self._actions.settle(at.now, at.out, self._storage.unheard)
        if not self._cancelling.open and at.state.operating_mode.keeps_orders:
            self._pursuit.offer(at, self._left_out, enabling=self._storage.enabling)

    def _retry(self, at: Moment) -> None:
        """Have actions of the order that failed for now tried again, or given up."""
        self._pursuit.retry(self._actions.statuses, at)
        for word in () if self._cancelling.open else self._pursuit.words(at.now, self._ids):
            self._actions.begin(word, at.now)

    def _keep(self, at: Moment) -> None:
        """Bring aboard what the robot should have stored."""
        rests = self.settled and not at.state.driving and at.idle
        words = self._storage.look(Seen(at.state, at.factsheet, at.now, self._ids, at.tell, rests, at.third))
        for action_id in self._storage.over:
            self._actions.drop(action_id)
        for word in words:
            if isinstance(word, ZoneSets):
                at.send(word)
            else:
                self._actions.begin(word, at.now)

    def _next_due(self) -> datetime | None:
        if not self.alive or self.seen_at is None:
            return None
        parts = (self._pursuit.due, self._cancelling.due, self._actions.due, self._storage.due, self._leave.due)
        return min([self.seen_at + self._stale_after, *[due for due in parts if due is not None]])


def _began_anew(header: Header, last: Header | None) -> bool:
    """Tell whether the robot restarted: its counter fell back (R98); wrapping round after 2**32 is no restart."""
    if last is None or header.header_id is None or last.header_id is None:
        return False
    return header.header_id < last.header_id < 2**31
