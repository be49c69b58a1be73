"""Lengths of curves: against circles and straight lines, which are known."""

from math import hypot, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.fleet.curve import Control, length

METRES = st.floats(-100, 100, allow_nan=False)
QUARTER = [Control(1, 0), Control(1, 1, sqrt(2) / 2), Control(0, 1)]
"""A quarter of the unit circle, exactly: what rational curves are for."""


def test_a_quarter_circle() -> None:
    assert length(2, [0, 0, 0, 1, 1, 1], QUARTER) == pytest.approx(pi / 2, abs=1e-4)


@given(ends=st.tuples(METRES, METRES, METRES, METRES), weight=st.floats(0.1, 10))
def test_a_straight_line_is_as_long_as_it_is(ends: tuple[float, float, float, float], weight: float) -> None:
    x, y, to_x, to_y = ends
    controls = [Control(x, y, weight), Control(to_x, to_y)]
    assert length(1, [0, 0, 1, 1], controls) == pytest.approx(hypot(to_x - x, to_y - y), abs=1e-6)


def test_a_curve_of_several_pieces_goes_through_all_of_them() -> None:
    corners = [Control(0, 0), Control(3, 0), Control(3, 4), Control(3, 4), Control(0, 4)]
    assert length(1, [0, 0, 1, 2, 3, 4, 4], corners) == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize(
    ("degree", "knots", "controls", "told"),
    [
        (2, [0, 0, 1, 1], [Control(0, 0), Control(1, 1)], "more points than its degree"),
        (0, [0, 1], [Control(0, 0)], "degree 0"),
        (1, [0, 0, 1], [Control(0, 0), Control(1, 1)], "4 knots; there are 3"),
        (1, [0, 1, 0, 1], [Control(0, 0), Control(1, 1)], "must rise"),
        (1, [0, 0, 0, 0], [Control(0, 0), Control(1, 1)], "must rise"),
        (1, [0, 0, 1, 1], [Control(0, 0), Control(1, 1, 0)], "weights"),
    ],
)
def test_what_is_no_curve_is_told(degree: int, knots: list[float], controls: list[Control], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        length(degree, knots, controls)
