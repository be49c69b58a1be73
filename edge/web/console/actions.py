"""What a person may decide at the console: each deed with its roles, what it will do, and the decision it takes."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from sqlalchemy import func, select

from edge.host import outbox
from edge.host.interests import EPCIS
from edge.model.reasons import Refusal
from edge.model.states import ORDER_ENDED, TASK_HELD, OrderState, Role
from edge.processes import byhand, cancel, changes, everybody, labels, people, robots, trouble, weighing, work
from edge.processes.difference import refuse_to_settle
from edge.store.tables import orders as order_table
from edge.store.tables import parcels, tasks, totes
from edge.store.tx import Reader, Tx
from edge.web.console.count_deeds import COUNT_DEEDS
from edge.web.console.deed import Deed, Outcome, Question, Wish, add_deed
from edge.web.console.desk import READERS, Desk
from edge.web.console.people_deeds import PEOPLE_DEEDS
from edge.web.console.queries.common import WMS
from edge.web.console.texts import LANGUAGES

RECEIVERS: Mapping[str, str] = {WMS: "WMS", EPCIS: "EPCIS"}
"""What people call those who are told, by their followers."""


def action_routes(router: APIRouter, desk: Desk) -> None:
    """Add one address for each deed."""
    for name, deed in DEEDS.items():
        add_deed(router, desk, name, deed)


# --- orders


def _order_priority(tx: Tx, wish: Wish, _who: str) -> Outcome:
    changes.set_priority(tx, wish.ids(), wish.priority())
    return "order_priority", {"n": len(wish.ids())}


def _order_hold(tx: Tx, wish: Wish, _who: str) -> Outcome:
    changes.set_hold(tx, wish.ids(), hold=True)
    return "order_hold", {"n": len(wish.ids())}


def _order_release(tx: Tx, wish: Wish, _who: str) -> Outcome:
    changes.set_hold(tx, wish.ids(), hold=False)
    return "order_release", {"n": len(wish.ids())}


def _order_cancel(tx: Tx, wish: Wish, _who: str) -> Outcome:
    figures = {"cancelled": 0, "pending": 0, "too_late": 0}
    for order_id in wish.ids():
        answer = cancel.request_cancel(tx, order_id, f"console:{tx.new_id()}", "supervisor")
        figures[answer["outcome"]] += 1
    return "order_cancel", figures


def _ask_cancel(reader: Reader, wish: Wish) -> Question:
    ids = wish.ids()
    rows = reader.rows(
        select(order_table.c.state, func.count().label("n"))
        .where(order_table.c.id.in_(ids))
        .group_by(order_table.c.state)
    )
    n = {row.state: row.n for row in rows}
    ended = sum(n.get(state, 0) for state in ORDER_ENDED)
    begun = sum(n.get(state, 0) for state in (OrderState.PICKING, OrderState.PACKING, OrderState.PACKED))
    boxes = reader.value(select(func.count()).select_from(totes).where(totes.c.order_id.in_(ids))) or 0
    counts = {
        "cancel.untouched": sum(n.values()) - ended - begun,
        "cancel.begun": begun,
        "cancel.totes": boxes,
        "cancel.ended": ended,
    }
    lines: list[tuple[str, dict[str, Any]]] = [(key, {"n": count}) for key, count in counts.items() if count]
    return Question("cancel", [*lines, ("cancel.told", {})], {"n": len(ids)})


def _label_reprint(tx: Tx, wish: Wish, who: str) -> Outcome:
    labels.reprint(tx, wish.only(), wish.text("reason"), who)
    return "label_reprint", {}


def _ask_reprint(reader: Reader, wish: Wish) -> Question:
    parcel = reader.get(parcels, id=wish.only())
    if parcel is None:
        raise Refusal("request.not_found")
    lines: list[tuple[str, dict[str, Any]]] = [("reprint.void", {}), ("reprint.where", {"station": parcel.station})]
    if parcel.load_id is not None:
        lines.append(("reprint.load", {}))
    return Question("reprint", lines, {"tracking": parcel.tracking})


# --- work


def _task_priority(tx: Tx, wish: Wish, _who: str) -> Outcome:
    work.set_task_priority(tx, wish.ids(), wish.priority())
    return "task_priority", {"n": len(wish.ids())}


def _task_release(tx: Tx, wish: Wish, _who: str) -> Outcome:
    for task_id in wish.ids():
        work.unassign_task(tx, task_id, "supervisor")
    return "task_release", {"n": len(wish.ids())}


def _task_assign(tx: Tx, wish: Wish, _who: str) -> Outcome:
    work.assign_task(tx, wish.only(), wish.text("person"))
    return "task_assign", {}


def _ask_assign(reader: Reader, wish: Wish) -> Question:
    task = reader.get(tasks, id=wish.only())
    held = task is not None and task.state in TASK_HELD
    lines: list[tuple[str, dict[str, Any]]] = [("handover.next", {}), ("handover.back", {})]
    if held:
        lines.append(("release.scans", {}))
    return Question("handover", lines, {"person": wish.text("person")})


def _ask_release(_reader: Reader, wish: Wish) -> Question:
    return Question("release", [("release.what", {}), ("release.scans", {})], {"n": len(wish.ids())})


# --- the floor


def _robot_pause(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.pause_robot(tx, wish.id(), paused=True)
    return "robot_pause", {}


def _robot_resume(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.pause_robot(tx, wish.id(), paused=False)
    return "robot_resume", {}


def _robot_on(tx: Tx, wish: Wish, _who: str) -> Outcome:
    work.send_on(tx, wish.id())
    return "robot_on", {}


def _ask_on(_reader: Reader, wish: Wish) -> Question:
    return Question("send_on", [("send_on.later", {}), ("send_on.orders", {})], {"robot": wish.id()})


def _robot_out(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.take_out_of_service(tx, wish.id())
    return "robot_out", {}


def _robot_in(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.return_to_service(tx, wish.id())
    return "robot_in", {}


def _ask_in(_reader: Reader, wish: Wish) -> Question:
    return Question("return", [("return.where", {}), ("return.work", {})], {"robot": wish.id()})


def _robot_dead(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.declare_dead(tx, wish.id())
    return "robot_dead", {}


def _ask_dead(reader: Reader, wish: Wish) -> Question:
    robot_id = wish.id()
    node = robots.robot_row(reader, robot_id).node or "?"
    aboard = reader.value(select(func.count()).select_from(totes).where(totes.c.place == f"robot:{robot_id}")) or 0
    fate = ("dead.rescue", {"n": aboard}) if aboard else ("dead.passed_on", {})
    return Question("dead", [("dead.work", {}), fate, ("dead.place", {"node": node})], {"robot": robot_id})


def _robots_stop(tx: Tx, _wish: Wish, _who: str) -> Outcome:
    everybody.stop_all(tx)
    return "robots_stop", {}


def _robots_go(tx: Tx, _wish: Wish, _who: str) -> Outcome:
    everybody.drive_on(tx)
    return "robots_go", {}


def _ask_go(_reader: Reader, _wish: Wish) -> Question:
    return Question("robots_go", [("robots_go.now", {}), ("robots_go.paused", {})], {})


def _robots_home(tx: Tx, _wish: Wish, _who: str) -> Outcome:
    everybody.call_home(tx)
    return "robots_home", {}


def _ask_home(_reader: Reader, _wish: Wish) -> Question:
    lines = ("robots_home.now", "robots_home.hands", "robots_home.later")
    return Question("robots_home", [(line, {}) for line in lines], {})


def _robots_work(tx: Tx, _wish: Wish, _who: str) -> Outcome:
    everybody.work_again(tx)
    return "robots_work", {}


def _place_close(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.close_place(tx, wish.text("kind"), wish.id())
    return "place_close", {}


def _ask_close(_reader: Reader, wish: Wish) -> Question:
    return Question("close", [("close.robots", {}), ("close.inside", {})], {"place": wish.id()})


def _place_open(tx: Tx, wish: Wish, _who: str) -> Outcome:
    robots.open_place(tx, wish.text("kind"), wish.id())
    return "place_open", {}


# --- exceptions and the person


def _trouble_take(tx: Tx, wish: Wish, who: str) -> Outcome:
    trouble.take_trouble(tx, wish.id(), who)
    return "trouble_take", {}


def _trouble_settle(tx: Tx, wish: Wish, who: str) -> Outcome:
    refuse_to_settle(tx, wish.id())
    trouble.settle_trouble(tx, wish.id(), who)
    return "trouble_settle", {}


def _load_release(tx: Tx, wish: Wish, who: str) -> Outcome:
    byhand.release_asked(tx, wish.only(), who)
    return "load_release", {}


def _ask_load(reader: Reader, wish: Wish) -> Question:
    question = byhand.asked(reader, wish.only())
    if question is None:
        raise Refusal("gate.hand_over")
    shown = {"n": question.detail["parcels"], "scanned": len(question.detail["scanned"])}
    return Question("by_hand", [("by_hand.scanned", shown), ("by_hand.shipped", {})], {"gate": question.detail["gate"]})


def _report_retry(tx: Tx, wish: Wish, _who: str) -> Outcome:
    outbox.retry(tx, _follower(wish), wish.id())
    return "report_retry", {}


def _report_discard(tx: Tx, wish: Wish, _who: str) -> Outcome:
    outbox.discard(tx, _follower(wish), wish.id(), "supervisor")
    return "report_discard", {}


def _ask_discard(reader: Reader, wish: Wish) -> Question:
    lost = "discard.unknown" if outbox.is_unresolved(reader, _follower(wish), wish.id()) else "discard.lost"
    receiver = {"receiver": RECEIVERS[_follower(wish)]}
    return Question("discard", [(lost, receiver), ("discard.next", {})], {"subject": wish.id()})


def _follower(wish: Wish) -> str:
    """Return whose report it is."""
    named = wish.text("follower")
    return named if named in RECEIVERS else WMS


def _weight_forget(tx: Tx, wish: Wish, _who: str) -> Outcome:
    forgotten = [weighing.forget(tx, *item.split("/", 1)) for item in wish.ids() if "/" in item]
    return "weight_forget", {"n": sum(forgotten)}


def _ask_forget(_reader: Reader, wish: Wish) -> Question:
    return Question("forget", [("forget.back", {}), ("forget.anew", {})], {"n": len(wish.ids())})


def _language(tx: Tx, wish: Wish, who: str) -> Outcome:
    language = wish.text("language")
    if language not in LANGUAGES:
        raise Refusal("request.not_found")
    people.set_language(tx, who, language)
    return "language", {}


DEEDS: Mapping[str, Deed] = {
    "order-priority": Deed(_order_priority),
    "order-hold": Deed(_order_hold, roles=(Role.SUPERVISOR, Role.SUPPORT)),
    "order-release": Deed(_order_release, roles=(Role.SUPERVISOR, Role.SUPPORT)),
    "order-cancel": Deed(_order_cancel, ask=_ask_cancel),
    "label-reprint": Deed(_label_reprint, ask=_ask_reprint),
    "task-priority": Deed(_task_priority),
    "task-assign": Deed(_task_assign, ask=_ask_assign),
    "task-release": Deed(_task_release, ask=_ask_release),
    "robot-pause": Deed(_robot_pause),
    "robot-resume": Deed(_robot_resume),
    "robot-on": Deed(_robot_on, ask=_ask_on),
    "robot-out": Deed(_robot_out),
    "robot-in": Deed(_robot_in, ask=_ask_in),
    "robot-dead": Deed(_robot_dead, ask=_ask_dead),
    "robots-stop": Deed(_robots_stop),
    "robots-go": Deed(_robots_go, ask=_ask_go),
    "robots-home": Deed(_robots_home, ask=_ask_home),
    "robots-work": Deed(_robots_work),
    "place-close": Deed(_place_close, ask=_ask_close),
    "place-open": Deed(_place_open),
    "trouble-take": Deed(_trouble_take),
    "trouble-settle": Deed(_trouble_settle),
    "load-release": Deed(_load_release, ask=_ask_load),
    "report-retry": Deed(_report_retry),
    "report-discard": Deed(_report_discard, ask=_ask_discard),
    "weight-forget": Deed(_weight_forget, ask=_ask_forget),
    "language": Deed(_language, roles=READERS),
    **COUNT_DEEDS,
    **PEOPLE_DEEDS,
}
"""Every deed by the last part of its address, /console/do/…"""
