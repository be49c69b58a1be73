"""Whatever a scheme can hold comes back from its bits: rules I30, I32-I34."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codes import epc
from drivers.codes.digits import mod10
from drivers.codes.epc import aidc, hostnames
from drivers.codes.epc.bits import Reader, Writer
from drivers.codes.epc.keys import SGLN, SGTIN, Identity
from drivers.codes.epc.schemes import CLASSIC, PLUS, Classic, Plus
from drivers.codes.epc.signs import GS1
from drivers.codes.epc.values import Part
from tests.drivers.codes.epc.made import digits, fields, printed, signs

HOSTS = st.text("abcXYZ019-.", min_size=1, max_size=20).flatmap(
    lambda stem: st.sampled_from(["", ".co.jp", ".com", ".jp", ".tech", ".net.cn"]).map(lambda end: stem + end)
)
DATES = st.dates().map(lambda day: f"{day:%y%m%d}") | st.sampled_from(["990200", "000229"])
DATA = st.lists(
    st.tuples(st.just("10"), signs(20))
    | st.tuples(st.sampled_from(aidc.DATE_TYPES[:-1]), DATES)
    | st.tuples(st.just("3103"), digits(6))
    | st.tuples(st.just("30"), st.integers(1, 8).flatmap(digits))
    | st.tuples(st.just("7007"), st.tuples(DATES, DATES).map("".join)),
    max_size=3,
)


def loose(code: str) -> str:
    """The same code as another reader would give it: other case, another word of zeros."""
    return code.lower() + "0000"


@settings(deadline=None)
@given(st.sampled_from(CLASSIC).flatmap(lambda scheme: st.tuples(st.just(scheme), fields(scheme))), st.integers(0, 7))
def test_I34_a_classic_tag_says_what_was_written(made: tuple[Classic, Identity], filter_value: int) -> None:
    scheme, key = made
    code = epc.encode(key, scheme.name, filter_value=filter_value)
    tag = epc.decode(loose(code))
    assert (tag.identity, tag.scheme, tag.filter, tag.flaw) == (key, scheme.name, filter_value, None)
    assert tag.tag_uri is not None
    assert epc.from_tag_uri(tag.tag_uri) == code


@settings(deadline=None)
@given(st.sampled_from(CLASSIC).flatmap(fields))
def test_I33_every_form_outside_the_tag_comes_back(key: Identity) -> None:
    assert key.uri is not None
    assert epc.identity(key.uri) == key
    assert epc.identity(key.element, key.prefix_length) == key
    assert epc.identity(key.digital_link, key.prefix_length) == key


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(PLUS).flatmap(lambda scheme: st.tuples(st.just(scheme), printed(scheme))),
    st.integers(0, 7),
    DATA,
    st.tuples(st.sampled_from(aidc.DATE_TYPES), DATES),
    HOSTS,
)
def test_I30_a_plus_tag_says_what_was_written(
    made: tuple[Plus, Identity],
    filter_value: int,
    data: list[epc.Element],
    date: epc.Element,
    host: str,
) -> None:
    scheme, key = made
    told = ((date,) if scheme.dated else ()) + tuple(data)
    hostname = host if scheme.hosted else None
    code = epc.encode(key, scheme.name, filter_value=filter_value, data=told, hostname=hostname)
    tag = epc.decode(loose(code))
    assert (tag.identity, tag.scheme, tag.filter) == (key, scheme.name, filter_value)
    assert (tag.data, tag.hostname, tag.flaw) == (told, hostname, None)


@settings(deadline=None)
@given(st.sampled_from(sorted(aidc.LAYOUTS)), st.data())
def test_I30_every_element_that_can_follow_comes_back(ai: str, data: st.DataObject) -> None:
    value = "".join(data.draw(_part(part)) for part in aidc.LAYOUTS[ai])
    writer = Writer()
    try:
        aidc.write_data(writer, [(ai, value)])
    except epc.EpcError as exc:
        assert exc.flaw.fault in (epc.Fault.CHECK_DIGIT, epc.Fault.FORM)  # noqa: PT017  drawn without check digits
        return
    code = writer.hex()
    assert aidc.read_data(Reader(int(code, 16), 4 * len(code))) == ((ai, value),)


def _part(part: Part) -> st.SearchStrategy[str]:
    times = st.datetimes().map(lambda when: f"{when:%y%m%d%H%M%S}")
    return {
        "N": digits(part.size), "B": digits(part.size), "X": signs(max(part.size, 1)) if part.size else st.just(""),
        "V": st.integers(part.least, max(part.size, 1)).flatmap(digits), "D": DATES,
        "G": st.tuples(st.integers(1, 4).flatmap(digits), st.text("AZ/", max_size=9)).map("".join),
        "R": DATES | st.tuples(DATES, DATES).map("".join), "M": times.map(lambda text: text[:10]),
        "T": st.sampled_from([6, 8, 10, 12]).flatmap(lambda size: times.map(lambda text: text[:size])),
        "C": st.text("ABYZ", min_size=2, max_size=2), "F": st.sampled_from("01"), "S": st.sampled_from(["", "-"]),
        "Q": st.tuples(digits(1), digits(1)).map("/".join),
    }[part.method]  # fmt: skip


@given(HOSTS)
def test_I30_hostnames_come_back_in_no_more_bits_than_their_signs_need(host: str) -> None:
    writer = Writer()
    hostnames.write_hostname(writer, host)
    code = writer.hex()
    assert hostnames.read_hostname(Reader(int(code, 16), 4 * len(code))) == host
    assert 4 * len(code) <= 7 + 7 * len(host) + 15


def test_I30_the_tables_of_domains_stand_where_the_standard_has_them() -> None:
    assert {code: hostnames._LONG[code] for code in (0, 0b1110000, 127, 128, 0b0000001_1110100)} == {
        0: ".ac", 0b1110000: ".jp", 127: ".li", 128: ".lk", 0b0000001_1110100: ".zw",
    }  # fmt: skip
    assert hostnames._LONG[0b0000010_0001110] == ".co.jp"
    assert hostnames._LONG[0b0000010_0011111] == ".gov.cn"


@given(st.text(sorted(GS1), min_size=1, max_size=20))
def test_I33_a_serial_of_any_signs_passes_through_uri_and_link(serial: str) -> None:
    key = epc.identity(f"(01)04901234567894(21){serial}", 7)
    assert key.uri is not None
    assert epc.identity(key.uri) == key == epc.identity(key.digital_link, 7)


def test_I34_a_location_without_extension_has_none_in_any_printed_form() -> None:
    key = epc.identity("(414)4912345000019", 7)
    assert (key.serial, key.element) == ("0", "(414)4912345000019")
    assert key.uri == "urn:epc:id:sgln:4912345.00001.0"
    assert epc.decode(epc.encode(key, "sgln-96")).element == key.element
    assert key.key is SGLN


@given(st.sampled_from([7, 9, 10, 12]), digits(11), signs(20))
def test_I34_the_prefix_of_a_plus_tag_is_data(length: int, body: str, serial: str) -> None:
    number = "049" + body[:10]
    number += mod10(number)
    code = epc.encode(epc.checked(SGTIN, number, serial), "sgtin+")
    tag = epc.decode(code)
    assert tag.uri is None
    assert tag.identity is not None
    uri = epc.checked(tag.identity.key, tag.identity.number, tag.identity.serial, length).uri
    assert uri is not None
    assert uri.startswith(f"urn:epc:id:sgtin:{number[1 : 1 + length]}.")
