"""What the round of a count has found, scan by scan; kept by task, so that whoever goes on with it has it all (F39).

A tag counts once however often it is read, a bar code each time it is scanned (F61, F97c), a typed number as what it
changes. The last of them can be taken back (F38).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from edge.processes.inventory import Goods
from edge.store.statement import Query, param
from edge.store.tables import count_scans
from edge.store.tx import Reader, Tx

TAG, CODE, NUMBER, OTHER = "tag", "code", "number", "other"
"""Kinds of what was scanned; others are no items and count nothing."""
_OF_TASK = count_scans.c.task_id == param("task")
_LAST = Query(select(count_scans).where(_OF_TASK).order_by(count_scans.c.number.desc()).limit(1))
_LAST_ITEM = Query(
    select(count_scans).where(_OF_TASK, count_scans.c.kind != OTHER).order_by(count_scans.c.number.desc()).limit(1)
)
_ASKED = Query(select(count_scans).where(_OF_TASK, count_scans.c.asks != "").order_by(count_scans.c.number).limit(1))
_SUMS = Query(
    select(
        count_scans.c.owner,
        count_scans.c.sku,
        count_scans.c.lot,
        count_scans.c.expiry,
        func.sum(count_scans.c.quantity).label("units"),
        func.max(count_scans.c.number).label("latest"),
    )
    .where(_OF_TASK, count_scans.c.asks == "", count_scans.c.kind != OTHER)
    .group_by(count_scans.c.owner, count_scans.c.sku, count_scans.c.lot, count_scans.c.expiry)
    .order_by(count_scans.c.owner, count_scans.c.sku, count_scans.c.lot, count_scans.c.expiry)
)
_KINDS = Query(select(count_scans.c.kind, func.count().label("n")).where(_OF_TASK).group_by(count_scans.c.kind))


class Sum(NamedTuple):
    """Units of some goods, and the number of the last scan of them."""

    goods: Goods
    units: int
    latest: int


def note(tx: Tx, task_id: str, person: str, goods: Goods | None = None, **scan: Any) -> None:
    """Write down a scan or a typed number as the last: `kind`, `what`, and of an item `code`, `quantity`, `asks`."""
    last = last_of(tx, task_id)
    number = 1 if last is None else last.number + 1
    named = goods._asdict() if goods else {}
    tx.insert(count_scans, task_id=task_id, number=number, person_id=person, at=tx.now, **named, **scan)


def settle(tx: Tx, row: Any, goods: Goods, units: int, asks: str) -> None:
    """Write down what a scan that waited for a word means."""
    key = {"task_id": row.task_id, "number": row.number}
    tx.change(count_scans, key, **goods._asdict(), quantity=units, asks=asks)


def take_back(tx: Tx, task_id: str) -> bool:
    """Take back the last scan or number; False when there is none."""
    last = last_of(tx, task_id)
    return last is not None and tx.drop(count_scans, task_id=task_id, number=last.number) > 0


def clear(tx: Tx, task_id: str) -> None:
    """Forget all, for a round that begins anew or a count that is over."""
    tx.drop(count_scans, task_id=task_id)


def is_known(reader: Reader, task_id: str, kind: str, what: str) -> bool:
    """Say whether a tag, or something that is no item, was scanned before."""
    return reader.get(count_scans, task_id=task_id, what=what, kind=kind) is not None


def last_of(reader: Reader, task_id: str) -> Any:
    """Return the last scan or number, None when there is none."""
    return reader.one(_LAST, task=task_id)


def last_item_of(reader: Reader, task_id: str) -> Any:
    """Return the last scan or number of an item, None when there is none."""
    return reader.one(_LAST_ITEM, task=task_id)


def asked_of(reader: Reader, task_id: str) -> Any:
    """Return the first scan that waits for a word about owner or lot, None when none does."""
    return reader.one(_ASKED, task=task_id)


def asking(reader: Reader, row: Any) -> Sequence[Any]:
    """Return the scans that wait for the same word as this one: of the same code, or of the same item."""
    same = {"code": row.code} if row.sku == "" else {"owner": row.owner, "sku": row.sku}
    return reader.all(count_scans, task_id=row.task_id, asks=row.asks, **same)


def sums_of(reader: Reader, task_id: str) -> Sequence[Sum]:
    """Return what was counted, by goods."""
    rows = reader.rows(_SUMS, task=task_id)
    return [Sum(Goods(row.owner, row.sku, row.lot, row.expiry), int(row.units), row.latest) for row in rows]


def kinds_of(reader: Reader, task_id: str) -> Mapping[str, int]:
    """Return how many scans there are of each kind."""
    return {row.kind: row.n for row in reader.rows(_KINDS, task=task_id)}


def others_of(reader: Reader, task_id: str) -> Sequence[str]:
    """Return what was scanned and is no item."""
    return [row.what for row in reader.all(count_scans, task_id=task_id, kind=OTHER)]
