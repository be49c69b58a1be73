"""What the wire formats of all versions have in common: JSON with a header before the body (VDA 5050 2.1 §6.4).

Strict about who speaks (R96), tolerant of nulls, unknown fields and sloppy timestamps on input (R74, R75, R97). The
patch and minor version of the other side do not matter (R04).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec.structs import astuple, fields

from drivers.vda5050.messages import Body, Header, Part, RobotId
from drivers.vda5050.topics import Major, Topic

LARGEST = 1_000_000
"""Bytes of a message at most: a state of a thousand nodes has a tenth of it."""

SECONDS = len("2026-11-22T09:00:00.")
"""Characters of a timestamp up to the fractions of a second."""

B = TypeVar("B", bound=Body)


class Refused(ValueError):
    """A message that cannot be taken; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Received(NamedTuple, Generic[B]):
    """A decoded message; `sloppy` when it broke the standard in a way we survive."""

    header: Header
    body: B
    sloppy: bool = False


class Codec:
    """One version on the wire: `bodies` are what is read, `instead_of_null` what a null in them means.

    `write` and `read` turn the internal model into what this version sends, and back, where they differ; `rephrase`
    completes what is encoded. `aliases` are other names for keys that are read too; `fractions` are the digits of a
    second that its timestamps have.
    """

    def __init__(
        self,
        version: str,
        bodies: Mapping[Topic, type[Part]],
        instead_of_null: Mapping[str, Any],
        *,
        fractions: int,
        write: Callable[[Body], Part] | None = None,
        read: Callable[[Any], Body] | None = None,
        aliases: Mapping[Topic, Mapping[str, str]] | None = None,
        rephrase: Callable[[Body, bytes], bytes] | None = None,
    ) -> None:
        self.version = version
        self.major = Major(f"v{version[0]}")
        self._bodies = bodies
        self._decoders = {topic: msgspec.json.Decoder(_with_header(body)) for topic, body in bodies.items()}
        self._instead_of_null = instead_of_null
        self.fractions = fractions
        self._write = write
        self._read = read
        self._aliases = aliases or {}
        self._rephrase = rephrase

    def encode(self, robot: RobotId, body: Body, header_id: int, at: datetime) -> bytes:
        """Return the message with its header; `at` must be aware."""
        header = _encoder.encode(
            Header(
                header_id=header_id % 2**32,
                timestamp=stamp(at, self.fractions),
                version=self.version,
                manufacturer=robot.manufacturer,
                serial_number=robot.serial,
            )
        )
        rest = _encoder.encode(body if self._write is None else self._write(body))
        if self._rephrase is not None:
            rest = self._rephrase(body, rest)
        return header if rest == b"{}" else header[:-1] + b"," + rest[1:]

    def decode(self, topic: Topic, robot: RobotId, payload: bytes) -> Received[Any]:
        """Read a message that came on a robot's topic; raises Refused."""
        if len(payload) > LARGEST:
            raise Refused("too_large", f"{len(payload)} bytes, {LARGEST} at most")
        sloppy = False
        try:
            told = astuple(self._decoders[topic].decode(payload))
            header, body = Header(*told[-_HEADED:]), self._bodies[topic](*told[:-_HEADED])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            header, body = self._decode_tolerantly(topic, payload)
            sloppy = True
        self._check(topic, robot, header)
        if header.timestamp is not None and not header.timestamp.endswith("Z"):
            sloppy = True
        return Received(header, body if self._read is None else self._read(body), sloppy)

    def _check(self, topic: Topic, robot: RobotId, header: Header) -> None:
        told = (header.manufacturer, header.serial_number)
        if told != robot and not (topic is Topic.VISUALIZATION and told == (None, None)):
            raise Refused("identity", f"payload says {told[0]}/{told[1]}, topic says {robot}")
        version = header.version
        if version == self.version or version is None:
            return
        if not version.lstrip("vV").startswith(self.version[:2]):
            raise Refused("version", f"version {version} does not belong on a {self.major} topic")

    def _decode_tolerantly(self, topic: Topic, payload: bytes) -> tuple[Header, Part]:
        try:
            raw = self._without_nulls(msgspec.json.decode(payload))
            for other, name in self._aliases.get(topic, {}).items():
                if isinstance(raw, dict) and other in raw:
                    raw.setdefault(name, raw[other])
            return msgspec.convert(raw, Header), msgspec.convert(raw, self._bodies[topic])
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as exc:
            raise Refused("malformed", str(exc)) from exc

    def _without_nulls(self, value: Any) -> Any:
        if isinstance(value, dict):
            kept = {
                key: self._instead_of_null.get(key) if item is None else self._without_nulls(item)
                for key, item in value.items()
            }
            return {key: item for key, item in kept.items() if item is not None}
        if isinstance(value, list):
            return [self._without_nulls(item) for item in value if item is not None]
        return value


def _with_header(body: type[Part]) -> type[msgspec.Struct]:
    """Return what reads a body with its header in one go: the fields of the body first, those of the header last."""
    return msgspec.defstruct(body.__name__, _header_fields, bases=(body,), frozen=True)


def stamp(at: datetime, fractions: int) -> str:
    """Return the wire form of a time: UTC, so many digits of a second, Z (R74)."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    text = _encoder.encode(utc)  # in quotes, with six digits of a second or none
    if utc.microsecond:
        return text[1 : 1 + SECONDS + fractions].decode() + "Z"
    return f"{text[1:SECONDS].decode()}.{'0' * fractions}Z"


def read_stamp(text: str | None) -> datetime | None:
    """Read a timestamp; one without zone is taken as UTC (R74), rubbish is None."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


_encoder = msgspec.json.Encoder()
_header_fields = [(one.name, one.type, one.default) for one in fields(Header)]
_HEADED = len(_header_fields)
