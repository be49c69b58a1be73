"""What is fuzzed: every decoder of bytes that come from a device, with what must hold whatever they are."""

import json
import re
import zlib
from collections.abc import Callable, Coroutine, Iterable
from typing import TypeVar, cast

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, WriteMultipleRegistersRequest

from drivers.codes import epc, gs1, read
from drivers.modbus import rtu
from drivers.modbus.asking import AskingPort
from drivers.modbus.port import ModbusLost, Refused, Table
from drivers.printer.status import StatusReader
from drivers.rfid.chafon import framing as chafon
from drivers.rfid.chafon import inventory
from drivers.rfid.impinj import events
from drivers.rfid.impinj.lines import Cutter as LineCutter
from drivers.rfid.llrp import framing as llrp
from drivers.rfid.llrp import wire
from drivers.rfid.stats import Rubbish
from drivers.rfid.zebra import messages
from drivers.scale.protocol import read_line
from drivers.scanner.framing import LONGEST_CODE, Framing, Piece
from drivers.scanner.framing import Cutter as CodeCutter
from tests.drivers.codes.epc.examples import EXAMPLES
from tests.drivers.rfid.chafon.test_parts import CAPTURED
from tests.drivers.rfid.llrp.test_parts import STREAM, message, tlv
from tests.fuzz.guide import Target

T = TypeVar("T")

PORTION = 7
"""Bytes that a stream gives at once the second time: no format has a field of seven."""


def portions(data: bytes) -> Iterable[bytes]:
    """The same bytes as a slow line brings them."""
    return (data[at : at + PORTION] for at in range(0, len(data), PORTION))


def llrp_stream(data: bytes) -> None:
    """Frames come out alike however they arrive, nothing is lost, and a message is read or refused."""
    whole, slow = llrp.Cutter(), llrp.Cutter()
    pieces = whole.feed(data)
    frames = [piece for piece in pieces if isinstance(piece, llrp.Frame)]
    again = [piece for part in portions(data) for piece in slow.feed(part) if isinstance(piece, llrp.Frame)]
    assert frames == again
    assert sum(len(piece.data) for piece in pieces) + whole.waiting == len(data)
    for frame in frames:
        try:
            heard = wire.decode(frame.data)
        except wire.WireError:
            continue
        wire.event(heard)
        wire.refusal(heard)
        for tag in wire.tags(heard) or []:
            assert len(tag.epc) == (tag.bits + 3) // 4
            epc.decode(tag.epc, tag.bits, tag.pc)
        try:
            wire.capabilities(heard)
        except wire.WireError:
            continue


def llrp_mend(data: bytes) -> bytes:
    """Give the first message the length that the bytes have."""
    return data[:2] + len(data).to_bytes(4, "big") + data[6:] if len(data) >= llrp.HEADER else data


def chafon_stream(data: bytes) -> None:
    """Answers come out alike however they arrive; their tags are read or refused."""
    whole, slow = chafon.Cutter(), chafon.Cutter()
    pieces = [*whole.feed(data), *whole.quiet()]
    answers = [piece for piece in pieces if isinstance(piece, chafon.Answer)]
    again = [*(piece for part in portions(data) for piece in slow.feed(part)), *slow.quiet()]
    assert answers == [piece for piece in again if isinstance(piece, chafon.Answer)]
    rubbish = sum(len(piece.data) for piece in pieces if isinstance(piece, Rubbish))
    assert rubbish + sum(len(answer.data) + 6 for answer in answers) == len(data)
    assert whole.waiting == slow.waiting == 0
    for answer in answers:
        try:
            tags = inventory.tags(answer)
        except ValueError:
            continue
        assert all(4 * len(tag.epc) == tag.bits for tag in tags)


def chafon_mend(data: bytes) -> bytes:
    """Make one good frame of the bytes."""
    body = data[1:-2][:250]
    frame = bytes([len(body) + 2]) + body
    return frame + chafon.crc16(frame).to_bytes(2, "little")


def tag_bits(data: bytes) -> None:
    """A tag is understood or kept; what is understood can be written and read again."""
    tag = epc.decode(data)
    assert bytes.fromhex(tag.hex) == data
    assert tag.flaw is None or str(tag.flaw)
    if tag.identity is None or tag.scheme is None or tag.filter is None:
        return
    assert epc.identity(tag.identity.element, tag.identity.prefix_length) == tag.identity
    assert tag.digital_link
    if tag.uri is not None and tag.tag_uri is not None:
        assert epc.identity(tag.uri) == epc.identity(tag.tag_uri) == tag.identity
    japan = (tag.identity.fields or ("",))[0].startswith(("45", "49"))
    if not japan:
        code = epc.encode(tag.identity, tag.scheme, filter_value=tag.filter, data=tag.data, hostname=tag.hostname)
        again = epc.decode(code)
        assert (again.identity, again.data, again.hostname) == (tag.identity, tag.data, tag.hostname)


