"""Patterns over tags: each says yes to its own and no to others, and what is no pattern is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.epc import decode, encode, from_tag_uri
from drivers.codes.epc.uris import identity
from drivers.rfid.patterns import BadPattern, Wanted, read_pattern

SGTIN = from_tag_uri("urn:epc:tag:sgtin-96:3.4912345.000001.77")
LONG = encode(identity("urn:epc:id:sgtin:4912345.000001.A.7%2F1"), "sgtin-198", filter_value=3)
SSCC = from_tag_uri("urn:epc:tag:sscc-96:2.4912345.0000000003")
STRANGE = "E2801160600002054CC2096F"
PLUS = "FB342CDE795211411234538566CB0AFC4"


@pytest.mark.parametrize(
    ("pattern", "tags"),
    [
        ("urn:epc:pat:sgtin-96:*.*.*.*", [SGTIN]),
        ("urn:epc:pat:sgtin-96:3.4912345.000001.77", [SGTIN]),
        ("urn:epc:pat:sgtin-96:*.4912345.*.*", [SGTIN]),
        ("urn:epc:pat:sgtin-96:[2-4].4912345.000001.[70-80]", [SGTIN]),
        ("urn:epc:pat:sgtin-96:1.*.*.*", []),
        ("urn:epc:pat:sgtin-96:*.4912346.*.*", []),
        ("urn:epc:pat:sgtin-96:*.4912345.*.[78-90]", []),
        ("urn:epc:pat:sgtin-198:*.4912345.*.*", [LONG]),
        ("urn:epc:pat:sgtin-198:*.4912345.000001.A.7%2F1", [LONG]),
        ("urn:epc:pat:sgtin-198:*.4912345.*.[1-9]", []),
        ("urn:epc:pat:sscc-96:*.4912345.*", [SSCC]),
        ("urn:epc:idpat:sgtin:4912345.*.*", [SGTIN, LONG]),
        ("urn:epc:idpat:sgtin:*.*.77", [SGTIN]),
        ("urn:epc:idpat:sscc:4912345.*", [SSCC]),
        ("hex:e280", [STRANGE]),
        ("hex:3", [SGTIN, LONG, SSCC]),
        ("hex:FB", [PLUS]),
        ("urn:epc:idpat:sgtin:*.*.*", [SGTIN, LONG]),
    ],
)
def test_a_pattern_fits_its_own_and_no_others(pattern: str, tags: list[str]) -> None:
    asked = read_pattern(pattern)
    assert [tag for tag in (SGTIN, LONG, SSCC, STRANGE, PLUS) if asked.fits(tag, 4 * len(tag))] == tags


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("", ""),
        ("3034", "3034"),
        ("hex:", ""),
        ("hex:30G4", "30G4"),
        ("urn:epc:id:sgtin:4912345.000001.77", "urn:epc:id:sgtin:4912345.000001.77"),
        ("urn:epc:pat:sgtin-97:*.*.*.*", "sgtin-97"),
        ("urn:epc:pat:sgtin+:*.*.*.*", "sgtin+"),
        ("urn:epc:pat:sgtin-96:*.*.*", "*.*"),
        ("urn:epc:pat:sgtin-96:8.*.*.*", "8"),
        ("urn:epc:pat:sgtin-96:[5-8].*.*.*", "[5-8]"),
        ("urn:epc:pat:sgtin-96:*.49*.*.*", "49*"),
        ("urn:epc:pat:sgtin-96:*..*.*", ""),
        ("urn:epc:pat:sgtin-96:*.*.*.[9-1]", "[9-1]"),
        ("urn:epc:pat:sgtin-198:*.*.*.A/1", "A/1"),
        ("urn:epc:idpat:pallet:*.*", "pallet"),
        ("urn:epc:idpat:sscc:*", "*"),
    ],
)
def test_what_is_no_pattern_is_refused_with_the_part_that_does_not_hold(pattern: str, part: str) -> None:
    with pytest.raises(BadPattern) as refused:
        read_pattern(pattern)
    assert (refused.value.text, refused.value.part) == (pattern, part)


@given(st.binary(min_size=1, max_size=40), st.integers(1, 8))
def test_I14_the_first_digits_of_any_tag_fit_it(code: bytes, digits: int) -> None:
    text = code.hex().upper()
    assert read_pattern(f"hex:{text[:digits].lower()}").fits(text)


@given(st.integers(1, 9_999_999), st.integers(0, 274_877_906_943), st.integers(0, 7))
def test_a_tag_fits_the_pattern_of_its_own_uri(reference: int, serial: int, filter_value: int) -> None:
    pure = f"urn:epc:id:sgtin:0614141.{reference % 1_000_000:06d}.{serial}"
    code = encode(identity(pure), "sgtin-96", filter_value=filter_value)
    tag = decode(code)
    assert tag.tag_uri is not None
    assert tag.uri is not None
    assert read_pattern(tag.tag_uri.replace(":tag:", ":pat:")).fits(code)
    assert read_pattern(tag.uri.replace(":id:", ":idpat:")).fits(code)
    assert not read_pattern(f"urn:epc:idpat:sgtin:0614141.*.[{serial + 1}-{serial + 2}]").fits(code)


def test_without_patterns_every_tag_is_wanted_and_an_excluded_one_never() -> None:
    assert all(Wanted()(tag) for tag in (SGTIN, STRANGE))
    only = Wanted([read_pattern("urn:epc:idpat:sgtin:*.*.*")], [read_pattern(f"hex:{LONG[:30]}")])
    assert [tag for tag in (SGTIN, LONG, SSCC, STRANGE) if only(tag)] == [SGTIN]
    assert [tag for tag in (SGTIN, STRANGE) if Wanted(exclude=[read_pattern("hex:E2")])(tag)] == [SGTIN]
    assert not only(SGTIN, 96, 0x3100), "an application family identifier makes it no EPC"
