"""The count of a location: asked for once, compared with the books of one moment, ended or passed on (F15, F45).

A task's detail is the whole count: `count` its id, `location`, `since` the journal row at which the running count
began, `rounds` what was counted before (`{person, at, lines: [[owner, sku, lot, expiry, units]]}`), `said` what people
answered about owners and lots, `request` the WMS's key when it asked, `short` what a picker reported when that was
the cause (after_short.py). A count that differs is done again, blind, until
two in a row agree or three were done.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import TASK_OPEN, Role, TaskKind
from edge.processes import tally
from edge.processes.inventory import Goods, contents, goods_of, item_row
from edge.processes.trouble import OPEN, raise_trouble
from edge.store.queue import add_task
from edge.store.statement import Query, param
from edge.store.tables import exceptions, journal, tasks
from edge.store.tx import Reader, Tx

DIFFERS = "exception.count_differs"
AFTER_SHORT = "count.after_short"
"""Why a count was asked for by the site itself."""
PRIORITY = 0
"""Any pick goes first: a count waits for a quiet hour."""
DUE = timedelta(days=1)
"""What is asked today is counted by tomorrow."""
MOST_ROUNDS = 3
"""Counts of a place before a supervisor sees whatever they say: two that agree are better, four are a quarrel."""
MOST_OTHERS = 50
"""Strange codes that are told; the rest would help nobody more."""
_MOVES = Query(
    select(journal.c.data)
    .where(journal.c.kind.in_(("stock.moved", "stock.adjusted", "stock.booked")), journal.c.seq > param("since"))
    .order_by(journal.c.seq)
)
_TASK = Query(
    select(tasks)
    .where(tasks.c.subject == param("subject"), tasks.c.kind == TaskKind.COUNT, tasks.c.state.in_(TASK_OPEN))
    .limit(1)
)
_TROUBLE = Query(
    select(exceptions)
    .where(exceptions.c.code == DIFFERS, exceptions.c.subject == param("subject"), exceptions.c.state.in_(OPEN))
    .limit(1)
)


class Asked(NamedTuple):
    """The count of a place: its id, and whether it is `asked` now, was `open` already, or `differs` and is decided."""

    id: str
    state: str


def subject_of(location: str) -> str:
    """Return the journal subject of a location."""
    return f"location/{location}"


def ask_count(
    tx: Tx,
    location: str,
    *,
    request: str | None = None,
    count: str | None = None,
    short: Mapping[str, Any] | None = None,
) -> Asked:
    """Have a location counted; one that is being counted, or whose difference waits for a supervisor, is not twice.

    `request` is the WMS's key, `count` the id of a count that goes on, `short` the short that makes it needed
    (`{person, orders, sku}`). Raises Refusal `stock.unknown_location`.
    """
    place = tx.site.location.get(location)
    if place is None:
        raise Refusal("stock.unknown_location", location=location)
    subject = subject_of(location)
    task, trouble = open_count(tx, location), tx.one(_TROUBLE, subject=subject)
    if task is not None:
        return Asked(task.detail["count"], "open")
    if trouble is not None:
        return Asked(trouble.detail["count"], "differs")
    count = count or tx.new_id()
    detail = {"count": count, "location": location, "request": request, "short": short} | _fresh()
    add_task(
        tx,
        TaskKind.COUNT,
        subject,
        place=f"ZONE:{place.zone}",
        needs=Role.PICKER,
        priority=PRIORITY,
        due_at=tx.now + DUE,
        detail=detail,
    )
    reason = AFTER_SHORT if short else None
    tx.journal("count.asked", subject, reason=reason, count=count, location=location, **(short or {}))
    return Asked(count, "asked")


def open_count(reader: Reader, location: str) -> Any:
    """Return the task by which a location is being counted, or is to be; None when there is none."""
    return reader.one(_TASK, subject=subject_of(location))


def is_questioned(reader: Reader, location: str, count: str) -> bool:
    """Say whether a count waits for a supervisor because it differs."""
    trouble = reader.one(_TROUBLE, subject=subject_of(location))
    return trouble is not None and trouble.detail["count"] == count


def begin(tx: Tx, task: Any) -> None:
    """Remember from where in the journal nothing may move at the place; of a count that goes on it is known."""
    if task.detail["since"] is None:
        tx.change(tasks, {"id": task.id}, detail={**task.detail, "since": tx.seq})
        tx.journal("count.begun", task.subject, location=task.detail["location"])


def moved_since(reader: Reader, location: str, seq: int) -> bool:
    """Say whether units came to a location or left it after a row of the journal."""
    return any(
        location in (row.data.get("location"), row.data.get("source"), row.data.get("target"))
        for row in reader.rows(_MOVES, since=seq)
    )


def conclude(tx: Tx, task: Any, person: str) -> str:
    """End a round of a count and say what follows: `moved` or `again` (counted anew), `agreed` or `differs` (over)."""
    detail, location = task.detail, task.detail["location"]
    found = {one.goods: one.units for one in tally.sums_of(tx, task.id) if one.units}
    others = list(tally.others_of(tx, task.id))[:MOST_OTHERS]
    tally.clear(tx, task.id)
    if moved_since(tx, location, detail["since"]):
        tx.change(tasks, {"id": task.id}, detail={**detail, **_fresh()})
        tx.journal("count.moved", task.subject, location=location)
        return "moved"
    books = books_of(tx, location)
    lines: list[list[Any]] = [[*goods, units] for goods, units in sorted(found.items())]
    rounds = [*detail["rounds"], {"person": person, "at": tx.now.isoformat(), "lines": lines}]
    others = list(dict.fromkeys([*detail["others"], *others]))[:MOST_OTHERS]
    ended = {**detail, "rounds": rounds, "others": others}
    if found == books:
        told = [_line(Goods(*goods), units, units) for *goods, units in lines]
        tell(tx, ended, "agreed", told)
        return "agreed"
    agree = len(rounds) > 1 and rounds[-2]["lines"] == lines
    if not agree and len(rounds) < MOST_ROUNDS:
        tx.change(tasks, {"id": task.id}, detail=ended)
        tx.journal("count.again", task.subject, location=location, rounds=len(rounds))
        return "again"
    _ask_supervisor(tx, ended, books)
    return "differs"


def books_of(reader: Reader, location: str) -> dict[Goods, int]:
    """Return the units that the books have at a location."""
    return {goods_of(row): row.quantity for row in contents(reader, location)}


def tell(
    tx: Tx, count: Mapping[str, Any], outcome: str, lines: Sequence[Mapping[str, Any]], reason: str | None = None
) -> None:
    """Tell how a count ended, to the WMS too."""
    tx.journal(
        "stock.counted",
        subject_of(count["location"]),
        reason=reason,
        outward=True,
        count=count["count"],
        request_key=count["request"],
        location=count["location"],
        outcome=outcome,
        lines=list(lines),
        rounds=len(count["rounds"]),
        persons=list(dict.fromkeys(one["person"] for one in count["rounds"])),
        others=count["others"],
    )


def _ask_supervisor(tx: Tx, count: Mapping[str, Any], books: Mapping[Goods, int]) -> None:
    """Raise the exception that shows books and counts side by side; `seq` says of which moment they are."""
    counts = [{Goods(*goods): units for *goods, units in one["lines"]} for one in count["rounds"]]
    every = sorted(dict.fromkeys([*books, *(goods for one in counts for goods in one)]))
    lines = []
    for goods in every:
        item = item_row(tx, goods.owner, goods.sku)
        names = {"name_ja": item.name_ja, "name_en": item.name_en} if item else {"name_ja": "", "name_en": ""}
        line = _line(goods, books.get(goods, 0), counts[-1].get(goods, 0))
        lines.append({**line, **names, "counts": [one.get(goods, 0) for one in counts]})
    raise_trouble(
        tx,
        DIFFERS,
        subject_of(count["location"]),
        location=count["location"],
        items=sum(line["books"] != line["counted"] for line in lines),
        lines=lines,
        seq=tx.seq,
        count=count["count"],
        request=count["request"],
        short=count.get("short"),
        rounds=[{"person": one["person"], "at": one["at"]} for one in count["rounds"]],
        others=count["others"],
    )


def _line(goods: Goods, books: int, counted: int) -> dict[str, Any]:
    return {**goods._asdict(), "books": books, "counted": counted}


def _fresh() -> dict[str, Any]:
    """Return what a count knows before it begins."""
    return {"since": None, "rounds": [], "others": [], "said": {"owner": {}, "lot": {}}}
