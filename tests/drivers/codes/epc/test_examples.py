"""The worked examples of the Tag Data Standard, both ways: rule I30."""

import pytest

from drivers.codes import epc
from drivers.codes.epc.schemes import BY_NAME
from tests.drivers.codes.epc.examples import EXAMPLES, Example

CLASSIC = [example for example in EXAMPLES if example.tag_uri]


def by_scheme(example: Example) -> str:
    return example.scheme


def word_filled(text: str) -> str:
    return text.ljust(-(-len(text) // 4) * 4, "0")


def test_I30_every_scheme_but_a_deprecated_one_has_an_example() -> None:
    assert {example.scheme for example in EXAMPLES} == set(BY_NAME) - {"gdti-113"}


@pytest.mark.parametrize("example", EXAMPLES, ids=by_scheme)
def test_I30_bits_to_words(example: Example) -> None:
    tag = epc.decode(example.hex)
    assert (tag.scheme, tag.filter, tag.element) == (example.scheme, example.filter, example.element)
    assert (tag.data, tag.hostname or "id.gs1.org", tag.flaw) == (example.data, example.host, None)
    assert tag.tag_uri == example.tag_uri
    assert tag.digital_link is not None
    assert tag.digital_link.startswith(f"https://{example.host}/")


@pytest.mark.parametrize("example", EXAMPLES, ids=by_scheme)
def test_I30_words_to_bits(example: Example) -> None:
    tag = epc.decode(example.hex)
    assert tag.identity is not None
    again = epc.encode(
        tag.identity, example.scheme, filter_value=example.filter, data=example.data, hostname=tag.hostname
    )
    assert again == word_filled(example.hex)


@pytest.mark.parametrize("example", CLASSIC, ids=by_scheme)
def test_I30_tag_uris_to_bits(example: Example) -> None:
    assert example.tag_uri is not None
    assert epc.from_tag_uri(example.tag_uri) == word_filled(example.hex)


@pytest.mark.parametrize("example", EXAMPLES, ids=by_scheme)
def test_I30_every_form_outside_a_tag_names_the_same(example: Example) -> None:
    tag = epc.decode(example.hex)
    known = tag.identity
    assert known is not None
    assert tag.digital_link is not None
    assert epc.identity(example.element, known.prefix_length) == known
    assert epc.identity(tag.digital_link, known.prefix_length) == known
    if tag.uri is not None:
        assert tag.tag_uri is not None
        assert epc.identity(tag.uri) == epc.identity(tag.tag_uri) == known


def test_I30_reserved_characters_of_a_link_are_escaped() -> None:
    tag = epc.decode("F73795211411234538566CB0AFC4")
    assert tag.digital_link == "https://id.gs1.org/01/79521141123453/21/32a%2Fb"
