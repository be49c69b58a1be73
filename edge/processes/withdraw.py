"""A count that nobody needs any more: a supervisor or the WMS that asked withdraws it before it is over (F15).

One that differs from the books is a supervisor's: it is dismissed, with a reason (difference.py).
"""

from collections.abc import Iterable, Mapping

from edge.model.reasons import Refusal
from edge.processes import tally
from edge.processes.stocktake import is_questioned, open_count, tell
from edge.store.queue import cancel_task
from edge.store.tx import Tx

WITHDRAWN = "count.withdrawn"
REASONS = ("not_needed", "mistake", "busy")
"""Why a supervisor withdraws a count."""


def withdraw_count(tx: Tx, location: str, reason: str) -> None:
    """End the count of a location, begun or not; whoever counts is told, and so is the WMS.

    Raises Refusal `count.none_open` and `count.why_withdrawn`.
    """
    if reason not in REASONS:
        raise Refusal("count.why_withdrawn")
    if open_count(tx, location) is None:
        raise Refusal("count.none_open", location=location)
    _withdraw(tx, location, reason)


def withdraw_counts(tx: Tx, asked: Iterable[Mapping[str, str]], reason: str) -> list[dict[str, str]]:
    """End the counts that a request of the WMS began (`{location, count, state}`) and say what became of each.

    `withdrawn` now; `kept`: another began it; `differs`: a supervisor decides; `ended` before.
    """
    return [{"location": one["location"], "count": one["count"], "state": _end(tx, one, reason)} for one in asked]


def _end(tx: Tx, one: Mapping[str, str], reason: str) -> str:
    if one["state"] != "asked":
        return "kept"
    task = open_count(tx, one["location"])
    if task is not None and task.detail["count"] == one["count"]:
        _withdraw(tx, one["location"], reason)
        return "withdrawn"
    return "differs" if is_questioned(tx, one["location"], one["count"]) else "ended"


def _withdraw(tx: Tx, location: str, reason: str) -> None:
    task = open_count(tx, location)
    cancel_task(tx, task.id, WITHDRAWN)
    tally.clear(tx, task.id)
    tell(tx, task.detail, "withdrawn", [], reason)
