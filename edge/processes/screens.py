"""The handheld's conversation: one screen, one question; a scan or button answers it; the next screen follows (F27).

The seat row is the whole state: the same person continues on any device, after any crash, at the same step (F39, F62).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal, say
from edge.model.states import Role, TaskKind, TaskState
from edge.processes import count, load, pack, pick, putback, rescue, wall
from edge.processes.attendance import ABSENT, come_back, hand_back
from edge.processes.codes import plain
from edge.processes.scanned import kind_of_place, not_asked
from edge.processes.seats import (
    AWAY,
    Button,
    Press,
    Process,
    Result,
    Screen,
    Seat,
    cancelled,
    leave_task,
    load_seat,
    right,
    save_seat,
    wrong,
)
from edge.store.queue import SKILL, cancel_task, claim_next, holds, is_held, renew
from edge.store.statement import Query, param
from edge.store.tables import seats, tasks
from edge.store.tx import Reader, Tx

CONTRACT = 1
"""Version of the conversation; a page of another version is told to reload (F72)."""

PROCESSES: Mapping[TaskKind, Process] = {
    one.kind: one
    for one in (
        pick.PROCESS,
        wall.PROCESS,
        pack.PROCESS,
        load.PROCESS,
        putback.PROCESS,
        rescue.PROCESS,
        count.PROCESS,
    )
}
KINDS_AT: Mapping[str, tuple[TaskKind, ...]] = {
    "zone": (TaskKind.RESCUE, TaskKind.PICK, TaskKind.PUTBACK, TaskKind.COUNT),
    "wall": (TaskKind.SORT,),
    "pack": (TaskKind.PACK,),
    "dock": (TaskKind.LOAD,),
}
MEANT = (timedelta(seconds=1), timedelta(seconds=30))
"""When a second scan means to interrupt somebody: sooner it bounced, later the first was forgotten."""
_TASK = Query(
    select(
        tasks.c.id, tasks.c.kind, tasks.c.state, tasks.c.subject, tasks.c.epoch, tasks.c.reason, tasks.c.detail
    ).where(tasks.c.id == param("task"))
)


def screen_of(tx: Tx, person_id: str, device: str = "") -> dict[str, Any]:
    """Return the person's screen; whoever has no work and says where they are is given the next.

    `device` is the handheld on which the person asks, a sign of life. Without it the screen is only drawn anew for
    those who watch it: somebody who walked off gets no work by that.
    """
    seat = load_seat(tx, person_id, device)
    if device and seat.step == AWAY:
        seat.last = come_back(tx, seat).told(seat.language)
        save_seat(tx, seat)
    elif device and seat.task_id is not None:
        renew(tx, seat.claim)
    return _told(tx, seat, *_refresh(tx, seat))


def act(tx: Tx, person_id: str, act: Mapping[str, Any]) -> dict[str, Any]:
    """Take one scan or button: `{"result", "screen"}`; a button of an old screen is refused (`work.stale_screen`)."""
    seat = load_seat(tx, person_id, str(act.get("device", "")))
    told = _take(tx, seat, act)
    return {"result": told, "screen": _told(tx, seat, *_refresh(tx, seat))}


def take(tx: Tx, person_id: str, act: Mapping[str, Any]) -> dict[str, str]:
    """Take one of several scans and return its result alone: the screen after it, which nobody sees, is not drawn."""
    seat = load_seat(tx, person_id, str(act.get("device", "")))
    told = _take(tx, seat, act)
    _refresh(tx, seat)
    return told


def _take(tx: Tx, seat: Seat, act: Mapping[str, Any]) -> dict[str, str]:
    seat.source = str(act.get("source") or "")
    if act["action"] != "scan" and str(act.get("screen")) != str(seat.screen):
        raise Refusal("work.stale_screen")
    back = come_back(tx, seat) if seat.step == AWAY and act["action"] != "leave" else None
    if back is not None and (seat.task_id is None or act["action"] != "scan"):
        result = wrong(back.code, **back.details) if act["action"] == "scan" else back  # of a claim that is over (P37)
    elif act.get("source") == "manual" and Role.SUPERVISOR not in seat.roles:
        result = wrong("work.manual")
    else:
        result = _answer(tx, seat, act)
    if result.kind in ("wrong", "info") and seat.task_id is not None:
        renew(tx, seat.claim)
    if result.kind == "wrong":
        tx.journal(
            "scan.refused",
            f"person/{seat.person_id}",
            reason=result.code,
            task=seat.task_id,
            step=seat.step,
            action=act["action"],
            scanned=act.get("value"),
            source=act.get("source"),
        )
    told = seat.last = result.told(seat.language)
    save_seat(tx, seat)
    return told


def _answer(tx: Tx, seat: Seat, act: Mapping[str, Any]) -> Result:
    task = _task(tx, seat)
    if task is None or seat.step == AWAY:
        return _answer_idle(tx, seat, act)
    process = PROCESSES[TaskKind(task.kind)]
    work = process.find(tx, seat, task) if holds(task, seat.claim) else None
    if not work:
        over = _over(seat, task)
        _drop(tx, seat, task)
        return over
    if act["action"] == "scan":
        return process.scan(tx, seat, task, work, plain(str(act["value"])))
    shown = process.show(tx, seat, task, work)
    if act["action"] not in [button.id for button in shown.buttons]:
        return wrong("work.no_button")
    return process.press(
        tx, seat, task, work, Press(act["action"], str(act.get("value") or ""), act.get("quantity"), act.get("reason"))
    )


def _answer_idle(tx: Tx, seat: Seat, act: Mapping[str, Any]) -> Result:
    if act["action"] == "leave":
        leave_task(seat)
        seat.place = None
        seat.go("place")
        return right()
    if act["action"] != "scan":
        return wrong("work.no_button")
    value = plain(str(act["value"]))
    kind = kind_of_place(tx, value)
    if kind is None:
        found = load.found_at_dock(tx, seat.place, value) if seat.place else None
        return found or not_asked(tx, seat, value, seat.say("ask.place"))
    role = SKILL[KINDS_AT[kind][-1]]
    if role not in seat.roles:
        return wrong("work.role", role=role)
    refused = wall.no_colour(tx, value, seat.person_id) if kind == "wall" else None
    if refused is not None:
        return refused
    if kind == "pack" and (occupied := _take_over(tx, seat, value)):
        return occupied
    seat.place = value
    seat.detail = {}
    seat.go("wait")
    tx.journal("person.placed", f"person/{seat.person_id}", place=value)
    return right()


def _take_over(tx: Tx, seat: Seat, station: str) -> Result | None:
    """A pack station has one table and one scale: whoever scans it last works there, and scans twice to interrupt work.

    Returns what to say while it is not taken over.
    """
    rows = tx.rows(select(seats.c.person_id).where(seats.c.place == station).order_by(seats.c.person_id))
    others = [load_seat(tx, row.person_id) for row in rows if row.person_id != seat.person_id]
    at_work = [other for other in others if other.task_id is not None and is_held(tx, other.claim)]
    if at_work and not _meant(seat, station, tx.now):
        seat.detail = {"asked": station, "asked_at": tx.now.isoformat()}
        return Result("info", "work.at_work", {"person": at_work[0].name, "place": station})
    for other in others:
        if other in at_work:
            hand_back(tx, str(other.task_id), "work.replaced")
        leave_task(other)
        other.place = None
        other.go("place")
        details = {"person": seat.name, "place": station}
        other.last = Result("info", "work.replaced", details).told(other.language)
        save_seat(tx, other)
        tx.journal("person.replaced", f"person/{other.person_id}", place=station, by=seat.person_id)
    return None


def _meant(seat: Seat, station: str, now: datetime) -> bool:
    """Say whether a person was asked just now whether they mean to interrupt the work at a station."""
    asked_at = seat.detail.get("asked_at") if seat.detail.get("asked") == station else None
    soonest, latest = MEANT
    return asked_at is not None and soonest <= now - datetime.fromisoformat(asked_at) <= latest


def _task(reader: Reader, seat: Seat) -> Any:
    return reader.one(_TASK, task=seat.task_id) if seat.task_id else None


def _refresh(tx: Tx, seat: Seat) -> tuple[Any, Any]:
    """Let go of work that is over, and take the next; return the task in hand and what its process found to do."""
    if seat.step == AWAY:
        return None, None
    task = _task(tx, seat)
    if task is not None:
        work = PROCESSES[TaskKind(task.kind)].find(tx, seat, task) if holds(task, seat.claim) else None
        if work:
            return task, work
        if not seat.last or seat.last["kind"] != "done":
            seat.last = _over(seat, task).told(seat.language)
        _drop(tx, seat, task)
        save_seat(tx, seat)
    elif seat.task_id is not None:
        leave_task(seat)
        save_seat(tx, seat)
    if seat.place is None:
        return None, None
    kind = kind_of_place(tx, seat.place)
    if kind is None:
        seat.place = None
        seat.go("place")
        save_seat(tx, seat)
        return None, None
    kinds = [one for one in KINDS_AT[kind] if SKILL[one] in seat.roles]
    taken = claim_next(tx, f"person:{seat.person_id}", kinds, seat.place)
    if taken is None:
        return None, None
    seat.task_id, seat.epoch = taken.task_id, taken.epoch
    task = _task(tx, seat)
    process = PROCESSES[TaskKind(task.kind)]
    process.begin(tx, seat, task)
    work = process.find(tx, seat, task)
    if not work:
        _drop(tx, seat, task)
    save_seat(tx, seat)
    return (task, work) if work else (None, None)


def _over(seat: Seat, task: Any) -> Result:
    """Say why a seat's work is over."""
    if task.state == TaskState.CANCELLED or holds(task, seat.claim):
        return cancelled(task)
    return wrong("pack.held" if task.reason == "wait.hold" else "work.not_yours")


