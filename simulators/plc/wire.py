"""What a PLC answers to a request, on whatever wire (Modbus Application Protocol 1.1b3 §6).

Written apart from the driver's library, so that neither can hide the other's faults.
"""

import struct
from collections.abc import Callable

from simulators.plc.image import BadRequest, Image

READS = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
ILLEGAL_FUNCTION, ILLEGAL_VALUE = 1, 3


def serve_request(image: Image, request: bytes) -> bytes:
    """Answer one protocol data unit with another; mistakes become exception answers."""
    function = request[0]
    try:
        answer = _answers().get(function, _refuse)(image, request)
    except BadRequest as exc:
        return bytes([function | 0x80, exc.code])
    except (struct.error, IndexError):
        return bytes([function | 0x80, ILLEGAL_VALUE])
    return bytes([function]) + answer


def refusal(request: bytes, code: int) -> bytes:
    """Build the exception answer to a request."""
    return bytes([request[0] | 0x80, code])


def _answers() -> dict[int, Callable[[Image, bytes], bytes]]:
    return {
        1: _read_bits,
        2: _read_bits,
        3: _read_words,
        4: _read_words,
        5: _write_coil,
        6: _write_register,
        15: _write_coils,
        16: _write_registers,
    }


def _refuse(_image: Image, _request: bytes) -> bytes:
    raise BadRequest(ILLEGAL_FUNCTION)


def _read_bits(image: Image, request: bytes) -> bytes:
    start, count = struct.unpack_from(">HH", request, 1)
    cells = image.fetch(READS[request[0]], start, count)
    packed = sum(bit << place for place, bit in enumerate(cells))
    size = (count + 7) // 8
    return bytes([size]) + packed.to_bytes(size, "little")


def _read_words(image: Image, request: bytes) -> bytes:
    start, count = struct.unpack_from(">HH", request, 1)
    cells = image.fetch(READS[request[0]], start, count)
    return struct.pack(f">B{count}H", 2 * count, *cells)


def _write_coil(image: Image, request: bytes) -> bytes:
    start, value = struct.unpack_from(">HH", request, 1)
    if value not in (0x0000, 0xFF00):
        raise BadRequest(ILLEGAL_VALUE)
    image.write("coil", start, [int(value == 0xFF00)])
    return request[1:5]


def _write_register(image: Image, request: bytes) -> bytes:
    start, value = struct.unpack_from(">HH", request, 1)
    image.write("holding", start, [value])
    return request[1:5]


def _write_coils(image: Image, request: bytes) -> bytes:
    start, count, size = struct.unpack_from(">HHB", request, 1)
    packed = int.from_bytes(request[6 : 6 + size], "little")
    if size != (count + 7) // 8 or len(request) != 6 + size:
        raise BadRequest(ILLEGAL_VALUE)
    image.write("coil", start, [packed >> place & 1 for place in range(count)])
    return request[1:5]


def _write_registers(image: Image, request: bytes) -> bytes:
    start, count, size = struct.unpack_from(">HHB", request, 1)
    if size != 2 * count or len(request) != 6 + size:
        raise BadRequest(ILLEGAL_VALUE)
    image.write("holding", start, struct.unpack_from(f">{count}H", request, 6))
    return request[1:5]
