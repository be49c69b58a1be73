"""Codes of a site's own, by pattern."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes import BadOwn, Kind, Own, own_pattern, read
from drivers.codes.digits import mod10

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("pattern", "text", "own"),
    [
        ("{item}/{lot}/{expiry:6}", "A-4711/L5/270331", Own("x", "A-4711", "L5", None, "270331")),
        ("{item}/{lot}/{expiry:8}", "A-4711/L5/20270331", Own("x", "A-4711", "L5", None, "20270331")),
        ("2{item:6}{skip:5}{check}", "2123456004809", Own("x", "123456")),
        ("{item:5}{serial}", "12345ABC", Own("x", "12345", None, "ABC")),
        ("{item}/{lot}", "A/B/C", Own("x", "A", "B/C")),
        ("棚({item})[{skip}]", "棚(A.7)[何か]", Own("x", "A.7")),
    ],
)
def test_a_pattern_takes_a_code_apart(pattern: str, text: str, own: Own) -> None:
    assert own_pattern("x", pattern).read(text) == own


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{item}/{lot}", "A-4711"),
        ("{item}/{lot}", "/L5"),
        ("{item}/{expiry:6}", "A/271331"),
        ("{item}/{expiry:8}", "A/20270230"),
        ("{item}/{expiry:6}", "A/27033１"),
        ("2{item:6}{skip:5}{check}", "2123456004800"),
        ("2{item:6}{skip:5}{check}", "21234560048097"),
        ("2{item:6}{skip:5}{check}", "2A23456004809"),
    ],
)
def test_what_does_not_fit_is_no_such_code(pattern: str, text: str) -> None:
    assert own_pattern("x", pattern).read(text) is None


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("", "{item}"),
        ("{lot}", "{item}"),
        ("{item}", "{item}"),
        ("{item}{lot}", "{lot}"),
        ("{item}{expiry:6}", "{expiry:6}"),
        ("{item}-{item}", "{item}"),
        ("{item}-{expiry}", "{expiry}"),
        ("{item}-{expiry:4}", "{expiry:4}"),
        ("{item:0}-", "{item:0}"),
        ("{item:91}-", "{item:91}"),
        ("{item}-{check:2}", "{check:2}"),
        ("{item}-{price}", "{price}"),
        ("{item}-{lot", "{lot"),
        ("{item}-}", "}"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_part(pattern: str, part: str) -> None:
    with pytest.raises(BadOwn) as bad:
        own_pattern("x", pattern)
    assert bad.value.part == part


@given(st.text("ABC123-", min_size=1, max_size=20), st.text("XYZ789/", min_size=1, max_size=20), st.dates())
def test_what_is_written_by_a_pattern_is_read_by_it(item: str, lot: str, day: date) -> None:
    """The item ends at the first sign that ends it; what is last takes the rest."""
    digits = day.isoformat().replace("-", "")
    own = own_pattern("x", "#{item}/{expiry:8}{lot}").read(f"#{item}/{digits}{lot}")
    assert own == Own("x", item, lot, None, digits)
    assert own is not None
    assert own.day(TODAY) == day


@given(st.text(max_size=40))
def test_no_text_breaks_a_pattern(text: str) -> None:
    patterns = [
        own_pattern("x", one) for one in ("{item}/{lot}/{expiry:6}", "{item:3}{skip}", "2{item:6}{skip:5}{check}")
    ]
    code = read(text, own=patterns)
    assert (code.own is not None) == (code.meanings[0].kind is Kind.OWN)


def test_an_own_code_is_that_first_whatever_else_it_may_be() -> None:
    text = "2123456" + "00480"
    text += mod10(text)
    code = read(text, own=[own_pattern("in-store", "2{item:6}{skip:5}{check}")])
    assert (code.article, code.gtin, code.kind) == ("123456", text, None)
    assert [meaning.kind for meaning in code.meanings] == [Kind.OWN, Kind.GTIN]
    assert read(text).article == text


def test_an_own_code_says_lot_serial_and_date_itself() -> None:
    own = [own_pattern("shelf", "{item};{lot};{serial};{expiry:6}")]
    code = read("SKU1;L1;S1;270331", own=own)
    assert (code.article, code.lot, code.serial, code.expiry(TODAY)) == ("SKU1", "L1", "S1", date(2027, 3, 31))
    bare = read("(01)04912345123459(10)L1", own=own)
    assert (bare.article, bare.lot) == ("4912345123459", "L1")
