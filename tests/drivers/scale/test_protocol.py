"""Lines of scales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale.protocol import Reading, State, read_line


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        ("ST,+00012.34  g", Reading(State.STABLE, 12)),
        ("ST,+00012.50  g\r", Reading(State.STABLE, 13)),
        ("US,-00001.49  g", Reading(State.MOVING, -1)),
        ("ST,+0001.234 kg", Reading(State.STABLE, 1234)),
        ("ST,GS,+  1.2345kg", Reading(State.STABLE, 1235)),
        ("US,NT,-    5 g", Reading(State.MOVING, -5, net=True)),
        ("ST,OK,+0001.234 kg", Reading(State.STABLE, 1234)),
        ("ST,GS,--,+0001.234 kg", Reading(State.STABLE, 1234)),
        ("ST,NT,+0000.200 kg", Reading(State.STABLE, 200, net=True)),
        ("OL,+9999999E+19", Reading(State.OVERLOAD)),
        ("OL,+00000.00  g", Reading(State.OVERLOAD)),
        ("OL", Reading(State.OVERLOAD)),
        ("S S     100.00 g", Reading(State.STABLE, 100)),
        ("S D      99.6 g", Reading(State.MOVING, 100)),
        ("S S  1.5 kg", Reading(State.STABLE, 1500)),
        ("S +", Reading(State.OVERLOAD)),
        ("S I", Reading(State.MOVING)),
        ("  12.3 g", Reading(State.UNSAID, 12)),
        ("+ 0.500 KG", Reading(State.UNSAID, 500)),
    ],
)
def test_a_line_becomes_whole_grams_and_a_state(line: str, reading: Reading) -> None:
    assert read_line(line) == reading


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ST",
        "ST,",
        "ST,+00012.34",
        "ST,+0000012 PC",
        "12.3 lb",
        "EC,E01",
        "hello",
        "ST,+1e5 g",
        "ST,TR,+0000.350 kg",
        "ST,+１２ g",
        "ST,GS," + "9" * 60 + " kg",
    ],
)
def test_anything_else_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"weight|scale|unit"):
        read_line(line)


@given(st.integers(-99_999_999, 99_999_999))
def test_kilograms_with_three_places_are_exact(grams: int) -> None:
    sign = "-" if grams < 0 else "+"
    assert read_line(f"ST,{sign}{abs(grams) // 1000}.{abs(grams) % 1000:03} kg") == Reading(State.STABLE, grams)


@given(st.text(max_size=30))
def test_no_line_gives_anything_but_a_reading_or_a_refusal(line: str) -> None:
    try:
        reading = read_line(line)
    except ValueError:
        return
    assert reading.grams is None or isinstance(reading.grams, int)
