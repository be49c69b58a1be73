"""The schemes of TDS 2: the key as it is printed, then perhaps a host and further data (TDS §14.5, §14.6, §15.3)."""

from collections.abc import Sequence
from typing import NamedTuple

from drivers.codes.epc.aidc import read_data, read_date, write_data, write_date
from drivers.codes.epc.alnum import read_counted, read_text, write_counted, write_text
from drivers.codes.epc.bits import Reader, Writer, put_digits, take_digits
from drivers.codes.epc.flaws import EpcError, Fault, Flaw
from drivers.codes.epc.hostnames import read_hostname, write_hostname
from drivers.codes.epc.keys import Element, Identity, checked
from drivers.codes.epc.schemes import Plus
from drivers.codes.epc.values import read_delimited, write_delimited


class Read(NamedTuple):
    """What stands behind the header of a "+" scheme."""

    identity: Identity
    filter: int
    data: tuple[Element, ...]
    """The date of a DSGTIN+ first."""
    hostname: str | None
    flaw: Flaw | None
    """What is wrong with the data after the key; the key itself is right."""


def read_plus(reader: Reader, scheme: Plus) -> Read:
    """Read what follows the header; EpcError when the key does not hold."""
    announced = reader.take(1, "data toggle")
    filter_value = reader.take(3, "filter")
    dates = (read_date(reader),) if scheme.dated else ()
    identity = _read_key(reader, scheme)
    hostname = read_hostname(reader) if scheme.hosted else None
    if not announced:
        reader.end()
        return Read(identity, filter_value, dates, hostname, None)
    try:
        data, flaw = read_data(reader), None
    except EpcError as exc:
        data, flaw = (), exc.flaw
    return Read(identity, filter_value, (*dates, *data), hostname, flaw)


def write_plus(
    writer: Writer,
    scheme: Plus,
    identity: Identity,
    *,
    filter_value: int,
    data: Sequence[Element],
    hostname: str | None,
) -> None:
    """Write what follows the header; the first of the data is the date where the scheme has one."""
    dates, more = (data[:1], data[1:]) if scheme.dated else ((), data)
    if scheme.dated and not dates:
        raise EpcError(Fault.DATE, "date", "-")
    if scheme.hosted is (hostname is None):
        raise EpcError(Fault.SCHEME, "hostname", scheme.name)
    writer.put(1 if more else 0, 1)
    writer.put(filter_value, 3)
    for date in dates:
        write_date(writer, date)
    _write_key(writer, identity)
    if hostname is not None:
        write_hostname(writer, hostname)
    write_data(writer, more)


def _read_key(reader: Reader, scheme: Plus) -> Identity:
    key = scheme.key
    if key.digits:
        number = take_digits(reader, len(key.pad) + key.length, key.name)
        if not number.startswith(key.pad):
            raise EpcError(Fault.RESERVED, key.name, number[: len(key.pad)])
        number = number.removeprefix(key.pad)
    else:
        number = read_delimited(reader, key.most, key.name)
    serial = ""
    if key.serial:
        read = read_counted if key.counted else read_text
        serial = read(reader, key.serial, "serial")
    return checked(key, number, serial)


def _write_key(writer: Writer, identity: Identity) -> None:
    key = identity.key
    if key.digits:
        put_digits(writer, key.pad + identity.number)
    else:
        write_delimited(writer, identity.number, key.most, key.name)
    if key.serial:
        write = write_counted if key.counted else write_text
        write(writer, identity.serial, key.serial, "serial")