def _drop(tx: Tx, seat: Seat, task: Any) -> None:
    """End work that has nothing left to do, or give it up when somebody else has it."""
    if holds(task, seat.claim):
        cancel_task(tx, task.id, "order.cancelled")
    leave_task(seat)


def _told(reader: Reader, seat: Seat, task: Any, work: Any) -> dict[str, Any]:
    if task is None:
        process, shown = _idle(seat)
    else:
        process = PROCESSES[TaskKind(task.kind)].name
        shown = PROCESSES[TaskKind(task.kind)].show(reader, seat, task, work)
    done, total = shown.progress or (0, 0)
    return {
        "id": str(seat.screen),
        "contract": CONTRACT,
        "process": process,
        "step": seat.step,
        "header": {
            "person": seat.name,
            "place": seat.place or "",
            "wave": shown.wave,
            "cutoff": shown.cutoff,
            "done": done,
            "total": total,
        },
        "ask": shown.ask,
        "target": shown.target,
        "detail": shown.detail,
        "item": shown.item,
        "quantity": None if shown.want is None and not shown.blind else {"want": shown.want, "done": shown.done},
        "to": shown.to,
        "robot": shown.robot,
        "lines": shown.lines,
        "buttons": [button.told(seat) for button in shown.buttons],
        "last": seat.last or None,
        "manual": Role.SUPERVISOR in seat.roles,
    }


def _idle(seat: Seat) -> tuple[str, Screen]:
    if seat.place is None:
        return "start", Screen(ask=seat.say("ask.place"), detail=seat.say("ask.place.detail"))
    if seat.step == AWAY:
        ask, words, buttons = "ask.away", say(ABSENT, seat.language), [Button("here"), Button("leave")]
    else:
        ask, words, buttons = "ask.wait", say("wait.no_work", seat.language, {"place": seat.place}), [Button("leave")]
    return "idle", Screen(ask=seat.say(ask), target=seat.place, detail=str(words), buttons=buttons)
