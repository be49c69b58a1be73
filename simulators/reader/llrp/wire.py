"""The reader's messages (LLRP 1.0.1): capabilities, reports, events and answers, encoded with llrpkit's codec."""

from collections.abc import Callable

from llrpkit.protocol import LLRPMessage, codec, enums, messages, params

JAPAN_KHZ = (916_800, 918_000, 919_200, 920_400)
"""Channels a fixed reader may use in Japan with listen-before-talk off."""

Stamp = Callable[[float], tuple[int, bool]]
"""Loop time to (microseconds of the reader's clock, whether that is UTC)."""


def status(code: int = enums.StatusCode.M_Success, text: str = "") -> params.LLRPStatus:
    """Return a status."""
    return params.LLRPStatus(status_code=code, error_description=text)


def capabilities(antennas: int, *, utc: bool) -> LLRPMessage:
    """Return what this reader can do."""
    band = params.UHFBandCapabilities(
        transmit_power_level_table_entrys=[
            params.TransmitPowerLevelTableEntry(index=i + 1, transmit_power_value=1000 + 100 * i) for i in range(21)
        ],
        frequency_information=params.FrequencyInformation(
            hopping=False, fixed_frequency_table=params.FixedFrequencyTable(frequency=list(JAPAN_KHZ))
        ),
        air_protocol_uhfrf_mode_tables=[
            params.C1G2UHFRFModeTable(
                c1_g2_uhfrf_mode_table_entrys=[
                    params.C1G2UHFRFModeTableEntry(
                        mode_identifier=2,
                        dr_value=True,
                        m_value=enums.C1G2MValue.MV_4,
                        forward_link_modulation=enums.C1G2ForwardLinkModulation.PR_ASK,
                        spectral_mask_indicator=enums.C1G2SpectralMaskIndicator.DI,
                        bdr_value=274_000,
                        pie_value=2000,
                        min_tari_value=20_000,
                        max_tari_value=20_000,
                        step_tari_value=0,
                    )
                ]
            )
        ],
    )
    return messages.GET_READER_CAPABILITIES_RESPONSE(
        llrp_status=status(),
        general_device_capabilities=params.GeneralDeviceCapabilities(
            max_number_of_antenna_supported=antennas,
            can_set_antenna_properties=False,
            has_utc_clock_capability=utc,
            device_manufacturer_name=0,
            model_name=1,
            reader_firmware_version="genba-sim 1",
            gpio_capabilities=params.GPIOCapabilities(num_gp_is=0, num_gp_os=0),
            receive_sensitivity_table_entrys=[
                params.ReceiveSensitivityTableEntry(index=1, receive_sensitivity_value=0)
            ],
            per_antenna_air_protocols=[
                params.PerAntennaAirProtocol(
                    antenna_id=a, protocol_id=bytes([int(enums.AirProtocols.EPCGlobalClass1Gen2)])
                )
                for a in range(1, antennas + 1)
            ],
        ),
        llrp_capabilities=params.LLRPCapabilities(
            can_report_buffer_fill_warning=True,
            supports_event_and_report_holding=True,
            max_num_priority_levels_supported=1,
            max_num_ro_specs=8,
            max_num_specs_per_ro_spec=8,
            max_num_inventory_parameter_specs_per_ai_spec=1,
            max_num_access_specs=8,
            max_num_op_specs_per_access_spec=8,
        ),
        regulatory_capabilities=params.RegulatoryCapabilities(
            country_code=392,
            communications_standard=enums.CommunicationsStandard.Japan_ARIB_STD_T89,
            uhf_band_capabilities=band,
        ),
        air_protocol_llrp_capabilities=params.C1G2LLRPCapabilities(max_num_select_filters_per_query=2),
    )


def notification(stamp: tuple[int, bool], **event: codec.LLRPParameter) -> LLRPMessage:
    """Return a reader event with its time."""
    us, utc = stamp
    time = params.UTCTimestamp(microseconds=us) if utc else params.Uptime(microseconds=us)
    data = params.ReaderEventNotificationData(timestamp=time)
    for name, value in event.items():
        setattr(data, name, value)
    return messages.READER_EVENT_NOTIFICATION(reader_event_notification_data=data)


def tag(
    epc: str,
    antenna: int,
    rssi: int,
    *,
    first: tuple[int, bool],
    last: tuple[int, bool],
    count: int,
    rospec_id: int,
    wanted: params.TagReportContentSelector,
) -> params.TagReportData:
    """Return one entry of a report with the fields the client asked for."""
    bits = 4 * len(epc)
    raw = bytes.fromhex(epc + "0" * (len(epc) % 2))
    data = params.TagReportData(
        epc_parameter=params.EPC_96(epc=raw) if bits == 96 else params.EPCData(epc=codec.BitStr(bits, raw))
    )
    if wanted.enable_ro_spec_id:
        data.ro_spec_id = params.ROSpecID(ro_spec_id=rospec_id)
    if wanted.enable_antenna_id:
        data.antenna_id = params.AntennaID(antenna_id=antenna)
    if wanted.enable_peak_rssi:
        data.peak_rssi = params.PeakRSSI(peak_rssi=rssi)
    if wanted.enable_first_seen_timestamp:
        if first[1]:
            data.first_seen_timestamp_utc = params.FirstSeenTimestampUTC(microseconds=first[0])
        else:
            data.first_seen_timestamp_uptime = params.FirstSeenTimestampUptime(microseconds=first[0])
    if wanted.enable_last_seen_timestamp:
        if last[1]:
            data.last_seen_timestamp_utc = params.LastSeenTimestampUTC(microseconds=last[0])
        else:
            data.last_seen_timestamp_uptime = params.LastSeenTimestampUptime(microseconds=last[0])
    if wanted.enable_tag_seen_count:
        data.tag_seen_count = params.TagSeenCount(tag_count=count)
    if any(s.enable_pc_bits for s in wanted.air_protocol_epc_memory_selectors):
        data.air_protocol_tag_datas.append(params.C1G2_PC(pc_bits=(bits + 15) // 16 << 11))
    return data
