"""Reads reports: strict in the standard's fields, so that nothing wrong is shown as true, mild in all others.

A field that is null counts as not sent, since many senders fill what they do not know with it. Times are read with and
without a colon in the offset: the standard's own sender writes none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

import msgspec

from drivers.massrobotics.messages import Ahead, Identity, Place, Quaternion, Report, Size, State, Status, Velocity

Value = TypeVar("Value")
Take = Callable[[Any, str], Value]
"""Makes a value of what JSON had at a path; raises Misread."""

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MOST_BYTES = 64 * 1024
"""A message."""
MOST_TEXT = 500
"""Characters of any text: the longest that the standard has is a link."""
MOST_ERRORS = 100
MOST_AHEAD = 10
"""Destinations, and points of a path (the standard's maxItems)."""
FARTHEST = 1_000_000.0
"""Metres from the datum, and any other figure: whoever says more has a broken unit."""
PERCENT = 100.0
SHOWN = 60
"""Characters of a wrong value that are told."""


class Problem(StrEnum):
    """What is wrong with a message."""

    TOO_LONG = "too_long"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    NO_REPORT = "no_report"
    MISSING = "missing"
    NOT_TEXT = "not_text"
    EMPTY = "empty"
    NOT_NUMBER = "not_number"
    NOT_LIST = "not_list"
    NOT_UUID = "not_uuid"
    NOT_TIME = "not_time"
    NOT_STATE = "not_state"
    NO_ANGLE = "no_angle"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"


class Misread(ValueError):
    """A message that is no report: `field` is the path of what is wrong, empty for the whole."""

    def __init__(self, problem: Problem, field: str = "", value: object = None) -> None:
        self.problem = problem
        self.field = field
        self.value = "" if value is None else str(value)[:SHOWN]
        super().__init__(f"{field or 'message'}: {problem.value}{f' ({self.value})' if self.value else ''}")


def read(raw: str | bytes) -> Report:
    """Read an identityReport or a statusReport; raises Misread."""
    if len(raw) > MOST_BYTES:
        raise Misread(Problem.TOO_LONG, value=len(raw))
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Misread(Problem.NOT_JSON, value=error) from None
    fields = _object(said, "")
    if "operationalState" in fields or "location" in fields:
        return _status(fields)
    if "manufacturerName" in fields or "robotSerialNumber" in fields:
        return _identity(fields)
    raise Misread(Problem.NO_REPORT, value=", ".join(list(fields)[:5]))


def _identity(fields: Mapping[str, Any]) -> Identity:
    return Identity(
        uuid=_must(fields, "uuid", _uuid),
        at=_must(fields, "timestamp", _time),
        manufacturer=_must(fields, "manufacturerName", _name),
        model=_must(fields, "robotModel", _name),
        serial=_must(fields, "robotSerialNumber", _name),
        envelope=_must(fields, "baseRobotEnvelope", _size),
        max_speed=_may(fields, "maxSpeed", _positive),
        max_run_time=_may(fields, "maxRunTime", _positive),
        emergency_contact=_may(fields, "emergencyContactInformation", _text),
        charger_type=_may(fields, "chargerType", _text),
        support_vendor=_may(fields, "supportVendorName", _text),
        support_contact=_may(fields, "supportVendorContactInformation", _text),
        documentation=_may(fields, "productDocumentation", _text),
        thumbnail=_may(fields, "thumbnailImage", _text),
        cargo_type=_may(fields, "cargoType", _text),
        cargo_volume=_may(fields, "cargoMaxVolume", _size),
        cargo_weight=_may(fields, "cargoMaxWeight", _text),
    )


def _status(fields: Mapping[str, Any]) -> Status:
    return Status(
        uuid=_must(fields, "uuid", _uuid),
        at=_must(fields, "timestamp", _time),
        state=_must(fields, "operationalState", _state),
        location=_must(fields, "location", _place),
        velocity=_may(fields, "velocity", _velocity),
        battery=_may(fields, "batteryPercentage", _percent),
        run_time=_may(fields, "remainingRunTime", _positive),
        load_left=_may(fields, "loadPercentageStillAvailable", _percent),
        errors=_may(fields, "errorCodes", _errors) or (),
        destinations=_may(fields, "destinations", _way) or (),
        path=_may(fields, "path", _way) or (),
    )


# --- fields


def _must(fields: Mapping[str, Any], name: str, take: Take[Value], above: str = "") -> Value:
    path = f"{above}.{name}" if above else name
    value = fields.get(name)
    if value is None:
        raise Misread(Problem.MISSING, path)
    return take(value, path)


def _may(fields: Mapping[str, Any], name: str, take: Take[Value], above: str = "") -> Value | None:
    return None if fields.get(name) is None else _must(fields, name, take, above)


# --- values


def _object(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Misread(Problem.NOT_OBJECT, path, value)
    return value


def _list(value: Any, path: str, most: int, take: Take[Value]) -> Sequence[Value]:
    if not isinstance(value, list):
        raise Misread(Problem.NOT_LIST, path, value)
    if len(value) > most:
        raise Misread(Problem.TOO_MANY, path, len(value))
    return tuple(take(one, f"{path}[{number}]") for number, one in enumerate(value))


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise Misread(Problem.NOT_TEXT, path, value)
    if len(value) > MOST_TEXT:
        raise Misread(Problem.TOO_LONG, path, len(value))
    return value.strip()


def _name(value: Any, path: str) -> str:
    text = _text(value, path)
    if not text:
        raise Misread(Problem.EMPTY, path)
    return text


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misread(Problem.NOT_NUMBER, path, value)
    if not -FARTHEST <= value <= FARTHEST:
        raise Misread(Problem.TOO_LARGE if value > 0 else Problem.TOO_SMALL, path, value)
    return float(value)


def _positive(value: Any, path: str) -> float:
    number = _number(value, path)
    if number < 0:
        raise Misread(Problem.TOO_SMALL, path, value)
    return number


def _percent(value: Any, path: str) -> float:
    number = _positive(value, path)
    if number > PERCENT:
        raise Misread(Problem.TOO_LARGE, path, value)
    return number


def _uuid(value: Any, path: str) -> str:
    text = _text(value, path)
    if not UUID.fullmatch(text):
        raise Misread(Problem.NOT_UUID, path, text)
    return text.lower()


def _time(value: Any, path: str) -> datetime:
    text = _text(value, path)
    try:
        at = datetime.fromisoformat(text)
        known = at.utcoffset() is not None
    except ValueError:
        known = False
    if not known:
        raise Misread(Problem.NOT_TIME, path, text)
    return at


def _state(value: Any, path: str) -> State:
    text = _text(value, path)
    try:
        return State(text)
    except ValueError:
        raise Misread(Problem.NOT_STATE, path, text) from None


def _errors(value: Any, path: str) -> Sequence[str]:
    return _list(value, path, MOST_ERRORS, _text)


def _way(value: Any, path: str) -> Sequence[Ahead]:
    return _list(value, path, MOST_AHEAD, _ahead)


# --- parts


def _quaternion(value: Any, path: str) -> Quaternion:
    fields = _object(value, path)
    angle = Quaternion(*(_must(fields, axis, _number, path) for axis in "xyzw"))
    length = angle.x**2 + angle.y**2 + angle.z**2 + angle.w**2
    if not (isfinite(length) and length > 0):
        raise Misread(Problem.NO_ANGLE, path)
    return angle


def _size(value: Any, path: str) -> Size:
    fields = _object(value, path)
    x, y = (_must(fields, axis, _positive, path) for axis in "xy")
    return Size(x, y, _may(fields, "z", _positive, path) or 0.0)


def _place(value: Any, path: str) -> Place:
    fields = _object(value, path)
    x, y = (_must(fields, axis, _number, path) for axis in "xy")
    return Place(
        x,
        y,
        _may(fields, "z", _number, path) or 0.0,
        _must(fields, "angle", _quaternion, path),
        _must(fields, "planarDatum", _uuid, path),
    )


def _ahead(value: Any, path: str) -> Ahead:
    fields = _object(value, path)
    at = _must(fields, "timestamp", _time, path)
    x, y = (_must(fields, axis, _number, path) for axis in "xy")
    return Ahead(
        at,
        x,
        y,
        _may(fields, "z", _number, path) or 0.0,
        _must(fields, "angle", _quaternion, path),
        _may(fields, "planarDatumUUID", _uuid, path),
    )


def _velocity(value: Any, path: str) -> Velocity:
    fields = _object(value, path)
    return Velocity(_must(fields, "linear", _number, path), _may(fields, "angular", _quaternion, path))
