"""Where a robot says it is."""

import math

import pytest

from simulators.robots.body import Body
from simulators.robots.config import RobotConfig


@pytest.mark.parametrize("theta", [math.pi, -math.pi, math.pi / 2, 0.0])
def test_R95_a_told_angle_lies_within_half_a_turn(theta: float) -> None:
    body = Body(RobotConfig("GenbaSim", "R1", "N1", 0, 0), lambda: 0.0)
    body.face(theta)
    told = body.agv_position().theta
    assert -math.pi <= told <= math.pi
    assert told == pytest.approx(theta, abs=0.0002)
