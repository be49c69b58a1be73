"""Reports of the standard are read as they are meant; what is wrong is named by its field; nothing else is raised."""

import json
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from math import cos, isclose, radians, sin
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.massrobotics.messages import Identity, Quaternion, Size, State, Status
from drivers.massrobotics.reading import MOST_BYTES, SHOWN, Misread, Problem, read

ROBOT = "6948DF80-14BD-4E04-8842-7668D9C001F5"
DATUM = "4B8302DA-21AD-401F-AF45-1DFD956B80B5"
ANGLE = {"x": 0.0, "y": 0.0, "z": 0.383, "w": 0.924}
AHEAD = {"timestamp": "2026-11-22T09:00:10+00:00", "x": 1, "y": 2, "angle": ANGLE}
IDENTITY: dict[str, Any] = {
    "uuid": ROBOT,
    "timestamp": "2012-04-21T18:25:43-05:00",
    "manufacturerName": "Elsewhere",
    "robotModel": "ER-7",
    "robotSerialNumber": "0000001",
    "baseRobotEnvelope": {"x": 0.5, "y": 1},
}
STATUS: dict[str, Any] = {
    "uuid": ROBOT,
    "timestamp": "2026-11-22T09:00:00Z",
    "operationalState": "navigating",
    "location": {"x": 0.5, "y": 1, "angle": ANGLE, "planarDatum": DATUM},
    "velocity": {"linear": 1.2, "angular": ANGLE},
    "batteryPercentage": 71.4,
    "remainingRunTime": 2.5,
    "loadPercentageStillAvailable": 0,
    "errorCodes": ["E-17"],
    "destinations": [AHEAD],
    "path": [AHEAD | {"planarDatumUUID": DATUM}],
}


def changed(report: dict[str, Any], path: str, value: object) -> str:
    """Return a report with another value at a path; `...` takes the field out."""
    said = json.loads(json.dumps(report))
    *above, name = path.split(".")
    part: Any = said
    for step in above:
        part = part[int(step)] if isinstance(part, list) else part[step]
    key: Any = int(name) if isinstance(part, list) else name
    if value is ...:
        del part[key]
    else:
        part[key] = value
    return json.dumps(said)


def status(path: str, value: object) -> Status:
    report = read(changed(STATUS, path, value))
    assert isinstance(report, Status)
    return report


def problem(raw: str | bytes) -> tuple[str, Problem]:
    with pytest.raises(Misread) as caught:
        read(raw)
    return caught.value.field, caught.value.problem


def test_an_identity_is_read_with_its_units() -> None:
    report = read(json.dumps(IDENTITY))
    assert isinstance(report, Identity)
    assert (report.uuid, report.serial, report.envelope) == (ROBOT.lower(), "0000001", Size(0.5, 1.0, 0.0))
    assert report.at == datetime(2012, 4, 21, 23, 25, 43, tzinfo=UTC)
    assert (report.max_speed, report.cargo_volume) == (None, None)


def test_a_status_is_read_with_all_it_has() -> None:
    report = read(json.dumps(STATUS).encode())
    assert isinstance(report, Status)
    assert (report.state, report.battery, report.load_left) == (State.NAVIGATING, 71.4, 0.0)
    assert (report.location.x, report.location.datum) == (0.5, DATUM.lower())
    assert report.velocity is not None
    assert report.velocity.linear == 1.2
    assert report.errors == ("E-17",)
    assert (report.destinations[0].datum, report.path[0].datum) == (None, DATUM.lower())
    assert isclose(report.location.angle.yaw, 45, abs_tol=0.1)


def test_a_status_of_the_least_is_enough() -> None:
    least = {name: STATUS[name] for name in ("uuid", "timestamp", "operationalState", "location")}
    report = read(json.dumps(least))
    assert isinstance(report, Status)
    assert (report.velocity, report.battery, report.errors, report.path) == (None, None, (), ())


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-22T09:00:00+0000",  # as Python's %z writes it, and the standard's own sender with it
        "2026-11-22T18:00:00+09:00",
        "2026-11-22T09:00:00.000Z",
        "2026-11-22 09:00:00Z",
    ],
)
def test_times_are_read_in_every_form_that_says_when(at: str) -> None:
    assert status("timestamp", at).at == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_R97_null_and_unknown_fields_are_tolerated() -> None:
    assert status("batteryPercentage", None).battery is None
    assert status("location.z", None).location.z == 0
    assert status("wifi", {"signal": -60}) == read(json.dumps(STATUS))


