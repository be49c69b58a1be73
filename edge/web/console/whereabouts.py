"""Where an order is and when it leaves, in sentences that can be read out to a customer."""

from collections.abc import Sequence

from edge.model.states import TASK_HELD, OrderState, TaskKind
from edge.web.console.desk import View
from edge.web.console.queries.now import CutOffState
from edge.web.console.queries.orders import OrderStory
from edge.web.console.words import Words

SAID_BY_STATE = "wait.load"
READY_FOR = {"done": "good"}
"""A cut-off whose last order has left is said like one that is in time."""


def whereabouts(story: OrderStory, cutoff: CutOffState | None, view: View, words: Words) -> list[str]:
    """Return what state it is in, where its goods are, why it waits, and whether it leaves in time."""
    if story.order.closed_at is not None:
        return _ended(story, view, words)
    found = [_state(story, view, words), *_places(story, view, words)]
    if story.wait[0] and story.wait[0] != SAID_BY_STATE:
        found.append(words.say(*story.wait).text)
    if not story.order.hold:
        found.append(_due(story, cutoff, view, words))
    return found + _short(story, view)


def _state(story: OrderStory, view: View, words: Words) -> str:
    order, t = story.order, view.t
    if order.state in (OrderState.PICKING, OrderState.PACKING):
        packing = [task for task in story.tasks if task.kind == TaskKind.PACK and task.state in TASK_HELD]
        if packing:
            return t("where.packing", person=words.actor(packing[0].holder), place=words.place(packing[0].place))
        wanted = sum(line.allocated for line in story.lines)
        picked = sum(line.picked for line in story.lines)
        return t("where.picked" if picked >= wanted else "where.picking", n=picked, total=wanted)
    if order.state == OrderState.PACKED:
        return t("where.packed", numbers=_numbers(story, view))
    return t(f"where.{order.state}", at=view.f.time(order.received_at))


def _places(story: OrderStory, view: View, words: Words) -> list[str]:
    if not story.totes:
        return []
    parts = [view.t("where.tote", tote=tote.id, place=words.place(tote.place)) for tote in story.totes]
    return [view.t("where.totes", totes=view.t("common.comma").join(parts))]


def _due(story: OrderStory, cutoff: CutOffState | None, view: View, words: Words) -> str:
    order = story.order
    verdict = "late" if order.cutoff_at <= view.f.now else cutoff.verdict(view.f.now) if cutoff else "unknown"
    finish = view.f.time(cutoff.finish if cutoff else None)
    at, carrier = view.f.time(order.cutoff_at), words.carrier(order.carrier)
    return view.t(f"where.due.{READY_FOR.get(verdict, verdict)}", carrier=carrier, at=at, finish=finish)


def _ended(story: OrderStory, view: View, words: Words) -> list[str]:
    order, t = story.order, view.t
    at = view.f.time(order.closed_at)
    if order.state == OrderState.SHIPPED:
        carrier = words.carrier(order.carrier)
        return [t("where.shipped", at=at, carrier=carrier, numbers=_numbers(story, view)), *_short(story, view)]
    reason = words.say(order.reason).text if order.reason else ""
    return [part for part in (t(f"where.{order.state}", at=at), reason) if part]


def _short(story: OrderStory, view: View) -> list[str]:
    short = sum(line.short for line in story.lines)
    return [view.t.count("where.missing", short)] if short else []


def _numbers(story: OrderStory, view: View) -> str:
    numbers: Sequence[str] = [box.tracking for box in story.parcels if box.tracking and box.state != "void"]
    return view.t("common.comma").join(numbers) or view.t("order.no_tracking")
