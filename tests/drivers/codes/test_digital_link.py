"""GS1 Digital Links as they are printed on goods: read like the elements they say (I33, I35)."""

from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes import Kind, digital_link, gs1, read
from drivers.codes.gs1 import Problem

ITEM = "4912345000316"
LOTS = st.text(st.sampled_from("ABZ019!\"%&'()*+,-./_:;<=>?"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    "text",
    [
        f"https://id.gs1.org/01/0{ITEM}/10/AB?17=261231",
        f"https://example.com/goods/01/{ITEM}/10/AB?linkType=gs1:pip&17=261231",
        f"HTTP://EXAMPLE.COM/01/0{ITEM}/10/AB?17=261231#top",
        f"]Q1https://id.gs1.org/01/0{ITEM}/10/AB/?17=261231;4000=x",
    ],
)
def test_I35_a_digital_link_says_its_elements(text: str) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.lot) == (Kind.ELEMENTS, ITEM, "AB")
    assert code.expiry(date(2026, 11, 22)) == date(2026, 12, 31)


@given(LOTS)
def test_I33_reserved_characters_come_back(lot: str) -> None:
    code = read(f"https://id.gs1.org/01/0{ITEM}/10/{quote(lot, safe='')}")
    assert (code.gtin, code.lot) == (ITEM, lot)


def test_I35_a_handling_unit_is_read_too() -> None:
    assert read("https://id.gs1.org/00/049123450000000033").sscc == "049123450000000033"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("01/04912345000317", Problem.CHECK_DIGIT),
        (f"01/0{ITEM}?17=260231", Problem.DATE),
        (f"01/0{ITEM}/10/{'A' * 21}", Problem.TOO_LONG),
        ("00/049123450000000033/10/AB", Problem.ALONE),
    ],
)
def test_I35_what_is_wrong_with_it_is_told_and_nothing_is_read(path: str, problem: Problem) -> None:
    code = read(f"https://id.gs1.org/{path}")
    assert problem in code.problems
    assert (code.kind, code.gtin, code.sscc) == (Kind.PLAIN, None, None)


@pytest.mark.parametrize(
    "text",
    ["https://example.com/", "https://example.com/shop/01", f"ftp://a/01/0{ITEM}", f"https:///01/0{ITEM}", "http://[1"],
)
def test_other_addresses_are_left_as_they_are(text: str) -> None:
    assert digital_link.message(text) is None
    code = read(text)
    assert (code.kind, code.problems) == (Kind.PLAIN, ())


@given(st.text())
def test_any_address_is_read_or_left(text: str) -> None:
    message = digital_link.message(f"https://a/01/{text}")
    assert message is None or gs1.parse(message, separator_sent=True)
    read(f"https://a/01/{text}")
