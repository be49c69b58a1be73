"""An LLRP reader as a server (LLRP 1.0.1): one client at a time, operations, reports, events, keepalives, faults.

Nothing wakes while the field is empty: rounds run only while tags are there and an operation is active.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from llrpkit.exceptions import LLRPError
from llrpkit.protocol import LLRPMessage, decode_message, enums, messages, params

from drivers.ports import Listen, Now, Server, Writer
from simulators.reader.field import ROUND_S, Field
from simulators.reader.llrp import wire
from simulators.reader.llrp.rospec import Operation, State

log = structlog.get_logger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BUFFERED = 20_000
"""Reports kept while nobody listens; then the oldest go and the client is told."""
_STATUS = enums.ConnectionAttemptStatusType

_COMMANDS: dict[type[LLRPMessage], tuple[Callable[[Operation, float], None], Callable[..., LLRPMessage], bool]] = {
    messages.ENABLE_ROSPEC: (Operation.enable, messages.ENABLE_ROSPEC_RESPONSE, False),
    messages.DISABLE_ROSPEC: (Operation.disable, messages.DISABLE_ROSPEC_RESPONSE, False),
    messages.START_ROSPEC: (Operation.start, messages.START_ROSPEC_RESPONSE, True),
    messages.STOP_ROSPEC: (Operation.stop, messages.STOP_ROSPEC_RESPONSE, True),
    messages.DELETE_ROSPEC: (Operation.disable, messages.DELETE_ROSPEC_RESPONSE, False),
}
"""What a command does to an operation, how it is answered, and whether the operation must be enabled."""


@dataclass(slots=True)
class Faults:
    """What is wrong with this reader just now."""

    silent: bool = False
    """It sends nothing and hears nothing, but the connection stays."""
    late_s: float = 0.0
    """How long a late report is delayed."""
    late_chance: float = 0.0
    """Share of reports that are late."""


@dataclass(slots=True)
class _Client:
    """The one connected client."""

    writer: Writer
    flowing: bool
    """Reports and events are not held back."""
    last_id: int = 0
    keepalive: asyncio.Task[None] | None = None
    unanswered: int = 0


class Reader:
    """One reader at `address`; tags are in its `field`."""

    def __init__(
        self,
        address: str,
        *,
        field: Field,
        listen: Listen,
        now: Now,
        dice: random.Random,
        antennas: int = 2,
        utc: bool = True,
        skew: timedelta = timedelta(0),
    ) -> None:
        self.address = address
        self.field = field
        self.faults = Faults()
        self.skew = skew
        """How far its UTC clock is ahead of ours."""
        self.utc = utc
        self.operations: dict[int, Operation] = {}
        self.reported = 0
        """Tag reports sent or buffered since start."""
        self._listen = listen
        self._now = now
        self._dice = dice
        self._antennas = antennas
        self._server: Server | None = None
        self._rounds: asyncio.Task[None] | None = None
        self._client: _Client | None = None
        self._boot = 0.0
        self._last_round = float("-inf")
        self._kept: deque[LLRPMessage] = deque()
        self._overflowed = False
        self._late: set[asyncio.TimerHandle] = set()
        self._factory()
        self._responses: dict[type[LLRPMessage], Callable[[Any], LLRPMessage]] = {
            messages.GET_READER_CAPABILITIES: self._get_capabilities,
            messages.GET_READER_CONFIG: self._get_config,
            messages.SET_READER_CONFIG: self._set_config,
            messages.ADD_ROSPEC: self._add_rospec,
            messages.GET_ROSPECS: self._get_rospecs,
            messages.DELETE_ACCESSSPEC: self._delete_accessspec,
            messages.GET_ACCESSSPECS: self._get_accessspecs,
        }

    @property
    def connected(self) -> bool:
        """A client holds the reader."""
        return self._client is not None

    @property
    def buffered(self) -> int:
        """Return how many reports wait for a client."""
        return len(self._kept)

    @property
    def unanswered_keepalives(self) -> int:
        """Return how many keepalives in a row the client has not answered."""
        return self._client.unanswered if self._client else 0

    async def start(self) -> None:
        """Switch it on: no operations, uptime zero, listening."""
        self._boot = asyncio.get_running_loop().time()
        self._server = await self._listen(self.address, self._serve)
        self.address = self._server.address
        self._rounds = asyncio.ensure_future(self._inventory())

    async def stop(self) -> None:
        """Switch it off: connections break, buffers and operations are lost."""
        for task in (self._rounds, self._client.keepalive if self._client else None):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        for timer in self._late:
            timer.cancel()
        self._late.clear()
        self._rounds = None
        self.cut()
        if self._server is not None:
            await self._server.close()
            self._server = None
        self.operations.clear()
        self._kept.clear()
        self._factory()

    async def restart(self, after_s: float = 0.0) -> None:
        """Lose power and come back at the same address."""
        await self.stop()
        await asyncio.sleep(after_s)
        await self.start()

    def cut(self) -> None:
        """Break the connection only; operations go on and reports are kept (I07, I08)."""
        if self._client is not None:
            self._client.writer.close()
            self._drop(self._client)

    def rubbish(self, data: bytes) -> None:
        """Send bytes that are no message."""
        if self._client is not None:
            self._client.writer.write(data)

    def storm(self, epcs: list[str], times: int) -> None:
        """Report these tags many times at once, one to a report."""
        now = asyncio.get_running_loop().time()
        operation = next(iter(self.operations.values()), None)
        if operation is not None:
            for _ in range(times):
                for epc in epcs:
                    self._report(operation, [((epc, 1), now, now, -50, 1)])

    def _factory(self) -> None:
        """Return to the state of a new reader."""
        self._hold = False
        self._keepalive_s = 0.0
        self._events: dict[int, bool] = {}

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        if self._client is not None:
            self._write(writer, self._attempt(_STATUS.Failed_A_Client_Initiated_Connection_Already_Exists), 0)
            self._tell(self._attempt(_STATUS.Another_Connection_Attempted))
            writer.close()
            return
        client = self._client = _Client(writer, flowing=not self._hold)
        if self._keepalive_s:
            client.keepalive = asyncio.ensure_future(self._keep_alive(client))
        self._send(client, self._attempt(_STATUS.Success))
        if client.flowing:
            self._release(client)
        with contextlib.suppress(OSError, EOFError):
            while True:
                head = await reader.readexactly(10)
                body = await reader.readexactly(max(0, int.from_bytes(head[2:6], "big") - 10))
                if not self.faults.silent and not self._handle(client, head + body):
                    break
                await writer.drain()
        writer.close()
        self._drop(client)

    def _drop(self, client: _Client) -> None:
        if client.keepalive is not None:
            client.keepalive.cancel()
        if self._client is client:
            self._client = None

    def _handle(self, client: _Client, data: bytes) -> bool:
        """Answer one message; return False when the client said goodbye."""
        number = int.from_bytes(data[6:10], "big")
        try:
            message = decode_message(data)
        except (LLRPError, ValueError) as exc:
            code = enums.StatusCode.M_ParameterError
            self._answer(client, number, messages.ERROR_MESSAGE(llrp_status=wire.status(code, str(exc))))
            return True
        if isinstance(message, messages.KEEPALIVE_ACK):
            client.unanswered = 0
        elif isinstance(message, messages.ENABLE_EVENTS_AND_REPORTS):
            client.flowing = True
            self._release(client)
        elif isinstance(message, messages.GET_REPORT):
            self._report_all()
        elif isinstance(message, messages.CLOSE_CONNECTION):
            self._answer(client, number, messages.CLOSE_CONNECTION_RESPONSE(llrp_status=wire.status()))
            return False
        else:
            self._answer(client, number, self._respond(message))
        return True

    def _respond(self, message: LLRPMessage) -> LLRPMessage:
        if type(message) in _COMMANDS:
            return self._command(message)
        respond = self._responses.get(type(message))
        if respond is None:
            code = enums.StatusCode.M_UnsupportedMessage
            return messages.ERROR_MESSAGE(llrp_status=wire.status(code, type(message).__name__))
        return respond(message)

    def _get_capabilities(self, _message: LLRPMessage) -> LLRPMessage:
        return wire.capabilities(self._antennas, utc=self.utc)

    def _get_config(self, _message: LLRPMessage) -> LLRPMessage:
        return messages.GET_READER_CONFIG_RESPONSE(
            llrp_status=wire.status(),
            keepalive_spec=params.KeepaliveSpec(
                keepalive_trigger_type=1 if self._keepalive_s else 0,
                periodic_trigger_value=round(self._keepalive_s * 1000),
            ),
            events_and_reports=params.EventsAndReports(hold_events_and_reports_upon_reconnect=self._hold),
        )

    def _set_config(self, message: messages.SET_READER_CONFIG) -> LLRPMessage:
        if message.reset_to_factory_default:
            self._factory()
            self.operations.clear()
        if message.events_and_reports is not None:
            self._hold = message.events_and_reports.hold_events_and_reports_upon_reconnect
        if message.reader_event_notification_spec is not None:
            for state in message.reader_event_notification_spec.event_notification_states:
                self._events[int(state.event_type)] = state.notification_state
        if message.keepalive_spec is not None:
            spec = message.keepalive_spec
            self._keepalive_s = spec.periodic_trigger_value / 1000 if spec.keepalive_trigger_type else 0.0
            if self._client is not None:
                if self._client.keepalive is not None:
                    self._client.keepalive.cancel()
                self._client.keepalive = (
                    asyncio.ensure_future(self._keep_alive(self._client)) if self._keepalive_s else None
                )
        return messages.SET_READER_CONFIG_RESPONSE(llrp_status=wire.status())

    def _add_rospec(self, message: messages.ADD_ROSPEC) -> LLRPMessage:
        spec = message.ro_spec
        if spec.ro_spec_id == 0 or spec.ro_spec_id in self.operations:
            refused = wire.status(enums.StatusCode.M_FieldError, f"ROSpec {spec.ro_spec_id} cannot be added")
            return messages.ADD_ROSPEC_RESPONSE(llrp_status=refused)
        self.operations[spec.ro_spec_id] = Operation(spec)
        return messages.ADD_ROSPEC_RESPONSE(llrp_status=wire.status())

    def _command(self, message: LLRPMessage) -> LLRPMessage:
        """Do something with one operation, or with all for number 0, and tell what began or ended with it."""
        act, answer, needs_enabled = _COMMANDS[type(message)]
        number: int = getattr(message, "ro_spec_id", 0)
        now = asyncio.get_running_loop().time()
        chosen = list(self.operations.values()) if number == 0 else [self.operations.get(number)]
        for operation in chosen:
            if operation is None or (needs_enabled and not operation.enabled):
                refused = wire.status(enums.StatusCode.M_FieldError, f"ROSpec {number} cannot do this now")
                return answer(llrp_status=refused)
            before = operation.state(now)
            act(operation, now)
            self._flush(operation, now)
            self._tell_change(operation, before, operation.state(now))
            if isinstance(message, messages.DELETE_ROSPEC):
                del self.operations[operation.spec.ro_spec_id]
        self.field.changed.set()
        return answer(llrp_status=wire.status())

    def _get_rospecs(self, _message: LLRPMessage) -> LLRPMessage:
        now = asyncio.get_running_loop().time()
        for operation in self.operations.values():
            operation.spec.current_state = operation.state(now).value
        specs = [operation.spec for operation in self.operations.values()]
        return messages.GET_ROSPECS_RESPONSE(llrp_status=wire.status(), ro_specs=specs)

    def _delete_accessspec(self, message: messages.DELETE_ACCESSSPEC) -> LLRPMessage:
        known = message.access_spec_id == 0
        result = wire.status() if known else wire.status(enums.StatusCode.M_FieldError, "no such AccessSpec")
        return messages.DELETE_ACCESSSPEC_RESPONSE(llrp_status=result)

    def _get_accessspecs(self, _message: LLRPMessage) -> LLRPMessage:
        return messages.GET_ACCESSSPECS_RESPONSE(llrp_status=wire.status())

    async def _inventory(self) -> None:
        """Run rounds while there is something to read, and report what is due."""
        loop = asyncio.get_running_loop()
        while True:
            self.field.changed.clear()
            when = self._next_wake(loop.time())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(when):
                    await self.field.changed.wait()
            now = loop.time()
            if now - self._last_round < ROUND_S * 0.999:
                continue
            active = [op for op in self.operations.values() if op.state(now) is State.ACTIVE]
            for operation in active:
                self._flush(operation, now)
                operation.note(self.field.look(operation.antennas, operation.session))
                self._last_round = now
            for operation in self.operations.values():
                self._flush(operation, now)

    def _next_wake(self, now: float) -> float | None:
        times = [op.run_ends(now) for op in self.operations.values() if op.pending]
        for operation in self.operations.values():
            look = self.field.next_look(operation.session)
            if look is not None:
                times.append(operation.next_start(now))
                if operation.state(now) is State.ACTIVE:
                    times.append(look)
        due = [t for t in times if t is not None]
        return max(min(due), self._last_round + ROUND_S) if due else None

    def _flush(self, operation: Operation, now: float) -> None:
        for report in operation.due(now):
            self._report(operation, [(key, p.first, p.last, p.rssi, p.count) for key, p in report])

    def _report_all(self) -> None:
        """Report everything seen and not yet reported, asked for by GET_REPORT."""
        for operation in self.operations.values():
            sights = [(key, p.first, p.last, p.rssi, p.count) for key, p in operation.pending.items()]
            operation.pending.clear()
            self._report(operation, sights)

    def _report(self, operation: Operation, sights: list[tuple[tuple[str, int], float, float, int, int]]) -> None:
        report = operation.spec.ro_report_spec
        wanted = report.tag_report_content_selector if report else params.TagReportContentSelector()
        number = operation.spec.ro_spec_id
        now = asyncio.get_running_loop().time(), self._now()
        message = messages.RO_ACCESS_REPORT(
            tag_report_datas=[
                wire.tag(
                    epc,
                    antenna,
                    rssi,
                    first=self._stamp(first, now),
                    last=self._stamp(last, now),
                    count=count,
                    rospec_id=number,
                    wanted=wanted,
                )
                for (epc, antenna), first, last, rssi, count in sights
            ]
        )
        self.reported += len(sights)
        if self.faults.late_s and self._dice.random() < self.faults.late_chance:
            self._later(message)
        else:
            self._tell(message)

    def _later(self, message: LLRPMessage) -> None:
        def tell() -> None:
            self._late.discard(timer)
            self._tell(message)

        timer = asyncio.get_running_loop().call_later(self.faults.late_s, tell)
        self._late.add(timer)

    def _tell_change(self, operation: Operation, before: State, after: State) -> None:
        if (before is State.ACTIVE) == (after is State.ACTIVE):
            return
        if self._events.get(int(enums.NotificationEventType.ROSpec_Event)):
            begun = after is State.ACTIVE
            kind = enums.ROSpecEventType.Start_Of_ROSpec if begun else enums.ROSpecEventType.End_Of_ROSpec
            event = params.ROSpecEvent(event_type=kind, ro_spec_id=operation.spec.ro_spec_id)
            self._tell(wire.notification(self._stamp(), ro_spec_event=event))

    def _attempt(self, status: int) -> LLRPMessage:
        return wire.notification(self._stamp(), connection_attempt_event=params.ConnectionAttemptEvent(status=status))

    def _stamp(self, at: float | None = None, now: tuple[float, datetime] | None = None) -> tuple[int, bool]:
        """Return a moment of the loop's time by the reader's clock; `now` is the same instant by loop and by wall."""
        loop_now, wall_now = now or (asyncio.get_running_loop().time(), self._now())
        ago = 0.0 if at is None else loop_now - at
        if self.utc:
            time = wall_now + self.skew - timedelta(seconds=ago) - _EPOCH
            return time // timedelta(microseconds=1), True
        return max(0, round((loop_now - ago - self._boot) * 1e6)), False

    def _tell(self, message: LLRPMessage) -> None:
        """Send a report or event, or keep it while nobody takes it."""
        client = self._client
        if client is not None and client.flowing:
            self._send(client, message)
            return
        if len(self._kept) >= _BUFFERED:
            self._kept.popleft()
            self._overflowed = True
        self._kept.append(message)

    def _release(self, client: _Client) -> None:
        if self._overflowed:
            self._overflowed = False
            event = params.ReportBufferOverflowErrorEvent()
            self._send(client, wire.notification(self._stamp(), report_buffer_overflow_error_event=event))
        while self._kept:
            self._send(client, self._kept.popleft())

    def _send(self, client: _Client, message: LLRPMessage) -> None:
        client.last_id += 1
        self._write(client.writer, message, client.last_id)

    def _answer(self, client: _Client, number: int, message: LLRPMessage) -> None:
        self._write(client.writer, message, number)

    def _write(self, writer: Writer, message: LLRPMessage, number: int) -> None:
        if not self.faults.silent and not writer.is_closing():
            writer.write(message.to_bytes(message_id=number))

    async def _keep_alive(self, client: _Client) -> None:
        while True:
            await asyncio.sleep(self._keepalive_s)
            client.unanswered += 1
            self._send(client, messages.KEEPALIVE())
