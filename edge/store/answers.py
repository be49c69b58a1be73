"""The first answers to keyed requests: kept with the decision, given again to every repetition, and forgotten in time.

A handheld repeats what it did not see answered when it is back in the network, a WMS when it is back from an outage or
from a backup of its own (H10). After that time a key protects nobody any more, and the table must not grow for ever.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.store.statement import Query, param
from edge.store.tables import answers, orders
from edge.store.tx import Tx

HANDHELD_DAYS = 7
"""A handheld that was in a drawer for longer begins anew with a login."""
HOST_DAYS = 90
"""After an answer to the WMS, and after the end of the order that it is about."""
AT_A_TIME = 200
"""Rows looked at in one step: a few milliseconds of the writer's time."""

_DUE = Query(
    select(answers.c.key, answers.c.order_id, orders.c.id, orders.c.closed_at)
    .outerjoin(orders, orders.c.id == answers.c.order_id)
    .where(answers.c.until <= param("now"))
    .order_by(answers.c.until, answers.c.key)
    .limit(AT_A_TIME)
)


def first_answer(tx: Tx, key: str, request_hash: str, shown: str) -> Any:
    """Return the row of the first answer under a key, or None; Refusal when the key was used for other content.

    `shown` is the key as the caller knows it.
    """
    known = tx.get(answers, key=key)
    if known is not None and known.request_hash != request_hash:
        raise Refusal("request.other_content", key=shown)
    return known


def keep_answer(
    tx: Tx,
    key: str,
    request_hash: str,
    body: Mapping[str, Any],
    *,
    days: int,
    status: int = 200,
    order_id: str | None = None,
) -> None:
    """Keep an answer for some days, and for as long as the order lives that it is about."""
    tx.insert(
        answers,
        key=key,
        request_hash=request_hash,
        status=status,
        body=dict(body),
        at=tx.now,
        until=tx.now + timedelta(days=days),
        order_id=order_id,
    )


def forget_answers(tx: Tx) -> bool:
    """Forget some of the answers whose time is over; return whether there may be more."""
    due = tx.rows(_DUE, now=tx.now)
    for row in due:
        until = _until(row, tx.now)
        if until > tx.now:
            tx.change(answers, {"key": row.key}, until=until)
        else:
            tx.delete(answers, answers.c.key == row.key)
    return len(due) == AT_A_TIME


def _until(row: Any, now: datetime) -> datetime:
    """Return how long an answer is kept whose first time is over."""
    if row.id is None:
        return now
    end: datetime = now if row.closed_at is None else row.closed_at
    return end + timedelta(days=HOST_DAYS)
