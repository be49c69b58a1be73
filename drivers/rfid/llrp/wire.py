"""The only file that knows the LLRP codec (llrpkit 0.3.0): builds our messages and reads the reader's (LLRP 1.0.1)."""

from dataclasses import dataclass
from enum import Enum

from llrpkit.exceptions import LLRPError
from llrpkit.protocol import LLRPMessage, decode_message, enums, messages, params

from drivers.rfid.clock import Stamp

ROSPEC_ID = 1
"""Ours is the only one: others are deleted on connect (I06)."""

_LATEST_US = 4_102_444_800_000_000
"""The year 2100: a later time is a broken clock or a broken message, and no time at all."""

_POPULATION = 64
"""Tags expected in the field at once: a pallet of parcels."""

Message = LLRPMessage

_Time = (
    params.UTCTimestamp
    | params.Uptime
    | params.FirstSeenTimestampUTC
    | params.FirstSeenTimestampUptime
    | params.LastSeenTimestampUTC
    | params.LastSeenTimestampUptime
)


class WireError(ValueError):
    """A message that cannot be decoded."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry of a tag report, as sent."""

    epc: str
    bits: int
    antenna: int
    rssi: int | None
    first: Stamp | None
    last: Stamp | None
    count: int
    pc: int | None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a reader says it can do; nothing of it is assumed (I18)."""

    antennas: int
    utc_clock: bool
    manufacturer: int
    model: int
    firmware: str
    can_hold: bool
    can_warn_of_buffer: bool
    hop_tables: tuple[int, ...]
    channels_khz: tuple[int, ...]
    powers: tuple[tuple[int, int], ...]
    """Index and power in hundredths of a dBm."""


class Connection(Enum):
    """How a reader answers a connection (ConnectionAttemptEvent)."""

    GRANTED = "granted"
    OCCUPIED = "occupied"
    FAILED = "failed"
    RIVAL = "rival"
    """Ours stays; another client tried."""


@dataclass(frozen=True, slots=True)
class Event:
    """One reader event notification; usually one of its fields is set."""

    stamp: Stamp | None
    connection: Connection | None = None
    closed: bool = False
    buffer_percent: int | None = None
    overflow: bool = False
    exception: str | None = None
    antenna_lost: int | None = None
    rospec_ended: int | None = None


_CONNECTION = {
    int(enums.ConnectionAttemptStatusType.Success): Connection.GRANTED,
    1: Connection.OCCUPIED,
    2: Connection.OCCUPIED,
    int(enums.ConnectionAttemptStatusType.Another_Connection_Attempted): Connection.RIVAL,
}


def decode(data: bytes) -> Message:
    """Decode one whole message; WireError when it makes no sense."""
    try:
        return decode_message(data)
    except (LLRPError, ValueError, KeyError, IndexError, TypeError) as exc:
        raise WireError(f"{type(exc).__name__}: {exc}") from exc


def is_unasked(message: Message) -> bool:
    """Tell whether the reader sends this by itself; its number then means nothing to us."""
    return isinstance(message, (messages.RO_ACCESS_REPORT, messages.READER_EVENT_NOTIFICATION, messages.KEEPALIVE))


def keepalive_ack() -> Message:
    """Return the answer to a keepalive."""
    return messages.KEEPALIVE_ACK()


def get_capabilities() -> Message:
    """Ask for everything the reader can do."""
    return messages.GET_READER_CAPABILITIES(requested_data=enums.GetReaderCapabilitiesRequestedData.All)


def enable_events_and_reports() -> Message:
    """Let the reader send what it held back while we were away (I07)."""
    return messages.ENABLE_EVENTS_AND_REPORTS()


def delete_rospecs() -> Message:
    """Delete all reader operations."""
    return messages.DELETE_ROSPEC(ro_spec_id=0)


def delete_accessspecs() -> Message:
    """Delete all access operations."""
    return messages.DELETE_ACCESSSPEC(access_spec_id=0)


def enable_rospec() -> Message:
    """Enable ours."""
    return messages.ENABLE_ROSPEC(ro_spec_id=ROSPEC_ID)


def disable_rospec() -> Message:
    """Disable ours: it stops reading."""
    return messages.DISABLE_ROSPEC(ro_spec_id=ROSPEC_ID)


def close_connection() -> Message:
    """Say goodbye."""
    return messages.CLOSE_CONNECTION()


def set_config(*, keepalive_ms: int, hold: bool, warn_of_buffer: bool, rospec_events: bool) -> Message:
    """Set keepalives, events and holding of reports while nobody is connected."""
    kinds = {
        enums.NotificationEventType.ROSpec_Event: rospec_events,
        enums.NotificationEventType.Reader_Exception_Event: True,
        enums.NotificationEventType.Antenna_Event: True,
    }
    if warn_of_buffer:
        kinds[enums.NotificationEventType.Report_Buffer_Fill_Warning] = True
    return messages.SET_READER_CONFIG(
        reader_event_notification_spec=params.ReaderEventNotificationSpec(
            event_notification_states=[
                params.EventNotificationState(event_type=kind, notification_state=on) for kind, on in kinds.items()
            ]
        ),
        keepalive_spec=params.KeepaliveSpec(
            keepalive_trigger_type=enums.KeepaliveTriggerType.Periodic, periodic_trigger_value=keepalive_ms
        ),
        events_and_reports=params.EventsAndReports(hold_events_and_reports_upon_reconnect=hold),
    )


def add_rospec(*, antennas: tuple[int, ...], period_ms: int | None, report_every: int, session: int) -> Message:
    """Define our inventory, endless or in periods, started when enabled; reports have all useful fields."""
    start = params.ROSpecStartTrigger(ro_spec_start_trigger_type=enums.ROSpecStartTriggerType.Immediate)
    stop = params.ROSpecStopTrigger(ro_spec_stop_trigger_type=enums.ROSpecStopTriggerType.Null)
    if period_ms is not None:
        start.ro_spec_start_trigger_type = enums.ROSpecStartTriggerType.Periodic
        start.periodic_trigger_value = params.PeriodicTriggerValue(offset=0, period=period_ms)
        stop.ro_spec_stop_trigger_type = enums.ROSpecStopTriggerType.Duration
        stop.duration_trigger_value = period_ms
    inventory = params.InventoryParameterSpec(
        inventory_parameter_spec_id=1,
        protocol_id=enums.AirProtocols.EPCGlobalClass1Gen2,
        antenna_configurations=[
            params.AntennaConfiguration(
                antenna_id=0,
                air_protocol_inventory_command_settings=[
                    params.C1G2InventoryCommand(
                        c1_g2_singulation_control=params.C1G2SingulationControl(
                            session=session, tag_population=_POPULATION, tag_transit_time=0
                        )
                    )
                ],
            )
        ],
    )
    return messages.ADD_ROSPEC(
        ro_spec=params.ROSpec(
            ro_spec_id=ROSPEC_ID,
            priority=0,
            current_state=enums.ROSpecState.Disabled,
            ro_boundary_spec=params.ROBoundarySpec(ro_spec_start_trigger=start, ro_spec_stop_trigger=stop),
            spec_parameters=[
                params.AISpec(
                    antenna_ids=list(antennas) or [0],
                    ai_spec_stop_trigger=params.AISpecStopTrigger(
                        ai_spec_stop_trigger_type=enums.AISpecStopTriggerType.Null
                    ),
                    inventory_parameter_specs=[inventory],
                )
            ],
            ro_report_spec=params.ROReportSpec(
                ro_report_trigger=enums.ROReportTriggerType.Upon_N_Tags_Or_End_Of_ROSpec,
                n=report_every,
                tag_report_content_selector=params.TagReportContentSelector(
                    enable_antenna_id=True,
                    enable_peak_rssi=True,
                    enable_first_seen_timestamp=True,
                    enable_last_seen_timestamp=True,
                    enable_tag_seen_count=True,
                    air_protocol_epc_memory_selectors=[params.C1G2EPCMemorySelector(enable_pc_bits=True)],
                ),
            ),
        )
    )


def refusal(message: Message) -> str | None:
    """Return why the reader refused, or None for a success or a message without status."""
    status = getattr(message, "llrp_status", None)
    if not isinstance(status, params.LLRPStatus) or int(status.status_code) == int(enums.StatusCode.M_Success):
        return None
    return f"{int(status.status_code)} {status.error_description}".strip()


def capabilities(message: Message) -> Capabilities:
    """Read a capabilities response; what is missing is taken as absent."""
    if not isinstance(message, messages.GET_READER_CAPABILITIES_RESPONSE):
        raise WireError(f"expected capabilities, got {type(message).__name__}")
    general = message.general_device_capabilities
    llrp = message.llrp_capabilities
    regulatory = message.regulatory_capabilities
    band = regulatory.uhf_band_capabilities if regulatory else None
    hops = band.frequency_information.frequency_hop_tables if band else []
    fixed = band.frequency_information.fixed_frequency_table if band else None
    channels = [khz for table in hops for khz in table.frequency] + (list(fixed.frequency) if fixed else [])
    return Capabilities(
        antennas=general.max_number_of_antenna_supported if general else 0,
        utc_clock=general.has_utc_clock_capability if general else False,
        manufacturer=general.device_manufacturer_name if general else 0,
        model=general.model_name if general else 0,
        firmware=general.reader_firmware_version if general else "",
        can_hold=llrp.supports_event_and_report_holding if llrp else False,
        can_warn_of_buffer=llrp.can_report_buffer_fill_warning if llrp else False,
        hop_tables=tuple(table.hop_table_id for table in hops),
        channels_khz=tuple(channels),
        powers=tuple((p.index, p.transmit_power_value) for p in band.transmit_power_level_table_entrys) if band else (),
    )


def event(message: Message) -> Event | None:
    """Read a reader event notification; None for any other message."""
    if not isinstance(message, messages.READER_EVENT_NOTIFICATION):
        return None
    data = message.reader_event_notification_data
    stamp = _stamp(data.timestamp, utc=isinstance(data.timestamp, params.UTCTimestamp))
    attempt = data.connection_attempt_event
    warning = data.report_buffer_level_warning_event
    antenna = data.antenna_event
    lost = antenna is not None and int(antenna.event_type) == int(enums.AntennaEventType.Antenna_Disconnected)
    rospec = data.ro_spec_event
    ended = rospec is not None and int(rospec.event_type) == int(enums.ROSpecEventType.End_Of_ROSpec)
    return Event(
        stamp=stamp,
        connection=_CONNECTION.get(int(attempt.status), Connection.FAILED) if attempt else None,
        closed=data.connection_close_event is not None,
        buffer_percent=warning.report_buffer_percentage_full if warning else None,
        overflow=data.report_buffer_overflow_error_event is not None,
        exception=data.reader_exception_event.message if data.reader_exception_event else None,
        antenna_lost=antenna.antenna_id if antenna and lost else None,
        rospec_ended=rospec.ro_spec_id if rospec and ended else None,
    )


def tags(message: Message) -> list[Tag] | None:
    """Read a tag report; None for any other message, an empty list for an empty report (I02)."""
    if not isinstance(message, messages.RO_ACCESS_REPORT):
        return None
    return [_tag(data) for data in message.tag_report_datas]


def _tag(data: params.TagReportData) -> Tag:
    epc = data.epc_parameter
    if isinstance(epc, params.EPC_96):
        raw, bits = epc.epc, 96
    else:
        raw, bits = epc.epc.data, epc.epc.bit_len
    words = [p.pc_bits for p in data.air_protocol_tag_datas if isinstance(p, params.C1G2_PC)]
    return Tag(
        epc=raw.hex().upper()[: (bits + 3) // 4],
        bits=bits,
        antenna=data.antenna_id.antenna_id if data.antenna_id else 0,
        rssi=data.peak_rssi.peak_rssi if data.peak_rssi else None,
        first=_stamp(data.first_seen_timestamp_utc, utc=True) or _stamp(data.first_seen_timestamp_uptime, utc=False),
        last=_stamp(data.last_seen_timestamp_utc, utc=True) or _stamp(data.last_seen_timestamp_uptime, utc=False),
        count=data.tag_seen_count.tag_count if data.tag_seen_count else 1,
        pc=words[0] if words else None,
    )


def _stamp(time: _Time | None, *, utc: bool) -> Stamp | None:
    if time is None or time.microseconds > _LATEST_US:
        return None
    return Stamp(time.microseconds, utc)
