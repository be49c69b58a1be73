"""Parts of the Impinj link alone: lines (I20), events (I19, I21), the inventory that is asked for."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.rfid.clock import Stamp
from drivers.rfid.impinj import events, preset
from drivers.rfid.impinj.lines import LONGEST, Cutter
from drivers.rfid.port import Trouble

LINES = [b'{"a":1}', b"", b'{"b":"\xe7\x8f\xbe"}', b"{", b""]
STREAM = b"".join(line + b"\r\n" for line in LINES)
ANTENNA = {"antennaPort": 1, "transmitPowerCdbm": 2800, "rfMode": 1002, "inventorySession": 2}


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_I20_any_chunking_gives_the_same_lines(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    cutter = Cutter()
    found = [line for a, b in zip(places, places[1:], strict=False) for line in cutter.feed(STREAM[a:b])[0]]  # noqa: RUF007
    assert found == LINES


def test_I04_bytes_without_end_of_line_are_counted_and_the_next_line_is_read() -> None:
    cutter = Cutter()
    flood = b"x" * (LONGEST + 1)
    assert cutter.feed(flood) == ([], len(flood))
    assert cutter.feed(b"yy") == ([], 2)
    assert cutter.feed(b"zzz\r\n{}\r\n") == ([b"{}"], 4)


def event(**body: Any) -> bytes:
    return json.dumps({"timestamp": "2026-04-02T12:00:00Z", "tagInventoryEvent": body}).encode()


def test_I21_a_tag_with_all_it_may_have() -> None:
    heard = events.read(
        event(epcHex="3035ab", antennaPort=2, peakRssiCdbm=-5234, lastSeenTime="2026-04-02T12:00:01.5Z", phaseAngle=3.2)
    )
    assert heard == events.Tag("3035AB", 24, 2, -52, Stamp(1_775_131_201_500_000, utc=True))


def test_I19_a_tag_with_the_least_it_may_have() -> None:
    assert events.read(event(epc="MDWr")) == events.Tag("3035AB", 24, 0, None, Stamp(1_775_131_200_000_000, utc=True))
    assert events.read(b'{"tagInventoryEvent":{"epcHex":"E2"}}') == events.Tag("E2", 8, 0, None, None)


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"7",
        b"{}",
        event(),
        event(epcHex=""),
        event(epcHex="xy"),
        event(epc="?"),
        b'{"timestamp":"now"}',
        b"\xff",
        event(epcHex="0x1F"),
        event(epcHex="1_0"),
        event(epcHex="-12"),
        event(epcHex="１２"),
        b"[" * 60_000,
        b'{"a":' * 60_000,
    ],
)
def test_I04_what_makes_no_sense_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several libraries
        events.read(line)


@pytest.mark.parametrize("number", ["1e999", "-Infinity", "NaN", "9" * 400, "true", '"5"', "[]"])
def test_I19_numbers_that_no_reader_means_count_as_not_told(number: str) -> None:
    line = f'{{"tagInventoryEvent":{{"epcHex":"E2","antennaPort":{number},"peakRssiCdbm":{number}}}}}'
    assert events.read(line.encode()) == events.Tag("E2", 8, 0, None, None)


@pytest.mark.parametrize(
    ("name", "trouble", "stopped"),
    [
        ("antennaDisconnectedEvent", Trouble.ANTENNA_LOST, False),
        ("overflowEvent", Trouble.BUFFER_FULL, False),
        ("diagnosticEvent", Trouble.EXCEPTION, False),
        ("inventoryTerminatedEvent", None, True),
        ("inventoryStatusEvent", None, True),
        ("gpiTransitionEvent", None, False),
    ],
)
def test_other_events_are_told_for_what_they_are(name: str, trouble: Trouble | None, stopped: bool) -> None:
    heard = events.read(json.dumps({"timestamp": "x", name: {"antennaPort": 2}}).encode())
    assert heard == events.Happening(name, trouble, '{"antennaPort": 2}', stopped)


def test_the_readers_own_preset_keeps_its_power_and_modes() -> None:
    wanted = preset.ours({"antennaConfigs": [ANTENNA]}, antennas=(1, 3), session=0)
    assert wanted["antennaConfigs"] == [
        {**ANTENNA, "inventorySession": 0},
        {**ANTENNA, "antennaPort": 3, "inventorySession": 0},
    ]
    assert wanted["eventConfig"]["tagInventory"]["lastSeenTime"] == "enabled"
    everywhere = preset.ours({"antennaConfigs": [ANTENNA]}, antennas=(), session=1)
    assert [config["antennaPort"] for config in everywhere["antennaConfigs"]] == [1]
    with pytest.raises(ValueError, match="antennaConfigs"):
        preset.ours({}, antennas=(1,), session=0)
