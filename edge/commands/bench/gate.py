"""`genba bench gate`: whether an RFID gate decides right (I22-I29), how soon, and how many reads a second it holds."""

from collections.abc import Sequence
from itertools import count, islice
from typing import Annotated, Any

import typer

from edge.commands.bench.dock import Outcome, days_work
from edge.commands.bench.reads import hold
from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.failed import Failed

RATES = (0.4, 0.6, 0.8, 0.95)
A_DAY = 25
"""Loads at one gate; the next ones come to another, whose reader has another clock and other strays."""


def gate(
    *,
    pallets: Annotated[int, typer.Option(help="Loads for each read rate.", min=1)] = 100,
    seconds: Annotated[float, typer.Option(help="How long the busy reader is heard.", min=1)] = 20.0,
    seed: Annotated[int, typer.Option(help="The seed of all loads.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Push loads through a simulated gate in virtual time, then receive a busy reader over a real socket."""
    rows = [_row(rate, _loads(pallets, rate, seed)) for rate in RATES]
    held = hold(seconds)
    tell("loads through a gate, by read rate", rows, json_to, also=("reads a second at one gate", [held]))
    wrong = sum(row["wrong passes"] for row in rows)
    if wrong:
        raise Failed(f"the gate let {wrong} loads go that were short or held another's parcel")


def _loads(number: int, rate: float, seed: int) -> list[Outcome]:
    days = (days_work(seed * 1000 + day, rate, min(A_DAY, number - day * A_DAY)) for day in count())
    return [outcome for day in islice(days, -(-number // A_DAY)) for outcome in day]


def _row(rate: float, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    right = [one for one in outcomes if one.right]
    wrong = [one for one in outcomes if not one.right]
    passed = sum(any(one.passed) for one in wrong)
    decided = sum(one.passed[-1] for one in right) + len(wrong) - passed
    return {
        "read rate": rate,
        "loads": len(outcomes),
        "complete %": _percent(sum(one.complete[0] for one in outcomes), len(outcomes)),
        "complete after a re-read %": _percent(sum(one.complete[-1] for one in outcomes), len(outcomes)),
        "right %": _percent(decided, len(outcomes)),
        "loads not right": len(wrong),
        "wrong passes": passed,
        "wrong stops": sum(not one.passed[0] for one in right),
        "wrong stops after a re-read": sum(not one.passed[-1] for one in right),
        **{f"decided {name}": figure for name, figure in spread([one.seconds for one in outcomes]).items()},
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)
