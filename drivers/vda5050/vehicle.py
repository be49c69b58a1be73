"""One robot under our command: compares what should be with what it reports and says what to send. Pure, no I/O.

Level-triggered (R79-R82): on every state and every tick it resends what the robot has not echoed, and stops when the
robot shows it. It keeps no secret the caller would have to save: after a restart the caller gives it the committed
order, cancel and actions again, and the first state tells where the robot is (P26). VDA 5050 2.1 §6.6, §6.9, §6.10.
What 3.0 wants otherwise is asked for by `major`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from msgspec.structs import replace

from drivers.vda5050 import orders, reading
from drivers.vda5050.events import (
    ActionChanged,
    ActionUnconfirmed,
    Alive,
    BaseRequested,
    BatteryChanged,
    CancelDone,
    CancelFailed,
    ConnectionChanged,
    ErrorsChanged,
    Event,
    FactsheetReceived,
    LoadsChanged,
    Loss,
    ModeChanged,
    OrderAccepted,
    OrderBlocked,
    OrderFinished,
    OrderForeign,
    OrderLost,
    OrderRejected,
    OrderUnconfirmed,
    PauseChanged,
    Progress,
    Rebooted,
    RequestRefused,
    Stale,
)
from drivers.vda5050.messages import (
    Action,
    ActionStatus,
    BlockingType,
    Connection,
    ConnectionState,
    EdgeRequest,
    Error,
    Factsheet,
    Grant,
    Header,
    InstantActions,
    OperatingMode,
    Order,
    RequestStatus,
    Response,
    Responses,
    State,
    ZoneRequest,
    ZoneSets,
)
from drivers.vda5050.retries import Retries
from drivers.vda5050.storage import MapFile, Seen, Storage
from drivers.vda5050.topics import Major
from drivers.vda5050.zones import ZonePlan

WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 3, 5, 8, 15))
"""Time before each resend; a healthy robot echoes within a second, a lost one must not be flooded. The last repeats."""
ALARM_AFTER = 4
"""Sendings without echo before somebody is told: 18 s with the waits above."""
SLOWLY = timedelta(seconds=30)
"""Time between sendings after the alarm."""
ACTION_ATTEMPTS = 6
"""Sendings of an instant action before it is given up; unlike an order it soon loses its sense."""
STALE_AFTER = timedelta(seconds=35)
"""Age of the newest state at which a robot counts as silent: it has to report every 30 s (R08)."""
SETTLED = timedelta(seconds=2)
"""Time for which an order must look dropped before it counts as such: some robots report it in two steps."""
STRAY = timedelta(seconds=5)
"""Time after which an order that was sent, not echoed and is no longer wanted is taken as lost on the way."""
CANCEL_PATIENCE = timedelta(seconds=60)
"""Time a robot may take to come to rest after it took a cancel, before somebody is told."""
LATE_IN_A_ROW = 3
"""So many states in a row that look late are taken after all: the robot's clock was set back."""
ANSWER_AGAIN = timedelta(seconds=5)
"""Time after which a request that still waits is answered again: the answer may be lost. Without one it waits too."""
LEASE = timedelta(seconds=90)
"""How long a leave holds: it is given anew three times in it, and ends by itself when nobody is here to do so (R44)."""
ACCESS = "ACCESS"
"""The request to enter a zone, as opposed to that to plan a way of its own in it."""
REFUSAL = "this master gives no leave for zones of others, for ways of its own, or for corridors"
"""Why such requests are refused: what is safe here is proved for released nodes and lanes alone (R43, R46)."""
TIDY_AT = 20
"""Ended instant actions with which a robot of 3.0 is told to forget them: it keeps them until then (3.0 §7.8)."""
TIDY_AGAIN = timedelta(minutes=10)
"""Time between two such words: one that cannot forget lists the refusal too, and would be told ever more often."""
INSTANTS_KEPT = 200
"""Ids of own instant actions remembered, to tell them from steps of an order (R27); robots list far fewer."""

STARTUP = OperatingMode.STARTUP

