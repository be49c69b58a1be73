"""What a picker takes at once out of one location, and which of it is next (F04, F05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from edge.processes.inventory import goods_of
from edge.store.tables import allocations, totes
from edge.store.tx import Reader


@dataclass(frozen=True)
class Part:
    """What is taken at once: one allocation, or on the way to a wall all of the same goods, place and tote."""

    rows: Sequence[Any]

    @cached_property
    def id(self) -> str:
        """What tells it from others; another when an order leaves it."""
        return "+".join(row.id for row in self.rows)

    @property
    def first(self) -> Any:
        """The allocation that says place, goods, tote and batch."""
        return self.rows[0]

    @property
    def quantity(self) -> int:
        """Units to take."""
        return sum(row.quantity for row in self.rows)


def current(reader: Reader, seat: Any) -> Part | None:
    """Return what a seat, or its row with its task, is to pick now: shelf order, skipped ones last."""
    rows = reader.all(allocations, task_id=seat.task_id, state="reserved")
    skipped: list[str] = seat.detail.get("skipped", [])
    order = sorted(rows, key=lambda row: (row.id in skipped, row.place, row.tote_id or "", row.id))
    if not order:
        return None
    first = order[0]
    if not reader.site.put_walls or reader.get(totes, id=first.tote_id).order_id is not None:
        return Part(order[:1])
    return Part([row for row in order if _kind_of(row) == _kind_of(first)])


def step_at(seat: Any, part: Part) -> str:
    """Return the step of a seat or its row at a part; of another part than it was at, that with which it begins."""
    if part.id == seat.detail.get("part"):
        return str(seat.step)
    return "item" if part.first.place == seat.detail.get("at") else "location"


def _kind_of(row: Any) -> tuple[Any, ...]:
    return row.place, row.tote_id, goods_of(row)
