"""The benches run, and their figures add up; how fast this machine is they may say themselves."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge.cli import app
from edge.commands.bench.fleet import lost
from edge.commands.bench.report import spread
from edge.commands.bench.standing import PLACES
from tests.support.need import require


def bench(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["bench", *arguments, "--json", "-"])
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)["rows"]
    return rows


def test_store_is_measured_alone_in_groups_and_at_start(tmp_path: Path) -> None:
    rows = bench("store", "--seconds", "0.05", "--tasks", "300", "--folder", str(tmp_path))
    *paces, start = rows
    assert len(paces) == 8
    assert all(row["a second"] > 0 and row["p50 ms"] <= row["p99 ms"] <= row["max ms"] for row in paces)
    assert start["max ms"] > 0
    assert not list(tmp_path.iterdir())


def test_P73_a_killed_edge_is_measured_until_it_serves(tmp_path: Path) -> None:
    (row,) = bench("restart", "--times", "2", "--tasks", "256", "--folder", str(tmp_path))
    assert row["kills"] == 2
    assert 0 < row["p50 ms"] <= row["max ms"]


def test_P76_a_shift_is_measured_in_virtual_time() -> None:
    (row,) = bench("shift", "--hours", "0.05", "--orders", "5")
    assert row["people at work"] == 20
    assert row["orders"] == 5
    assert row["times faster than life"] > 1


def test_R129_two_ways_to_assign_live_the_same_day() -> None:
    nearest, together = bench("assign", "--robots", "3", "--hours", "0.1", "--rate", "60")
    assert nearest["orders shipped"] == together["orders shipped"] == 6
    for row in (nearest, together):
        assert 0 < row["metres without load"] < row["metres driven"]
        assert 0 < row["tour waits for its robot, mean s"] <= row["tour waits for its robot, most s"]
        assert row["order to shipped, mean min"] > 0


def test_P72_scans_are_measured_over_http(tmp_path: Path) -> None:
    (row,) = bench("scan", "--handhelds", "3", "--seconds", "1", "--folder", str(tmp_path))
    assert row["failed"] == 0
    assert row["scans"] >= 3
    assert 0 < row["p50 ms"] <= row["p99 ms"]


def test_R132_robots_are_measured_at_a_broker() -> None:
    require("mosquitto")
    (row,) = bench("robots", "--robots", "2", "--seconds", "1.5", "--warm-up", "1")
    assert row["states a second"] > 0
    assert row["share of a core"] > 0


def test_R132_missions_of_a_fleet_are_counted_and_no_state_of_it_is_lost() -> None:
    require("mosquitto")
    (row,) = bench("fleet", "--robots", "2", "--seconds", "8", "--warm-up", "0")
    assert row["on a mission at the end"] == 2
    assert row["states sent in all"] > 4
    assert row["states lost"] == 0


def test_a_state_that_was_not_heard_is_a_lost_one() -> None:
    assert lost({"R1": 5, "R2": 3}, {"R1": 4, "R2": 3, "R3": 9}) == 1
    assert lost({"R1": 5}, {}) == 5


def test_codes_are_measured_and_read_right() -> None:
    rows = bench("decode", "--codes", "200", "--seed", "7")
    assert len(rows) == 11
    assert all(row["a second"] > 0 and row["misread"] == 0 for row in rows)


def test_I56_units_are_measured_beside_a_slow_and_a_dead_one() -> None:
    (row,) = bench("modbus", "--units", "4", "--seconds", "1.5")
    assert row["quick units up at the end"] == 2
    assert row["polls a second and quick unit"] > row["polls a second of the slow unit"] > 0
    assert 0 < row["cycle p50 ms"] <= row["cycle p99 ms"]


def test_I22_loads_through_a_gate_are_judged() -> None:
    result = CliRunner().invoke(app, ["bench", "gate", "--pallets", "4", "--seconds", "1", "--json", "-"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [row["read rate"] for row in told["rows"]] == [0.4, 0.6, 0.8, 0.95]
    for row in told["rows"]:
        assert (row["loads"], row["wrong passes"]) == (4, 0)
        assert row["complete %"] <= row["complete after a re-read %"]
        assert row["right %"] >= 75
        assert 1000 <= row["decided p50 ms"] <= row["decided max ms"]
    (held,) = told["also"]["rows"]
    assert held["reads a second"] > 0
    assert held["reads lost"] == 0


def test_I22_who_left_a_read_point_is_told_and_who_stands_there_is_not() -> None:
    arguments = ["bench", "points", "--tags", "6", "--hours", "0.5", "--json", "-"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert len(told["rows"]) == len(PLACES)
    for row in told["rows"]:
        assert row["5 s"] >= row["20 s"] >= row["60 s"]
        assert row["20 s"] >= row["adaptive"]
        assert 20 <= row["told p50 s"] <= row["told p99 s"] <= 120 + 2 + 5
    five, twenty, sixty, adaptive = told["also"]["rows"]
    assert (five["gone after"], adaptive["gone after"]) == ("5 s", "adaptive")
    assert five["told p50 s"] < twenty["told p50 s"] < adaptive["told p50 s"] < sixty["told p50 s"]
    assert adaptive["false an hour"] < sixty["false an hour"] < twenty["false an hour"] < five["false an hour"]
    assert twenty["missed"] <= adaptive["missed"] <= sixty["missed"]
    again = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert again["rows"] == told["rows"], "one seed is one experiment"


def test_json_goes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    arguments = ["bench", "store", "--seconds", "0.05", "--tasks", "256", "--json", str(file)]
    result = CliRunner().invoke(app, arguments)
    assert "one commit each" in result.output
    assert json.loads(file.read_text())["machine"]["cores"] > 0


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ([], (0.0, 0.0, 0.0)),
        ([0.002], (2.0, 2.0, 2.0)),
        ([number / 1000 for number in range(1, 101)], (51.0, 100.0, 100.0)),
    ],
)
def test_spread_is_median_99th_percentile_and_maximum(seconds: list[float], told: tuple[float, float, float]) -> None:
    assert tuple(spread(seconds).values()) == told
