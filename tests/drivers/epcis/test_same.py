"""Two events that say the same have one fingerprint."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.epcis.same import fingerprint
from tests.drivers.epcis.samples import document

EVENTS = document()["epcisBody"]["eventList"]


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, dict):
        names = dice.sample(list(value), len(value))
        return {name: shuffled(value[name], dice) for name in names}
    if isinstance(value, list):
        return dice.sample([shuffled(one, dice) for one in value], len(value))
    return value


@given(event=st.sampled_from(EVENTS), seed=st.integers(0, 10**6))
def test_I52_the_order_of_lists_and_keys_says_nothing(event: dict[str, Any], seed: int) -> None:
    assert fingerprint(shuffled(event, random.Random(seed))) == fingerprint(event)


def test_I49_I52_one_moment_is_one_moment_in_any_offset() -> None:
    event = EVENTS[0]
    assert fingerprint({**event, "eventTime": "2026-11-25T00:00:00Z"}) == fingerprint(event)
    assert fingerprint({**event, "recordTime": "2026-11-25T00:00:00Z"}) == fingerprint(event)


@pytest.mark.parametrize(
    "change",
    [
        {"eventTime": "2026-11-25T09:00:01+09:00"},
        {"bizStep": "unpacking"},
        {"childQuantityList": EVENTS[0]["childQuantityList"][:2]},
        {"errorDeclaration": {"declarationTime": "2026-11-25T11:00:00+09:00"}},
    ],
)
def test_I52_another_content_is_another_fingerprint(change: dict[str, Any]) -> None:
    assert fingerprint(EVENTS[0] | change) != fingerprint(EVENTS[0])
