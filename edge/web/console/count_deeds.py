"""What supervisors do about counts: have a location counted, and say what becomes of a count that differs (F15)."""

from collections.abc import Mapping
from typing import Any

from edge.model.states import TASK_HELD
from edge.processes.difference import count_again, difference_of, differing, dismiss_difference, take_difference
from edge.processes.stocktake import ask_count, open_count
from edge.processes.withdraw import withdraw_count
from edge.store.tx import Reader, Tx
from edge.web.console.deed import Deed, Outcome, Question, Wish

MOST_NAMED = 12
"""Goods that a question names; the page behind it shows all."""


def _begin(tx: Tx, wish: Wish, _who: str) -> Outcome:
    figures = {"asked": 0, "open": 0, "differs": 0}
    for location in wish.ids():
        figures[ask_count(tx, location).state] += 1
    return "count_begin", figures


def _take(tx: Tx, wish: Wish, who: str) -> Outcome:
    take_difference(tx, wish.only(), who)
    return "count_take", {}


def _ask_take(reader: Reader, wish: Wish) -> Question:
    question = difference_of(reader, wish.only())
    lines = differing(question)
    named: list[tuple[str, dict[str, Any]]] = [("count_take.line", _shown(line)) for line in lines[:MOST_NAMED]]
    if len(lines) > MOST_NAMED:
        named.append(("count_take.more", {"n": len(lines) - MOST_NAMED}))
    named += [("count_take.promised", {}), ("count_take.told", {})]
    return Question("count_take", named, {"location": question.detail["location"]})


def _dismiss(tx: Tx, wish: Wish, who: str) -> Outcome:
    dismiss_difference(tx, wish.only(), wish.text("reason"), who)
    return "count_dismiss", {}


def _withdraw(tx: Tx, wish: Wish, _who: str) -> Outcome:
    withdraw_count(tx, wish.only(), wish.text("reason"))
    return "count_withdraw", {}


def _ask_withdraw(reader: Reader, wish: Wish) -> Question | None:
    """Ask when somebody is counting."""
    location = wish.only()
    task = open_count(reader, location)
    if task is None or task.state not in TASK_HELD:
        return None
    lines: list[tuple[str, dict[str, Any]]] = [("count_withdraw.lost", {}), ("count_withdraw.told", {})]
    return Question("count_withdraw", lines, {"location": location, "person": task.holder.removeprefix("person:")})


def _again(tx: Tx, wish: Wish, who: str) -> Outcome:
    count_again(tx, wish.only(), who)
    return "count_again", {}


def _shown(line: Mapping[str, Any]) -> dict[str, Any]:
    goods = " ".join(part for part in (line["owner"], line["sku"], line["lot"], line["expiry"]) if part)
    return {"goods": goods, "books": line["books"], "counted": line["counted"]}


COUNT_DEEDS: Mapping[str, Deed] = {
    "count-begin": Deed(_begin),
    "count-take": Deed(_take, ask=_ask_take),
    "count-dismiss": Deed(_dismiss),
    "count-withdraw": Deed(_withdraw, ask=_ask_withdraw),
    "count-again": Deed(_again),
}
