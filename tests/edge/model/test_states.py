"""The vocabulary: every state has its moves, every life ends, and nothing is said of states that do not exist."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from edge.model import states
from edge.model.states import (
    ORDER_ENDED,
    ORDER_MOVES,
    ORDER_OPEN,
    TASK_HELD,
    TASK_MOVES,
    TASK_OPEN,
    OrderState,
    TaskState,
)

TABLES: list[tuple[type[StrEnum], Mapping[Any, tuple[Any, ...]], StrEnum]] = [
    (OrderState, ORDER_MOVES, OrderState.ACCEPTED),
    (TaskState, TASK_MOVES, TaskState.PLANNED),
]


@pytest.mark.parametrize(("kind", "moves", "first"), TABLES)
def test_every_state_has_its_row(kind: type[StrEnum], moves: Mapping[Any, tuple[Any, ...]], first: StrEnum) -> None:
    assert list(moves) == list(kind)
    assert all(state not in nexts for state, nexts in moves.items()), "no state follows itself"
    assert first in kind


@pytest.mark.parametrize(("kind", "moves", "first"), TABLES)
def test_every_state_is_reached_and_every_life_ends(
    kind: type[StrEnum], moves: Mapping[Any, tuple[Any, ...]], first: StrEnum
) -> None:
    def after(state: StrEnum) -> set[StrEnum]:
        seen, waiting = {state}, [state]
        while waiting:
            fresh = [one for one in moves[waiting.pop()] if one not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return seen

    assert after(first) == set(kind)
    assert all(any(not moves[end] for end in after(state)) for state in kind)


def test_open_and_ended_are_all_there_is() -> None:
    assert set(ORDER_OPEN) | set(ORDER_ENDED) == set(OrderState)
    assert not set(ORDER_OPEN) & set(ORDER_ENDED)
    assert set(TASK_HELD) < set(TASK_OPEN)


def test_F22_a_shipped_order_stays_shipped() -> None:
    assert ORDER_MOVES[OrderState.SHIPPED] == ()
    assert all(
        OrderState.PACKED in (state, *nexts) for state, nexts in ORDER_MOVES.items() if OrderState.SHIPPED in nexts
    )


def test_every_value_is_a_plain_word() -> None:
    for kind in vars(states).values():
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum:
            assert all(value.isidentifier() and value.islower() for value in kind)
