"""What does not hold is not believed, and says why: rules I14, I31-I34."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes import epc, gs1
from drivers.codes.epc import Fault
from drivers.codes.epc.bits import Writer
from drivers.codes.epc.hostnames import write_hostname
from drivers.codes.epc.schemes import BY_HEADER
from tests.drivers.codes.epc.examples import EXAMPLES, Example

BY_NAME = {example.scheme: example for example in EXAMPLES}


def changed(scheme: str, at: int, size: int, value: int) -> str:
    """An example with some of its bits set to another value."""
    text = BY_NAME[scheme].hex
    place = 4 * len(text) - at - size
    bits = int(text, 16) & ~((1 << size) - 1 << place) | value << place
    return f"{bits:0{len(text)}X}"


def wordless(limit: str) -> bool:
    """A limit stands in sentences of both languages: it has figures and forms, no words."""
    return not re.search("[a-z]{3,}", re.sub(r"https?://(host/AI/value)?|urn:epc:(id|tag):", "", limit))


@pytest.mark.parametrize(
    ("code", "field", "fault"),
    [
        (changed("sgtin-96", 11, 3, 7), "partition", Fault.PARTITION),
        (changed("grai-170", 11, 3, 7), "partition", Fault.PARTITION),
        (changed("sscc-96", 14, 20, 10**6), "company prefix", Fault.RANGE),
        (changed("gsrn-96", 14 + 24, 34, 10**10), "reference", Fault.RANGE),
        (changed("sscc-96", 95, 1, 1), "reserved", Fault.RESERVED),
        (changed("gsrnp-96", 72, 1, 1), "reserved", Fault.RESERVED),
        (changed("itip-110", 58, 7, 100), "piece", Fault.RANGE),
        (changed("sgcn-96", 55, 41, 1), "serial", Fault.FORM),
        (changed("sgcn-96", 55, 41, 25), "serial", Fault.FORM),
        (changed("sgtin-198", 58, 7, 0), "serial", Fault.PADDING),
        (changed("sgtin-198", 58, 140, 0), "serial", Fault.SIZE),
        (changed("sgtin-198", 58, 7, 0x20), "serial", Fault.CHARACTER),
        (changed("sgtin-198", 197, 1, 1), "serial", Fault.PADDING),
        (changed("giai-202", 201, 1, 1), "reference", Fault.PADDING),
        (changed("cpi-var", 38, 6, 0), "reference", Fault.SIZE),
        (changed("cpi-var", 38, 6, 0x2E), "reference", Fault.CHARACTER),
        (changed("sgtin-198", 198, 1, 1), "end", Fault.PADDING),
        (BY_NAME["sgtin-96"].hex + "0001", "end", Fault.PADDING),
        (BY_NAME["sgtin-96"].hex[:-1], "serial", Fault.SHORT),
        (changed("sgtin+", 64, 4, 4), "sgtin", Fault.CHECK_DIGIT),
        (changed("sgtin+", 12, 4, 0xA), "sgtin", Fault.CHARACTER),
        (changed("sscc+", 12, 4, 1), "sscc", Fault.CHECK_DIGIT),
        (changed("grai+", 12, 4, 1), "grai", Fault.RESERVED),
        (changed("sgtin+", 68, 3, 6), "serial", Fault.RESERVED),
        (changed("sgtin+", 71, 5, 21), "serial", Fault.LENGTH),
        (changed("sgtin+", 71, 5, 0), "serial", Fault.LENGTH),
        (changed("sgtin+", 76, 7, 0x24), "serial", Fault.CHARACTER),
        (changed("gdti+", 72, 14, 10**4), "serial", Fault.RANGE),
        (changed("dsgtin+", 12, 4, 7), "date", Fault.RESERVED),
        (changed("dsgtin+", 23, 4, 13), "date", Fault.DATE),
        (changed("dsgtin+", 27, 5, 31), "date", Fault.DATE),
        (changed("giai+", 12, 4, 0xB), "giai", Fault.CHARACTER),
        (changed("giai+", 12, 4, 0xF), "giai", Fault.SIZE),
        (changed("sscc++", 85, 6, 0), "hostname", Fault.SIZE),
        (changed("sscc++", 91, 7, 0x2F), "hostname", Fault.CHARACTER),
        (changed("sgln+", 107, 1, 1), "end", Fault.PADDING),
        (BY_NAME["sgtin+"].hex[:-4], "serial", Fault.SHORT),
        (BY_NAME["sgtin+"].hex + "01", "end", Fault.PADDING),
    ],
)  # fmt: skip
def test_I31_bits_that_do_not_hold_say_what_is_wrong(code: str, field: str, fault: Fault) -> None:
    tag = epc.decode(code)
    assert (tag.hex, tag.is_gs1, tag.uri, tag.element) == (code, False, None, None)
    assert tag.flaw is not None
    assert (tag.flaw.field, tag.flaw.fault) == (field, fault)
    assert wordless(tag.flaw.limit)
    assert tag.raw_uri == f"urn:epc:raw:{4 * len(code)}.x{code}"


@pytest.mark.parametrize(
    ("more", "field", "fault"),
    [
        ("", "data", Fault.NO_DATA),
        ("10", "10", Fault.SHORT),
        ("A1", "data", Fault.RESERVED),
        ("0300", "data", Fault.ELEMENT),
        ("17FFFF", "17", Fault.DATE),
        ("8099", "data", Fault.ELEMENT),
        ("0112345678901234", "01", Fault.CHECK_DIGIT),
        ("00" + 18 * "0" + "10", "00", Fault.FORM),  # nothing but zeros: at the end nobody could tell it from padding
    ],
)
def test_I14_data_that_cannot_be_read_leave_the_key_as_it_is(more: str, field: str, fault: Fault) -> None:
    code = changed("sscc+", 8, 1, 1) + more  # the toggle says that data follow
    tag = epc.decode(code)
    assert (tag.sscc, tag.scheme, tag.data) == ("095201234567891235", "sscc+", ())
    assert tag.flaw is not None
    assert (tag.flaw.field, tag.flaw.fault) == (field, fault)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.scheme)
def test_I31_no_code_holds_when_it_is_cut_anywhere(example: Example) -> None:
    whole = epc.decode(example.hex)
    size = 4 * len(example.hex)
    holding = [bits for bits in range(size) if epc.decode(example.hex, bits).is_gs1]
    assert holding == list(range(size - len(holding), size))
    assert all(epc.decode(example.hex, bits).identity == whole.identity for bits in holding)
    assert all(epc.decode(example.hex, bits).flaw for bits in range(8, size - len(holding)))


@given(st.integers(0, 255).filter(lambda header: header not in BY_HEADER), st.binary(min_size=11, max_size=30))
def test_I14_a_header_that_is_not_a_gs1_keys_is_no_fault(header: int, rest: bytes) -> None:
    tag = epc.decode(bytes([header]) + rest)
    assert (tag.is_gs1, tag.flaw, tag.bits) == (False, None, 8 * len(rest) + 8)


@given(st.sampled_from(sorted(BY_HEADER)), st.binary(max_size=40), st.integers(-4, 400))
def test_I14_no_bits_stop_the_reader(header: int, rest: bytes, bits: int) -> None:
    tag = epc.decode(bytes([header]) + rest, bits)
    assert tag.hex == f"{header:02X}{rest.hex().upper()}"
    if tag.identity is not None:
        again = epc.identity(tag.identity.element, tag.identity.prefix_length)
        assert again == tag.identity


@pytest.mark.parametrize("text", ["3066C440904 7E140075BCD15", "0x3066", "30_66", "-1", "＃", "３０６６"])
def test_I14_what_is_not_hexadecimal_is_said_to_be_so(text: str) -> None:
    with pytest.raises(epc.EpcError, match="hexadecimal"):
        epc.decode(text)


GTIN = "(01)04901234567894(21)"


def write(text: str, scheme: str, length: int | None = 7) -> Callable[[], str]:
    return lambda: epc.encode(epc.identity(text, length), scheme)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (write(GTIN + "007", "sgtin-96"), Fault.INTEGER),
        (write(GTIN + "274877906944", "sgtin-96"), Fault.INTEGER),
        (write(GTIN + "A", "sgtin-96"), Fault.INTEGER),
        (write(GTIN + "A", "sgtin-96", None), Fault.PREFIX),
        (write(GTIN + "1", "sgtin-96", 8), Fault.JAPAN),
        (write(GTIN + "1", "sgtin-96", 13), Fault.PREFIX),
        (write(GTIN + "1", "sscc-96"), Fault.SCHEME),
        (write(GTIN + "1", "sgtin-97"), Fault.SCHEME),
        (write(GTIN + "1", "sgtin++"), Fault.SCHEME),
        (write(GTIN + "1", "dsgtin+"), Fault.DATE),
        (write(GTIN + "A" * 21, "sgtin+"), Fault.SIZE),
        (write(GTIN, "sgtin+"), Fault.SIZE),
        (write(GTIN + "A B", "sgtin+"), Fault.CHARACTER),
        (write("(01)04901234567895(21)1", "sgtin-96"), Fault.CHECK_DIGIT),
        (write("(01)4901234567894(21)1", "sgtin-96"), Fault.FORM),
        (write("(8003)14901234567894A", "grai-170"), Fault.FORM),
        (write("(8003)04901234567894", "grai-170"), Fault.SIZE),
        (write("(8004)49", "giai-202", None), Fault.SIZE),
        (write("(8004)49AB567X", "giai-202", None), Fault.CHARACTER),
        (write("(10)ABC", "sgtin-96"), Fault.ELEMENT),
        (write("(01)", "sgtin-96"), Fault.DIGITS),
        (write("ABC", "sgtin-96"), Fault.FORM),
        (write("https://example.jp/10/A", "sgtin-96"), Fault.FORM),
        (write("https://example.jp/01/04901234567894/10/A", "sgtin-96"), Fault.FORM),
        (write("https://example.jp/01/%E3%81%82", "sgtin-96"), Fault.FORM),
        (write("https://[/01/1", "sgtin-96"), Fault.FORM),
        (write("urn:epc:id:gid:1.2.3", "sgtin-96"), Fault.SCHEME),
        (write("urn:epc:id:sgtin:4901234.056789", "sgtin-96"), Fault.FORM),
        (write("urn:epc:id:sgtin:4901234.05678.1", "sgtin-96"), Fault.DIGITS),
        (write("urn:epc:id:sgtin:490123X.056789.1", "sgtin-96"), Fault.CHARACTER),
        (write("urn:epc:id:sgtin:4901234.056789.a/b", "sgtin-198"), Fault.CHARACTER),
        (write("urn:epc:id:sgtin:4901234.056789.a%41", "sgtin-198"), Fault.CHARACTER),
        (write("urn:epc:id:sgtin:4901234.056789.a%2", "sgtin-198"), Fault.CHARACTER),
        (lambda: epc.from_tag_uri("urn:epc:tag:sgtin-96:8.4901234.056789.1"), Fault.RANGE),
        (lambda: epc.from_tag_uri("urn:epc:tag:sgtin+:1.4901234.056789.1"), Fault.SCHEME),
        (lambda: epc.encode(epc.identity(GTIN + "1", 7), "sgtin-96", filter_value=8), Fault.RANGE),
        (lambda: epc.encode(epc.identity(GTIN + "1", 7), "sgtin-96", data=[("10", "A")]), Fault.SCHEME),
        (lambda: epc.encode(epc.identity(GTIN + "1"), "sgtin+", data=[("03", "A")]), Fault.ELEMENT),
        (lambda: epc.encode(epc.identity(GTIN + "1"), "sgtin+", data=[("17", "261301")]), Fault.DATE),
        (lambda: epc.encode(epc.identity(GTIN + "1"), "sgtin+", data=[("8008", "26110124")]), None),
        (lambda: epc.encode(epc.identity(GTIN + "1"), "sgtin+", data=[("8008", "2611012401")]), Fault.DATE),
        (lambda: epc.encode(epc.identity(GTIN + "1"), "dsgtin+", data=[("10", "A")]), Fault.ELEMENT),
        (lambda: epc.encode(epc.identity(GTIN + "1"), "sgtin++", hostname="a/b"), Fault.CHARACTER),
    ],
)  # fmt: skip
def test_I32_what_does_not_fit_is_refused_never_cut(made: Callable[[], str], fault: Fault | None) -> None:
    if fault is None:
        assert epc.decode(made()).is_gs1
        return
    with pytest.raises(epc.EpcError) as caught:
        made()
    assert caught.value.flaw.fault is fault
    assert wordless(caught.value.flaw.limit)


def test_I34_a_japanese_prefix_of_eight_digits_is_read_all_the_same() -> None:
    writer_of_another_make = "urn:epc:id:sgtin:49012345.06789.1"
    known = epc.identity(writer_of_another_make)
    assert known.gtin == gs1.gtin(known.number)
    assert known.uri == writer_of_another_make


def test_I30_a_host_goes_the_shorter_way() -> None:
    for host, plain in (("ABCDEF.JP", True), ("abc.co.jp", False)):
        writer = Writer()
        write_hostname(writer, host)
        assert (int(writer.hex()[0], 16) < 8) is plain