def key_text(data: bytes) -> None:
    """A text names a key or is refused; what it names comes back from its element string."""
    known = epc.identity(data.decode("latin-1"))
    assert epc.identity(known.element, known.prefix_length) == known


def scanned(data: bytes) -> None:
    """What a scanner sends always means something, and never stops anything."""
    code = read(data.decode("utf-8", "replace"))
    assert code.meanings
    gs1.parse(code.text)


REQUESTS: tuple[ModbusPDU, ...] = (
    ReadHoldingRegistersRequest(address=0, count=2, dev_id=1),
    ReadCoilsRequest(address=0, count=10, dev_id=1),
    WriteSingleCoilRequest(address=3, bits=[True], dev_id=1),
    WriteMultipleRegistersRequest(address=3, registers=[1, 2], dev_id=1),
)


def modbus_answers(data: bytes) -> None:
    """An answer is the unit's own and of the function asked, or none is found."""
    for request in REQUESTS:
        answer = rtu.find_answer(data, request)
        if answer is not None:
            assert answer.dev_id == request.dev_id
            assert answer.function_code & 0x7F == request.function_code
            assert answer.isError() or answer.function_code == request.function_code


class Heard(AskingPort):
    """A port whose line has already brought an answer."""

    def __init__(self, answer: ModbusPDU) -> None:
        super().__init__(1)
        self._answer = answer
        self.distrusted = False

    async def _exchange(self, request: ModbusPDU) -> ModbusPDU:  # noqa: ARG002  it came before the question
        return self._answer

    def _distrust(self) -> None:
        self.distrusted = True


def modbus_values(data: bytes) -> None:
    """What was asked for is what comes, bit by bit and word by word, or an error of ours."""
    for request in REQUESTS:
        answer = rtu.find_answer(data, request)
        if answer is None:
            continue
        for table in Table:
            port = Heard(answer)
            try:
                if table.bits:
                    assert [type(bit) for bit in done(port.read_bits(table, 0, 10))] == [bool] * 10
                else:
                    assert all(0 <= word <= 0xFFFF for word in done(port.read_words(table, 0, 2)))
                done(port.write_coil(3, value=True))
            except (ModbusLost, Refused):
                continue


def done(work: Coroutine[object, None, T]) -> T:
    """Run what waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    raise AssertionError("it waits")


def modbus_mend(data: bytes) -> bytes:
    """Make one good frame of the bytes."""
    body = data[:-2]
    return body + rtu.FRAMER.compute_CRC(body).to_bytes(2, "big")


def modbus_frame(text: str) -> bytes:
    return modbus_mend(bytes.fromhex(text) + b"..")


def scanner_line(framing: Framing) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        """Codes come out alike however they arrive; nothing is held beyond the longest code."""
        whole, slow = CodeCutter(framing), CodeCutter(framing)
        pieces: list[Piece] = [*whole.feed(data), *whole.silence()]
        again = [*(piece for part in portions(data) for piece in slow.feed(part)), *slow.silence()]
        assert pieces == again
        assert not whole.waiting
        assert all(len(piece) <= LONGEST_CODE for piece in pieces if isinstance(piece, str))

    return run


def scale_line(data: bytes) -> None:
    """A line gives a weight, a word of the scale's, or is refused."""
    reading = read_line(data.decode("ascii"))
    assert reading.grams is None or isinstance(reading.grams, int)


def printer_status(data: bytes) -> None:
    """A report is read or skipped."""
    reader = StatusReader()
    for part in portions(data):
        assert all(report.waiting >= 0 for report in reader.feed(part))


def impinj_stream(data: bytes) -> None:
    """Lines come out alike however they arrive; each is an event or refused."""
    whole, slow = LineCutter(), LineCutter()
    lines, _ = whole.feed(data)
    assert lines == [line for part in portions(data) for line in slow.feed(part)[0]]
    for line in lines:
        try:
            heard = events.read(line)
        except ValueError:
            continue
        if isinstance(heard, events.Tag):
            epc.decode(heard.epc, heard.bits)


