"""The life of one reader operation (LLRP 1.0.1 §10.2): its state as a pure function of time (I08)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from llrpkit.protocol import enums, params

from simulators.reader.field import Sight


class State(Enum):
    """States of an operation; the values are the wire's."""

    DISABLED = 0
    INACTIVE = 1
    ACTIVE = 2


@dataclass(slots=True)
class Pending:
    """Sights of one tag at one antenna since the last report."""

    first: float
    last: float
    rssi: int
    count: int = 1


@dataclass(slots=True)
class Operation:
    """One ROSpec as added, its state, and what it has not reported yet."""

    spec: params.ROSpec
    enabled: bool = False
    started: float | None = None
    """When it was last started by trigger or command, by the loop's clock."""
    stopped: float | None = None
    """When it was last stopped by command."""
    reported_run: float | None = None
    """Beginning of the run whose sights are pending."""
    pending: dict[tuple[str, int], Pending] = field(default_factory=dict)
    session: int = field(init=False)
    """The Gen2 session it asks in."""

    def __post_init__(self) -> None:
        self.session = _session(self.spec)

    def enable(self, now: float) -> None:
        """Enable it; an immediate or periodic trigger starts it."""
        if not self.enabled:
            self.enabled = True
            self.stopped = None
            self.started = None if self._start is enums.ROSpecStartTriggerType.Null else now + self._offset

    def disable(self, _now: float) -> None:
        """Disable it."""
        self.enabled = False
        self.started = None

    def start(self, now: float) -> None:
        """Start it by command."""
        self.started = now
        self.stopped = None

    def stop(self, now: float) -> None:
        """Stop it by command; a periodic one starts again with its next period."""
        self.stopped = now

    def state(self, now: float) -> State:
        """Return its state at a moment."""
        if not self.enabled:
            return State.DISABLED
        begun = self.begun(now)
        if begun is None or (self.stopped is not None and self.stopped >= begun):
            return State.INACTIVE
        duration = self._duration
        return State.ACTIVE if duration is None or now - begun < duration else State.INACTIVE

    def run_ends(self, now: float) -> float | None:
        """Return when the present run ends by its duration, None for an endless or idle one."""
        begun = self.begun(now)
        if begun is None or self._duration is None or self.state(now) is not State.ACTIVE:
            return None
        return begun + self._duration

    def next_start(self, now: float) -> float | None:
        """Return when a periodic operation starts next, None if never."""
        period = self._period
        if not self.enabled or self.started is None or not period:
            return None
        if now < self.started:
            return self.started
        return self.started + (int((now - self.started) / period) + 1) * period

    def note(self, sights: Iterable[Sight]) -> None:
        """Add what a round saw to what is to be reported."""
        for sight in sights:
            known = self.pending.get((sight.epc, sight.antenna))
            if known is None:
                self.pending[sight.epc, sight.antenna] = Pending(sight.at, sight.at, sight.rssi_dbm)
            else:
                known.last = sight.at
                known.rssi = max(known.rssi, sight.rssi_dbm)
                known.count = min(known.count + 1, 0xFFFF)

    def due(self, now: float) -> list[list[tuple[tuple[str, int], Pending]]]:
        """Take what must be reported now, cut into reports of N tags; the rest waits for more tags or the run's end."""
        begun = self.begun(now)
        ended = begun != self.reported_run or self.state(now) is not State.ACTIVE
        self.reported_run = begun
        every = self.report_every
        if every < 0:
            return []
        reports = []
        while self.pending and (ended or (every and len(self.pending) >= every)):
            keys = list(self.pending)[: every or None]
            reports.append([(key, self.pending.pop(key)) for key in keys])
        return reports

    @property
    def antennas(self) -> tuple[int, ...]:
        """Return the antennas it uses; empty for all."""
        found = [a for s in self.spec.spec_parameters if isinstance(s, params.AISpec) for a in s.antenna_ids]
        return () if 0 in found else tuple(dict.fromkeys(found))

    @property
    def report_every(self) -> int:
        """Return after how many tags it reports; 0 for at its end only, -1 for never by itself.

        Where reports also come at the end of an AISpec, one that ends after so many tags counts as well.
        """
        report = self.spec.ro_report_spec
        if report is None:
            return 0
        trigger = int(report.ro_report_trigger)
        if trigger == int(enums.ROReportTriggerType.None_):
            return -1
        at_ai_end = trigger == int(enums.ROReportTriggerType.Upon_N_Tags_Or_End_Of_AISpec)
        counts = [report.n, *(self._observed() if at_ai_end else ())]
        return min((count for count in counts if count), default=0)

    def _observed(self) -> list[int]:
        """Return after how many tags its AISpecs end and begin again, of those that do."""
        specs = [part for part in self.spec.spec_parameters if isinstance(part, params.AISpec)]
        triggers = [spec.ai_spec_stop_trigger.tag_observation_trigger for spec in specs]
        return [trigger.number_of_tags for trigger in triggers if trigger is not None]

    @property
    def _start(self) -> int:
        return self.spec.ro_boundary_spec.ro_spec_start_trigger.ro_spec_start_trigger_type

    @property
    def _period(self) -> float:
        value = self.spec.ro_boundary_spec.ro_spec_start_trigger.periodic_trigger_value
        return value.period / 1000 if value else 0.0

    @property
    def _offset(self) -> float:
        value = self.spec.ro_boundary_spec.ro_spec_start_trigger.periodic_trigger_value
        return value.offset / 1000 if value else 0.0

    @property
    def _duration(self) -> float | None:
        stop = self.spec.ro_boundary_spec.ro_spec_stop_trigger
        if int(stop.ro_spec_stop_trigger_type) != int(enums.ROSpecStopTriggerType.Duration):
            return None
        return stop.duration_trigger_value / 1000

    def begun(self, now: float) -> float | None:
        """Return when the present run began, None if it never did."""
        if self.started is None or now < self.started:
            return None
        if not self._period:
            return self.started
        return self.started + int((now - self.started) / self._period + 1e-9) * self._period


def _session(spec: params.ROSpec) -> int:
    """Return the session of the first inventory that names one; S0 for a client that does not care."""
    commands = (
        command
        for part in spec.spec_parameters
        if isinstance(part, params.AISpec)
        for inventory in part.inventory_parameter_specs
        for antenna in inventory.antenna_configurations
        for command in antenna.air_protocol_inventory_command_settings
        if isinstance(command, params.C1G2InventoryCommand)
    )
    controls = (command.c1_g2_singulation_control for command in commands)
    return next((control.session for control in controls if control is not None), 0)