Send = Order | InstantActions | Responses | ZoneSets


@dataclass(slots=True)
class Output:
    """What to send, in this order, and what happened, in this order."""

    sends: list[Send] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class _Answer(NamedTuple):
    """What was said to a request, and when it is said again."""

    grant: Grant
    again: datetime


class _End(Enum):
    """Why the wanted order is not pursued any more."""

    FINISHED = auto()
    REJECTED = auto()
    CANCELLED = auto()
    LOST = auto()


@dataclass(slots=True)
class _Try:
    """Something sent until it is reflected."""

    due: datetime
    attempts: int = 0
    told: bool = False

    def sent(self, now: datetime) -> None:
        self.due = now + (SLOWLY if self.told else WAITS[min(self.attempts, len(WAITS) - 1)])
        self.attempts += 1

    def alarm(self) -> bool:
        """Return true once, when it was sent often enough."""
        if self.told or self.attempts < ALARM_AFTER:
            return False
        self.told = True
        return True


@dataclass(slots=True)
class _Outstanding:
    plan: Order
    message: Order
    known_errors: tuple[Error, ...]
    tries: _Try
    wanted: bool = True


@dataclass(slots=True)
class _Cancel:
    action_id: str
    order_id: str | None
    tries: _Try
    taken_at: datetime | None = None


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
        self._order_sent_at: datetime | None = None
        self._left_out: frozenset[str] = frozenset()
        self._leave = leave
        self._answered: dict[str, _Answer] = {}
        self._tidied_at: datetime | None = None
        self._statuses: dict[str, ActionStatus] = {}
        self._acts: dict[str, tuple[Action, _Try]] = {}
        self._instant: dict[str, None] = {}
        self._cancel: _Cancel | None = None
        self._cancelled: str | None = None
        self._outstanding: _Outstanding | None = None
        self._want: Order | None = None
        self._steps: dict[str, None] = {}
        self._retries = Retries()
        self._storage = Storage()
        self._end: _End | None = None
        self._accepted = False
        self._echoed: Order | None = None
        self._passed = -1
        self._dropped_since: datetime | None = None
        self._blocked: str | None = None
        self._foreign: str | None = None

    # What the caller wants

    @property
    def wanted(self) -> Order | None:
        """The order it pursues or has pursued last."""
        return self._want

    @property
    def cancelled(self) -> str | None:
        """The order that was cancelled last."""
        return self._cancelled

    @property
    def settled(self) -> bool:
        """Nothing is under way: no order pursued, no cancel, nothing unanswered."""
        return (self._want is None or self._end is not None) and self._cancel is None and self._outstanding is None

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
            self._forget()
        else:
            before = self._want if self._want is not None and self._want.order_id == order.order_id else None
            if before is None:
                orders.validate(order)
            elif order != before:
                orders.validate_update(before, order)
            if order.order_id == self._cancelled:
                refusal = OrderRejected(order.order_id, order.order_update_id, "cancelled", "it was cancelled (R23)")
                out.events.append(refusal)
                return out
            if before is None:
                self._forget()
                self._accepted = accepted
            elif order != before and self._end is not _End.LOST:
                self._end = None
            self._want = order
            self._steps = dict.fromkeys(one.action_id for one in orders.actions_of(order))
            self._blocked = None
        self._settle(now, out)
        return out

    def cancel(self, action_id: str, now: datetime) -> Output:
        """Cancel whatever order the robot has; the same id again changes nothing."""
        out = Output()
        if self._cancel is None or self._cancel.action_id != action_id:
            order_id = None if self._want is None else self._want.order_id
            self._cancel = _Cancel(action_id, order_id, _Try(due=now))
            self._outstanding = None
            self._remember_instant(action_id)
        self._settle(now, out)
        return out

    def act(self, action: Action, now: datetime) -> Output:
        """Have an instant action run; the same id again changes nothing."""
        out = Output()
        if action.action_id not in self._instant:
            self._remember_instant(action.action_id)
            self._acts[action.action_id] = (action, _Try(due=now))
        self._settle(now, out)
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
        if self._answered or state.zone_requests or state.edge_requests:
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
            self._remember_instant(request.action_id)
            out.sends.append(orders.instant([request]))
        self._settle(now, out)
        return out

    def on_factsheet(self, factsheet: Factsheet, now: datetime) -> Output:
        """Take what the robot says it can do."""
        out = Output()
        self.factsheet = factsheet
        self._left_out = reading.not_taken(factsheet) if self.major is Major.V3 else frozenset()
        for action_id, (action, _) in list(self._acts.items()):
            if action.action_type == orders.FACTSHEET_REQUEST:
                del self._acts[action_id]
        self._storage.hopeful()
        out.events.append(FactsheetReceived())
        self._settle(now, out)
        return out

    def on_link_up(self, now: datetime) -> Output:
        """Our own connection is back: what was not echoed may have been lost with the old one, so send it at once."""
        out = Output()
        self._asked = False
        for tries in (
            *([self._outstanding.tries] if self._outstanding else ()),
            *([self._cancel.tries] if self._cancel and self._cancel.taken_at is None else ()),
            *(tries for _, tries in self._acts.values()),
        ):
            tries.due = min(tries.due, now)
        self._settle(now, out)
        return out

    def tick(self, now: datetime) -> Output:
        """Let time pass; does nothing before `due`."""
        out = Output()
        if self.due is None or now < self.due:
            return out
        if self.alive and self.seen_at is not None and now - self.seen_at >= self._stale_after:
            self._fall_silent(self.seen_at, out)
        if self._answered and self.state is not None and self.alive:
            self._answer(self.state, now, out)
        self._settle(now, out)
        return out

    def _fall_silent(self, last_seen: datetime, out: Output) -> None:
        self.alive = False
        self._asked = False
        out.events.append(Stale(last_seen))

    # Reports

    def _report_changes(self, before: State | None, state: State, out: Output) -> None:
        tell = out.events.append
        if before is None or before.operating_mode is not state.operating_mode:
            tell(ModeChanged(state.operating_mode, None if before is None else before.operating_mode))
        if (
            before is None
            or before.action_states != state.action_states
            or before.instant_action_states != state.instant_action_states
        ):
            self._report_actions(state, out)
        if before is None:
            if state.errors:
                tell(ErrorsChanged(state.errors))
        elif before.errors != state.errors:
            tell(ErrorsChanged(state.errors))
        if bool(state.paused) != (before is not None and bool(before.paused)):
            tell(PauseChanged(bool(state.paused)))
        if before is None or before.loads != state.loads:
            tell(LoadsChanged(state.loads))
        battery = (round(state.battery_state.battery_charge), state.battery_state.charging)
        if before is None or battery != (round(before.battery_state.battery_charge), before.battery_state.charging):
            tell(BatteryChanged(*battery))
        if state.new_base_request and not (before is not None and before.new_base_request):
            tell(BaseRequested())

    def _report_actions(self, state: State, out: Output) -> None:
        statuses: dict[str, ActionStatus] = {}
        for one in (*state.action_states, *state.instant_action_states):
            statuses[one.action_id] = one.action_status
            self._acts.pop(one.action_id, None)
            if self._statuses.get(one.action_id) is not one.action_status:
                out.events.append(
                    ActionChanged(
                        one.action_id,
                        one.action_type,
                        one.action_status,
                        one.result_description,
                        ours=one.action_id in self._steps,
                    )
                )
        kept = {name: status for name, status in self._statuses.items() if name in self._steps and status.ended}
        self._statuses = kept | statuses

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

    def _answer(self, state: State, now: datetime, out: Output) -> None:
        """Say what holds for what the robot asks leave for, again while it does not show it (R43-R46)."""
        words: list[Response] = []
        kept: dict[str, _Answer] = {}
        for one in reading.asked(state):
            word, before = self._word_on(one), self._answered.get(one.request_id)
            if word is None:
                continue
            if before is None or before.grant is not word or now >= before.again:
                if word is Grant.REJECTED and before is None:
                    out.events.append(RequestRefused(one.request_id, one.place, REFUSAL))
                words.append(Response(one.request_id, word))
                before = _Answer(word, now + (LEASE / 3 if word is Grant.GRANTED else ANSWER_AGAIN))
            kept[one.request_id] = before
        self._answered = kept
        if words:
            out.sends.append(Responses(tuple(words)))

    def _word_on(self, request: ZoneRequest | EdgeRequest) -> Grant | None:
        """Return what has to be said now on a request, None when the robot knows all there is to say."""
        status = request.request_status
        if isinstance(request, EdgeRequest) or not self._ours(request):
            return Grant.REJECTED if status is RequestStatus.REQUESTED else None
        word = self._leave(request)
        if status is RequestStatus.GRANTED:
            return Grant.GRANTED if word is Grant.GRANTED else Grant.REVOKED
        return None if status is RequestStatus.QUEUED and word is Grant.QUEUED else word

    def _ours(self, request: ZoneRequest) -> bool:
        """Tell whether it asks to enter a zone that we drew; how it drives in there we do not plan."""
        ours = [one.zone_set_id for one in self._storage.zone_sets(self.factsheet)]
        return request.zone_set_id in ours and request.request_type == ACCESS

    # Closing the difference

    def _settle(self, now: datetime, out: Output) -> None:
        state = self.state
        if state is not None:
            self._follow(state, now, out)
            self._note_foreign(state, out)
            if self._cancel is not None:
                self._settle_cancel(self._cancel, state, now, out)
            if self.alive:
                if state.operating_mode.ours:
                    self._tidy(state, now)
                    if self.major is Major.V3:
                        self._retry(now)
                    if self._storage.wanted:
                        self._keep(state, now, out)
                    self._settle_acts(now, out)
                if self._cancel is None and state.operating_mode.keeps_orders:
                    self._offer(state, now, out)
        self.due = self._next_due()

    def _follow(self, state: State, now: datetime, out: Output) -> None:
        """Learn from a state how the wanted order stands."""
        want = self._want
        if want is None or (self._end is not None and self._end is not _End.REJECTED):
            return
        if state.order_id != want.order_id:
            if self._accepted:
                reason = Loss.REPLACED if state.order_id else Loss.REBOOTED
                self._lose(want, reason, state, out)
            return
        self._note_echo(want, state, out)
        self._note_progress(want, state, out)
        echoed = self._echoed
        knows_base = echoed is not None and echoed.order_update_id == state.order_update_id
        if not reading.idle(state, self._instant) or self._cancel is not None or echoed is None or not knows_base:
            self._dropped_since = None
        elif state.last_node_sequence_id < orders.decision_point(echoed).sequence_id:
            self._suspect(want, state, now, out)
        elif state.order_update_id == want.order_update_id and want.nodes[-1].released:
            self._finish(want, state, now, out)
        else:
            self._dropped_since = None

    def _note_foreign(self, state: State, out: Output) -> None:
        unwanted = self._want is None or state.order_id != self._want.order_id
        if not (unwanted and state.node_states and self._cancel is None):
            self._foreign = None
        elif self._foreign != state.order_id:
            self._foreign = state.order_id
            out.events.append(OrderForeign(state.order_id))

    def _note_echo(self, want: Order, state: State, out: Output) -> None:
        update = state.order_update_id
        if self._outstanding is not None and self._outstanding.plan.order_update_id == update:
            self._echoed, self._outstanding = self._outstanding.plan, None
            told = True
        elif update == want.order_update_id and (self._echoed is None or self._echoed.order_update_id != update):
            self._echoed = want
            told = True
        else:
            told = not self._accepted
        if told:
            self._accepted = True
            self._blocked = None
            out.events.append(OrderAccepted(want.order_id, update))

    def _note_progress(self, want: Order, state: State, out: Output) -> None:
        sequence = reading.passed(state)
        index = sequence // 2
        if sequence > self._passed and index < len(want.nodes):
            self._passed = sequence
            out.events.append(Progress(want.order_id, want.nodes[index].node_id, sequence))

    def _suspect(self, want: Order, state: State, now: datetime, out: Output) -> None:
        """Take an order as cleared when the robot rests before the end of its base, unless that passes at once."""
        if state.operating_mode.keeps_orders and self._held(now):
            return
        self._lose(want, Loss.CLEARED, state, out)

    def _finish(self, want: Order, state: State, now: datetime, out: Output) -> None:
        missing = tuple(step for step in self._steps if step not in self._statuses)
        if missing and self._held(now):
            return
        failed = tuple(step for step in self._steps if self._statuses.get(step) is ActionStatus.FAILED)
        self._end = _End.FINISHED
        self._outstanding = None
        self._dropped_since = None
        done = OrderFinished(want.order_id, want.order_update_id, state.last_node_id, failed, missing)
        out.events.append(done)

    def _held(self, now: datetime) -> bool:
        """Tell whether to wait and see; true until the doubt is SETTLED old."""
        if self._dropped_since is None:
            self._dropped_since = now
        return now - self._dropped_since < SETTLED

    def _lose(self, want: Order, reason: Loss, state: State, out: Output) -> None:
        self._end = _End.LOST
        self._outstanding = None
        self._dropped_since = None
        out.events.append(OrderLost(want.order_id, reason, state.last_node_id, state.last_node_sequence_id))

    def _settle_cancel(self, cancel: _Cancel, state: State, now: datetime, out: Output) -> None:
        shown = reading.find_action(state, cancel.action_id)
        still = reading.idle(state, self._instant)
        if shown is None and cancel.taken_at is None:
            if reading.nothing_to_cancel(state, cancel.action_id) or (still and not state.operating_mode.keeps_orders):
                self._cancel_done(cancel, state, now, out, nothing=True)
            elif self.alive and state.operating_mode.keeps_orders and now >= cancel.tries.due:
                if cancel.tries.alarm():
                    out.events.append(CancelFailed(cancel.action_id, "no answer", cancel.tries.attempts))
                cancel.tries.sent(now)
                out.sends.append(orders.instant([orders.action(orders.CANCEL, cancel.action_id)]))
            return
        if cancel.taken_at is None:
            cancel.taken_at = now
        status = ActionStatus.UNKNOWN if shown is None else shown.action_status
        if status is ActionStatus.FINISHED or (shown is None and still):
            self._cancel_done(cancel, state, now, out, nothing=False)
        elif status is ActionStatus.FAILED and (still or reading.nothing_to_cancel(state, cancel.action_id)):
            self._cancel_done(cancel, state, now, out, nothing=True)
        elif not cancel.tries.told and (status is ActionStatus.FAILED or now - cancel.taken_at >= CANCEL_PATIENCE):
            cancel.tries.told = True
            reason = (
                "the robot reports it as failed" if status is ActionStatus.FAILED else "the robot does not come to rest"
            )
            out.events.append(CancelFailed(cancel.action_id, reason, cancel.tries.attempts))

    def _cancel_done(self, cancel: _Cancel, state: State, now: datetime, out: Output, *, nothing: bool) -> None:
        self._cancel = None
        self._outstanding = None
        if self._want is not None and self._want.order_id == cancel.order_id:
            if nothing and state.order_id == cancel.order_id:
                self._follow(state, now, out)
            if self._end is None or self._end is _End.REJECTED:
                self._end = _End.CANCELLED
            self._dropped_since = None
        self._cancelled = cancel.order_id
        out.events.append(CancelDone(cancel.action_id, nothing))

    def _tidy(self, state: State, now: datetime) -> None:
        """Have a robot that lists many ended instant actions forget them, when nothing of ours hangs on one."""
        if len(state.instant_action_states) < TIDY_AT or self._acts or self._cancel is not None:
            return
        if self._tidied_at is None or now - self._tidied_at >= TIDY_AGAIN:
            self._tidied_at = now
            tidying = orders.action(orders.CLEAR_INSTANT_ACTIONS, self._ids(), BlockingType.NONE)
            self._remember_instant(tidying.action_id)
            self._acts[tidying.action_id] = (tidying, _Try(due=now))

    def _retry(self, now: datetime) -> None:
        """Have actions of the order that failed for now tried again, or given up."""
        self._retries.note({step: self._statuses[step] for step in self._steps if step in self._statuses}, now)
        for word in () if self._cancel is not None else self._retries.words(now, self._ids):
            self._remember_instant(word.action_id)
            self._acts[word.action_id] = (word, _Try(due=now))

    def _keep(self, state: State, now: datetime, out: Output) -> None:
        """Bring aboard what the robot should have stored."""
        rests = self.settled and not state.driving and reading.idle(state, self._instant)
        third, tell = self.major is Major.V3, out.events.append
        words = self._storage.look(Seen(state, self.factsheet, now, self._ids, tell, rests, third))
        for action_id in self._storage.over:
            self._acts.pop(action_id, None)
        for word in words:
            if isinstance(word, ZoneSets):
                out.sends.append(word)
                continue
            self._remember_instant(word.action_id)
            self._acts[word.action_id] = (word, _Try(due=now))

    def _settle_acts(self, now: datetime, out: Output) -> None:
        if not self._acts:
            return
        due: list[Action] = []
        for action_id, (action, tries) in list(self._acts.items()):
            if now < tries.due:
                continue
            if tries.attempts >= ACTION_ATTEMPTS:
                del self._acts[action_id]
                if not self._storage.unheard(action_id, now):
                    out.events.append(ActionUnconfirmed(action_id, action.action_type, tries.attempts))
                continue
            tries.sent(now)
            due.append(action)
        if due:
            out.sends.append(orders.instant(due))

    def _offer(self, state: State, now: datetime, out: Output) -> None:
        """Send the wanted order or update if the robot does not have it and can take it."""
        if self._outstanding is not None and not self._still_open(self._outstanding, state, now, out):
            self._outstanding = None
        want = self._want
        if want is None or self._end is not None:
            return
        if self._outstanding is None:
            if self._storage.enabling and state.order_id != want.order_id:
                return
            if state.order_id == want.order_id and state.order_update_id >= want.order_update_id:
                if state.order_update_id > want.order_update_id:
                    self._block(want, "the robot has a later update of this order", out)
                return
            self._prepare(want, state, now, out)
        elif self._outstanding.wanted and now >= self._outstanding.tries.due:
            self._send_order(self._outstanding, now, out)

    def _still_open(self, outstanding: _Outstanding, state: State, now: datetime, out: Output) -> bool:
        plan = outstanding.plan
        refusal = reading.rejection(state, plan.order_id, plan.order_update_id, outstanding.known_errors)
        if refusal is not None:
            self._reject(plan, refusal, out)
            return False
        return outstanding.wanted or now < outstanding.tries.due

    def _prepare(self, want: Order, state: State, now: datetime, out: Output) -> None:
        refusal = reading.rejection(state, want.order_id, want.order_update_id, state.errors)
        if refusal is not None:
            self._reject(want, refusal, out)
            return
        if state.order_id != want.order_id:
            if not reading.idle(state, self._instant):
                self._block(want, f"the robot is busy with order {state.order_id!r}", out)
                return
            if self.major is Major.V3:
                want = replace(want, order_update_id=0)  # the rest of its updates follows when this is echoed (R16)
            message = orders.message(want)
        else:
            node_id, start = reading.decision_point(state)
            node = want.nodes[start // 2] if start // 2 < len(want.nodes) else None
            if node is None or node.node_id != node_id or not node.released:
                self._block(want, f"the robot's base ends at {node_id!r} ({start}), which is not in our base", out)
                return
            message = orders.message(want, start)
            if reading.repeats(self.header):
                message = orders.bare(message)
        message = self._worded(message)
        code, problem = "factsheet", reading.limit_problem(message, self.factsheet)
        if problem is None and state.order_id != want.order_id:  # a running order goes on, whatever became of its map
            code, problem = "map", reading.map_problem(message, state, self.factsheet)
        if problem is not None:
            self._end = _End.REJECTED
            out.events.append(OrderRejected(want.order_id, want.order_update_id, code, problem))
            return
        self._outstanding = _Outstanding(want, message, state.errors, _Try(due=now))
        self._send_order(self._outstanding, now, out)

    def _worded(self, message: Order) -> Order:
        """Return an order message without what the robot's version or the robot itself does not know."""
        if self.major is Major.V2:
            message = orders.in_words_of_2(message)
        return orders.without(message, self._left_out) if self._left_out else message

    def _send_order(self, outstanding: _Outstanding, now: datetime, out: Output) -> None:
        earliest = None if self._order_sent_at is None else self._order_sent_at + self._order_interval()
        if earliest is not None and now < earliest:
            outstanding.tries.due = earliest
            return
        plan = outstanding.plan
        if outstanding.tries.alarm():
            attempts = outstanding.tries.attempts
            out.events.append(OrderUnconfirmed(plan.order_id, plan.order_update_id, attempts))
        outstanding.tries.sent(now)
        self._order_sent_at = now
        out.sends.append(outstanding.message)

    def _order_interval(self) -> timedelta:
        limits = None if self.factsheet is None else self.factsheet.protocol_limits
        timing = None if limits is None else limits.timing
        return timedelta(seconds=0.0 if timing is None else timing.min_order_interval)

    def _reject(self, plan: Order, error: Error, out: Output) -> None:
        if self._want is not None and (
            plan.order_update_id == self._want.order_update_id or (self.major is Major.V3 and not self._accepted)
        ):
            self._end = _End.REJECTED
        text = error.error_description or error.error_hint or error.error_type
        out.events.append(OrderRejected(plan.order_id, plan.order_update_id, error.error_type, text))

    def _block(self, want: Order, reason: str, out: Output) -> None:
        if self._blocked != reason:
            self._blocked = reason
            out.events.append(OrderBlocked(want.order_id, reason))

    def _remember_instant(self, action_id: str) -> None:
        self._instant[action_id] = None
        if len(self._instant) > INSTANTS_KEPT:
            del self._instant[next(iter(self._instant))]

    def _forget(self) -> None:
        """Pursue nothing; what was sent and not answered keeps the next order waiting until it cannot come any more."""
        if self._outstanding is not None and self._outstanding.wanted:
            sent_at = self._order_sent_at
            self._outstanding.wanted = False
            if sent_at is None or self._outstanding.tries.attempts == 0:
                self._outstanding = None
            else:
                self._outstanding.tries.due = sent_at + STRAY
        self._want = None
        self._steps = {}
        self._retries = Retries()
        self._end = None
        self._accepted = False
        self._echoed = None
        self._passed = -1
        self._dropped_since = None
        self._blocked = None

    def _next_due(self) -> datetime | None:
        if not self.alive or self.seen_at is None:
            return None
        due = self.seen_at + self._stale_after
        if self._outstanding is not None:
            due = min(due, self._outstanding.tries.due)
        if self._acts:
            due = min(due, *[tries.due for _, tries in self._acts.values()])
        if self._cancel is not None:
            taken = self._cancel.taken_at
            if taken is None:
                due = min(due, self._cancel.tries.due)
            elif not self._cancel.tries.told:
                due = min(due, taken + CANCEL_PATIENCE)
        if self._dropped_since is not None:
            due = min(due, self._dropped_since + SETTLED)
        for more in (self._retries.due, self._storage.due, *[one.again for one in self._answered.values()]):
            due = due if more is None else min(due, more)
        return due


def _began_anew(header: Header, last: Header | None) -> bool:
    """Tell whether the robot restarted: its counter fell back (R98); wrapping round after 2**32 is no restart."""
    if last is None or header.header_id is None or last.header_id is None:
        return False
    return header.header_id < last.header_id < 2**31