@given(st.floats(-179.0, 179.0), st.floats(0.1, 100))
def test_the_heading_is_the_rotation_about_the_vertical_axis_whatever_the_length(degrees: float, length: float) -> None:
    half = radians(degrees) / 2
    assert isclose(Quaternion(0, 0, sin(half) * length, cos(half) * length).yaw, degrees, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("uuid", ..., Problem.MISSING),
        ("uuid", None, Problem.MISSING),
        ("uuid", "robot-1", Problem.NOT_UUID),
        ("uuid", 7, Problem.NOT_TEXT),
        ("timestamp", "yesterday", Problem.NOT_TIME),
        ("timestamp", "2026-11-22T09:00:00", Problem.NOT_TIME),
        ("timestamp", 1763802000, Problem.NOT_TEXT),
        ("operationalState", "driving", Problem.NOT_STATE),
        ("location", [], Problem.NOT_OBJECT),
        ("location.x", "0.5", Problem.NOT_NUMBER),
        ("location.x", True, Problem.NOT_NUMBER),
        ("location.y", 4_000_000, Problem.TOO_LARGE),
        ("location.y", -4_000_000, Problem.TOO_SMALL),
        ("location.y", 10**4000, Problem.TOO_LARGE),
        ("location.angle", ..., Problem.MISSING),
        ("location.angle.w", ..., Problem.MISSING),
        ("location.angle", {"x": 0, "y": 0, "z": 0, "w": 0}, Problem.NO_ANGLE),
        ("location.planarDatum", "", Problem.NOT_UUID),
        ("velocity.linear", ..., Problem.MISSING),
        ("batteryPercentage", 101, Problem.TOO_LARGE),
        ("batteryPercentage", -1, Problem.TOO_SMALL),
        ("remainingRunTime", -1, Problem.TOO_SMALL),
        ("errorCodes", "E-17", Problem.NOT_LIST),
        ("errorCodes", ["x"] * 101, Problem.TOO_MANY),
        ("errorCodes", ["x" * 501], Problem.TOO_LONG),
        ("path", [AHEAD] * 11, Problem.TOO_MANY),
        ("path.0.angle.z", "a", Problem.NOT_NUMBER),
        ("destinations.0.timestamp", ..., Problem.MISSING),
    ],
)
def test_what_is_wrong_with_a_status_is_named_by_its_field(path: str, value: object, why: Problem) -> None:
    field, found = problem(changed(STATUS, path, value))
    assert found == why
    assert field.replace("[", ".").replace("]", "").startswith(path)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("manufacturerName", " ", Problem.EMPTY),
        ("robotSerialNumber", ..., Problem.MISSING),
        ("robotModel", 7, Problem.NOT_TEXT),
        ("baseRobotEnvelope.y", -1, Problem.TOO_SMALL),
        ("cargoMaxWeight", 30, Problem.NOT_TEXT),
    ],
)
def test_what_is_wrong_with_an_identity_is_named_by_its_field(path: str, value: object, why: Problem) -> None:
    assert problem(changed(IDENTITY, path, value)) == (path, why)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", Problem.NOT_JSON),
        ("{", Problem.NOT_JSON),
        (b"\xff\xfe", Problem.NOT_JSON),
        ('{"x": NaN}', Problem.NOT_JSON),
        ('{"location": ' + "9" * 5000 + "}", Problem.NOT_JSON),
        ("[" * 5000, Problem.NOT_JSON),
        ("[]", Problem.NOT_OBJECT),
        ("null", Problem.NOT_OBJECT),
        ("{}", Problem.NO_REPORT),
        ('{"uuid": "x"}', Problem.NO_REPORT),
        (" " * (MOST_BYTES + 1), Problem.TOO_LONG),
    ],
)
def test_what_is_no_report_at_all_is_said_so(raw: str | bytes, why: Problem) -> None:
    assert problem(raw) == ("", why)


def test_a_wrong_value_is_told_and_cut() -> None:
    with pytest.raises(Misread) as caught:
        read(changed(STATUS, "operationalState", "x" * 400))
    assert len(caught.value.value) == SHOWN


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*STATUS, "x", "y", "z"]), inner),
    max_leaves=12,
)


@given(st.sampled_from([IDENTITY, STATUS]), st.data())
def test_whatever_is_sent_is_a_report_or_misread(report: dict[str, Any], data: st.DataObject) -> None:
    said = deepcopy(report)
    for name in data.draw(st.lists(st.sampled_from(list(said)), min_size=1, max_size=3)):
        said[name] = data.draw(anything)
    with suppress(Misread):
        assert read(json.dumps(said)).uuid == ROBOT.lower()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_report_or_misread(raw: bytes) -> None:
    with pytest.raises(Misread):
        read(raw)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_a_time_is_the_same_moment_in_every_zone(at: datetime, hours: int) -> None:
    moment = at.replace(tzinfo=UTC)
    local = moment + timedelta(hours=hours)
    said = f"{local:%Y-%m-%dT%H:%M:%S.%f}{hours:+03d}:00"
    assert status("timestamp", said).at == moment
