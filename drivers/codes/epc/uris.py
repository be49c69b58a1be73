"""Reads the forms of a GS1 key outside a tag: EPC URIs, element strings, Digital Links (TDS §6, §7, §12)."""

from urllib.parse import unquote_to_bytes, urlsplit

from drivers.codes.digits import is_digits
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.keys import KEYS, NO_EXTENSION, SGLN, Identity, Key, checked, joined
from drivers.codes.epc.schemes import BY_NAME, FILTER_END, Classic
from drivers.codes.epc.signs import unescaped

PURE = "urn:epc:id:"
TAG = "urn:epc:tag:"

_BY_NAME = {key.name: key for key in KEYS}
_BY_AI = {key.ai: key for key in KEYS}


def identity(text: str, prefix_length: int | None = None) -> Identity:
    """Return what an EPC URI, an element string with brackets or a Digital Link names; EpcError when it is none.

    Only a URI says where the company prefix ends; for the others `prefix_length` may say it.
    """
    if text.startswith(PURE):
        return _from_pure(text)
    if text.startswith(TAG):
        return tagged(text)[0]
    if text.startswith("("):
        return _from_element(text, prefix_length)
    if text.startswith(("https://", "http://")):
        return _from_link(text, prefix_length)
    raise EpcError(Fault.FORM, "EPC", text, "urn:epc:id:…, urn:epc:tag:…, (AI)…, https://…")


def tagged(text: str) -> tuple[Identity, Classic, int]:
    """Return identity, scheme and filter of a tag URI, `urn:epc:tag:sgtin-96:3....`; EpcError when it is none."""
    name, _, body = text.removeprefix(TAG).partition(":")
    scheme = BY_NAME.get(name)
    if not isinstance(scheme, Classic):
        raise EpcError(Fault.SCHEME, "scheme", name)
    filter_value, _, fields = body.partition(".")
    if len(filter_value) != 1 or not is_digits(filter_value) or int(filter_value) >= FILTER_END:
        raise EpcError(Fault.RANGE, "filter", filter_value, "0–7")
    return _from_fields(scheme.key, fields), scheme, int(filter_value)


def tag_uri(identity: Identity, scheme: str, filter_value: int) -> str | None:
    """Return the tag URI; None while the prefix length is unknown. The "+" schemes have none (TDS §12)."""
    uri = identity.uri
    if uri is None:
        return None
    return f"{TAG}{scheme}:{filter_value}.{uri.removeprefix(f'{PURE}{identity.key.name}:')}"


def _from_pure(text: str) -> Identity:
    name, _, body = text.removeprefix(PURE).partition(":")
    key = _BY_NAME.get(name)
    if key is None:
        raise EpcError(Fault.SCHEME, "scheme", name)
    return _from_fields(key, body)


def _from_fields(key: Key, body: str) -> Identity:
    """Split at the dots that end a field; a serial may have dots of its own."""
    dots = 1 + (2 if key.pieces else 0) + (1 if key.serial else 0)
    return joined(key, [unescaped(field, key.name) for field in body.split(".", dots)])


def _from_element(text: str, prefix_length: int | None) -> Identity:
    ai, _, value = text[1:].partition(")")
    key = _BY_AI.get(ai)
    if key is None:
        raise EpcError(Fault.ELEMENT, "element string", ai)
    serial_mark = f"({key.serial_ai})"
    if not key.serial_ai:
        return _from_value(key, value, prefix_length)
    at = key.length if key.digits else value.find(serial_mark)
    number, rest = (value, "") if at < 0 else (value[:at], value[at:])
    if rest and not rest.startswith(serial_mark):
        raise EpcError(Fault.FORM, "element string", text, f"({ai})…{serial_mark}…")
    return _from_pair(key, number, rest.removeprefix(serial_mark), prefix_length)


def _from_link(text: str, prefix_length: int | None) -> Identity:
    """Read the key from the end of a link's path; what else a link says is not the key's."""
    form = "https://host/AI/value"
    try:
        segments = [unquote_to_bytes(part).decode("ascii") for part in urlsplit(text).path.split("/")]
    except ValueError as exc:
        raise EpcError(Fault.FORM, "Digital Link", text, form) from exc
    key = _BY_AI.get(segments[-2]) if len(segments) >= 3 else None
    if key is not None:
        value = segments[-1]
        return _from_pair(key, value, "", prefix_length) if key.serial_ai else _from_value(key, value, prefix_length)
    key = _BY_AI.get(segments[-4]) if len(segments) >= 5 else None
    if key is None or not key.serial_ai or key.serial_ai != segments[-2]:
        raise EpcError(Fault.FORM, "Digital Link", text, form)
    return _from_pair(key, segments[-3], segments[-1], prefix_length)


def _from_pair(key: Key, number: str, serial: str, prefix_length: int | None) -> Identity:
    if key is SGLN and not serial:
        serial = NO_EXTENSION
    return checked(key, number, serial, prefix_length)


def _from_value(key: Key, value: str, prefix_length: int | None) -> Identity:
    """Take a value apart whose serial follows its number."""
    if not value.startswith(key.pad):
        raise EpcError(Fault.FORM, key.name, value, f"{key.pad}…")
    number = value.removeprefix(key.pad)
    if not key.digits:
        return checked(key, number, "", prefix_length)
    return checked(key, number[: key.length], number[key.length :], prefix_length)
