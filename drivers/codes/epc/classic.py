"""The schemes of TDS 1: numbers in as many bits as the company prefix leaves them (TDS §14.3, §14.4, §14.6)."""

from drivers.codes.digits import is_digits, mod10
from drivers.codes.epc.bits import Reader, Writer, padded, sized
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.keys import JAPAN, JAPAN_LENGTHS, Identity, checked
from drivers.codes.epc.schemes import PREFIX_BITS, Classic, Style
from drivers.codes.epc.signs import GS1, PART, only

_LONGEST_PREFIX = max(PREFIX_BITS)
_PIECE_BITS = 7


def read_classic(reader: Reader, scheme: Classic) -> tuple[Identity, int]:
    """Read identity and filter of what follows the header; EpcError says what does not hold."""
    key = scheme.key
    filter_value = reader.take(3, "filter")
    partition = reader.take(3, "partition")
    prefix_length = _LONGEST_PREFIX - partition
    prefix_bits = PREFIX_BITS.get(prefix_length)
    if prefix_bits is None:
        raise EpcError(Fault.PARTITION, "partition", partition)
    prefix = padded(reader.take(prefix_bits, "company prefix"), prefix_length, "company prefix")
    reference = _read(reader, scheme.reference, scheme.room - prefix_bits, scheme.digits - prefix_length, "reference")
    tail = ""
    if key.pieces:
        tail = "".join(padded(reader.take(_PIECE_BITS, "piece"), 2, "piece") for _ in range(2))
    serial = _read(reader, scheme.serial, scheme.serial_bits, key.serial, "serial")
    reserved = reader.take(scheme.reserved, "reserved")
    if reserved:
        raise EpcError(Fault.RESERVED, "reserved", f"{reserved:0{scheme.reserved // 4}X}")
    if not key.digits:
        return checked(key, prefix + reference, serial, prefix_length), filter_value
    lead = 1 if key.lead else 0
    body = reference[:lead] + prefix + reference[lead:]
    return Identity(key, body + mod10(body) + tail, serial, prefix_length), filter_value


def write_classic(writer: Writer, scheme: Classic, identity: Identity, filter_value: int) -> None:
    """Write what follows the header; EpcError when the scheme cannot hold it (I31, I32).

    So is an unknown company prefix (I34), or a Japanese one of a length that none has: it would name somebody else.
    """
    fields, prefix_length = identity.fields, identity.prefix_length
    prefix_bits = PREFIX_BITS.get(prefix_length or 0)
    if fields is None or prefix_length is None or prefix_bits is None:
        raise EpcError(Fault.PREFIX, "company prefix", prefix_length or "?")
    prefix, reference, *more = fields
    if prefix.startswith(JAPAN) and prefix_length not in JAPAN_LENGTHS:
        raise EpcError(Fault.JAPAN, "company prefix", prefix)
    writer.put(filter_value, 3)
    writer.put(_LONGEST_PREFIX - prefix_length, 3)
    writer.put(int(prefix), prefix_bits)
    room, most = scheme.room - prefix_bits, scheme.digits - prefix_length
    _write(writer, scheme.reference, reference, bits=room, most=most, field="reference")
    serial = more.pop() if identity.key.serial else ""
    for piece in more:
        writer.put(int(piece), _PIECE_BITS)
    _write(writer, scheme.serial, serial, bits=scheme.serial_bits, most=identity.key.serial, field="serial")
    writer.put(0, scheme.reserved)


def _read(reader: Reader, style: Style, bits: int, most: int, field: str) -> str:
    if style is Style.INTEGER:
        return str(reader.take(bits, field))
    if style is Style.PADDED:
        return padded(reader.take(bits, field), most, field)
    if style is Style.STRING:
        return _read_string(reader, bits, most, field)
    if style is Style.NUMERIC:
        number = str(reader.take(bits, field))
        if not number.startswith("1") or len(number) == 1:
            raise EpcError(Fault.FORM, field, number, "1N…")
        return sized(number[1:], most, field)
    return _read_six_bit(reader, most, field) if style is Style.SIX_BIT else ""


def _write(writer: Writer, style: Style, text: str, *, bits: int, most: int, field: str) -> None:
    if style is Style.INTEGER:
        if not is_digits(text) or (text != "0" and text.startswith("0")) or int(text) >> bits:
            raise EpcError(Fault.INTEGER, field, text, f"0–{(1 << bits) - 1}")
        writer.put(int(text), bits)
    elif style is Style.PADDED:
        writer.put(int(text or "0"), bits)
    elif style is Style.STRING:
        sized(text, most, field)
        for sign in text:
            writer.put(ord(sign), 7)
        writer.put(0, bits - 7 * len(text))
    elif style is Style.NUMERIC:
        if not is_digits(text):
            raise EpcError(Fault.CHARACTER, field, text)
        writer.put(int(f"1{text}"), bits)
    elif style is Style.SIX_BIT:
        for sign in only(sized(text, most, field), PART, field):
            writer.put(ord(sign) & 0x3F, 6)
        writer.put(0, 6)


def _read_string(reader: Reader, bits: int, most: int, field: str) -> str:
    """Read signs of seven bits up to the first zero; nothing but zeros may follow."""
    value = reader.take(bits, field)
    signs: list[str] = []
    left = bits
    while left >= 7 and len(signs) < most and (code := value >> left - 7 & 0x7F):
        signs.append(chr(code))
        left -= 7
    if value & (1 << left) - 1:
        raise EpcError(Fault.PADDING, field)
    return only(sized("".join(signs), most, field), GS1, field)


def _read_six_bit(reader: Reader, most: int, field: str) -> str:
    """Read signs of six bits up to a zero; those below a space stand for the letters (TDS annex G)."""
    text = ""
    while code := reader.take(6, field):
        text = sized(text + chr(code if code >= 0x20 else code | 0x40), most, field)
    return only(sized(text, most, field), PART, field)