def writable(event: object) -> bool:
    """What was read can be kept: it has whole characters only."""
    try:
        return bool(json.dumps(event, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


def zebra_message(data: bytes) -> None:
    """Events are tags or refused, one by one."""
    for event in messages.objects(data):
        assert writable(event)
        try:
            tag = messages.tag(event)
        except ValueError:
            continue
        epc.decode(tag.epc, tag.bits, tag.pc)


IMPINJ = (
    b'{"timestamp":"2026-09-07T12:50:36.194+0000","hostname":"r","eventType":"tagInventory","tagInventoryEvent":'
    b'{"epc":"MIZ","epcHex":"3066C4409047E140075BCD15","antennaPort":1,"peakRssiCdbm":-5350,'
    b'"lastSeenTime":"2026-09-07T12:50:36.1Z"}}\n'
)
ZEBRA = (
    b'[{"data":{"eventNum":7,"idHex":"3066C4409047E140075BCD15","antenna":1,"peakRssi":-53,"reads":2,"PC":"3000"},'
    b'"timestamp":"2026-09-07T12:50:36.194+0000","type":"CUSTOM"}]'
)
DEEP = 1200
"""Nested deeper than Python's stack."""
JSON_WORDS = (
    b"{", b"}", b"[" * DEEP, b"]", b'":', b",", b"null", b"true", b"1e999", b"-1e999", b"NaN", b"Infinity", b"9" * 400,
    b'"', b'"epcHex":"', b'"epc":"', b'"idHex":"', b'"antennaPort":', b'"peakRssiCdbm":', b'"peakRssi":', b'"reads":',
    b'"PC":"', b'"lastSeenTime":"', b'"timestamp":"', b'"tagInventoryEvent":{', b'"antennaDisconnectedEvent":{}',
    b"\\ud800", b"0x_1", b"\n", "１".encode(), b"9999-12-31T23:59:59.9-23:59", b"0001-01-01T00:00:00+23:59",
)  # fmt: skip
JSON_VALUES = (
    b"null", b"true", b"[]", b"{}", b"1e999", b"-1e999", b"NaN", b"Infinity", b"9" * 400, b"9" * 5000, b"-1", b"0.5",
    b'""', b'"zz"', b'"0x1F"', b'"1_0"', b'" 12"', b'"-12"', '"１２"'.encode(), b'"9999-12-31T23:59:59.9-23:59"',
    b'"0001-01-01T00:00:00+23:59"', b'"\\ud800"', b"[" * DEEP, b'{"a":' * DEEP, b"[[]]", b'"' + b"A" * 3000 + b'"',
    b"[" * 900 + b"]" * 900,
)  # fmt: skip
JSON_VALUE = re.compile(rb'(?<=:)("[^"]*"|[^\s,{}\[\]]+)')


def json_mend(seed: bytes) -> Callable[[bytes], bytes]:
    """Put strange values into a good message; the bytes say which. No change of single bytes gets so far."""

    def mend(data: bytes) -> bytes:
        places = list(JSON_VALUE.finditer(seed))
        number = zlib.crc32(data)
        changed = seed
        for place in sorted(
            (places[number % len(places)], places[(number >> 8) % len(places)]), key=lambda it: -it.start()
        ):
            changed = changed[: place.start()] + JSON_VALUES[number % len(JSON_VALUES)] + changed[place.end() :]
            number >>= 16
        return changed

    return mend


EPC_SEEDS = tuple(bytes.fromhex(example.hex.ljust(-(-len(example.hex) // 2) * 2, "0")) for example in EXAMPLES)
GS1_WORDS = (
    b"01", b"21", b"10", b"17", b"8003", b"00", b"\x1d", b"(01)", b"(21)", b"]C1", b"]d2", b"%2F", b".", b"|", b"/21/",
    b"urn:epc:id:sgtin:", b"04901234567894", b"https://id.gs1.org/01/", b"urn:epc:tag:giai-202:1.", "４９".encode(),
    b"(8010)", b"(8011)",
)  # fmt: skip
MODBUS_SEEDS = ("0103040001FFFF", "010102FF03", "01050003FF00", "011000030002", "018302", "0181")
LLRP_SEEDS = (
    *STREAM, b"".join(STREAM), message(100, tlv(287, b"\x00\x65\x00\x03bad")), message(11, tlv(287, bytes(4))),
    message(63, tlv(246, tlv(128, bytes(8)) + tlv(256, b"\x00\x01"))), wire.get_capabilities().to_bytes(message_id=1),
    wire.add_rospec(antennas=(1, 2), period_ms=500, report_every=1, session=1).to_bytes(message_id=2),
)  # fmt: skip
LLRP_WORDS = (tlv(241, bytes(13)), tlv(240, b""), tlv(246, b""), tlv(287, bytes(4)), b"\x8d", b"\x81\x00\x01")
KEY_SEEDS = tuple(
    text.encode() for example in EXAMPLES for text in (example.element, example.tag_uri or "urn:epc:id:sscc:1.2")
)
CODE_SEEDS = (
    b"]C10104901234567894172712001021L9\x1d21ABC", b"4901234567894", b"123456789013", b"(01)04901234567894(21)A",
    b"3066C4409047E140075BCD15", "４９０１２３４５６７８９４".encode(), b"urn:epc:id:sscc:4912345.0000000001",
)  # fmt: skip
CAPTURED_HEADS = (b"\x15\x00\x01\x03\x01\x01\x0c", b"\x05\x00\x01\x01")
CHAFON_SEEDS = (*CAPTURED, b"".join(CAPTURED))
SCANNER_SEEDS = (b"4901234567894\r\n", b"ERROR\r", b"\x02ABC\x1d12\r", "日本".encode("cp932") + b"\n")
SCALE_SEEDS = (b"ST,GS,+0012.34 kg", b"S S     100.00 g", b"S I", b"OL", b"1.5kg", b"US,NT,-  5g")
SCALE_WORDS = (b"ST,", b"GS,", b"kg", b"S D ", b"9" * 60, b".", b"e9", b"t", b" ")
PRINTER_SEEDS = (
    b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n",
)
UNENDED = Framing(terminated=False, prefix="<", suffix=">")

TARGETS = (
    Target("llrp", llrp_stream, (), ("rfid/llrp/", "llrpkit/protocol/"), LLRP_SEEDS, LLRP_WORDS, llrp_mend),
    Target("chafon", chafon_stream, (), ("rfid/chafon/",), CHAFON_SEEDS, CAPTURED_HEADS, chafon_mend, longest=600),
    Target("epc", tag_bits, (), ("codes/epc/",), EPC_SEEDS, tuple(seed[:2] for seed in EPC_SEEDS), longest=64),
    Target("epc text", key_text, (epc.EpcError,), ("codes/epc/",), KEY_SEEDS, GS1_WORDS, longest=120),
    Target("codes", scanned, (), ("drivers/codes/",), CODE_SEEDS, GS1_WORDS, longest=120, share=2),
    Target(
        "modbus", modbus_answers, (), ("drivers/modbus/", "pymodbus/pdu/"), tuple(map(modbus_frame, MODBUS_SEEDS)),
        (b"\x01\x03", b"\x01\x01", b"\x01\x83\x0b"), modbus_mend, longest=300,
    ),
    Target(
        "modbus values", modbus_values, (), ("drivers/modbus/", "pymodbus/pdu/"),
        tuple(map(modbus_frame, MODBUS_SEEDS)), (b"\x01\x03", b"\x01\x01", b"\x01\x83\x0b"), modbus_mend, longest=300,
    ),
    Target("scanner", scanner_line(Framing()), (), ("drivers/scanner/",), SCANNER_SEEDS, (b"ERROR", b"\r\n", b"\0")),
    Target(
        "scanner without ends", scanner_line(UNENDED), (), ("drivers/scanner/",), (b"<49>", b"<ERROR>"),
        (b"<", b">", b"A" * 5000), longest=12_000, share=40,
    ),
    Target("scale", scale_line, (ValueError,), ("drivers/scale/",), SCALE_SEEDS, SCALE_WORDS, longest=256),
    Target("printer", printer_status, (), ("drivers/printer/",), PRINTER_SEEDS, (b"\x02", b"\x03", b",", b"9" * 50)),
    Target(
        "impinj", impinj_stream, (), ("rfid/impinj/", "rfid/told"), (IMPINJ, b'{"overflowEvent":{}}\n\r\n', b"\n"),
        JSON_WORDS, json_mend(IMPINJ), longest=8000, share=8,
    ),
    Target(
        "zebra", zebra_message, (ValueError,), ("rfid/zebra/", "rfid/told"), (ZEBRA, ZEBRA[1:-1]), JSON_WORDS,
        json_mend(ZEBRA), longest=8000,
    ),
)  # fmt: skip
