"""Rescue: people fetch the totes of a robot that is out of work and carry them to their pack station (R123)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from edge.model.states import TaskKind
from edge.processes.carry import set_down
from edge.processes.scanned import not_asked
from edge.processes.seats import Button, Press, Process, Result, Screen, Seat, finish_task, right, wrong
from edge.store.queue import start
from edge.store.tables import totes
from edge.store.tx import Reader, Tx


def begin(_tx: Tx, seat: Seat, _task: Any) -> None:
    """Start at the robot."""
    seat.detail = {"scanned": []}
    seat.go("tote")


def find(reader: Reader, _seat: Seat, task: Any) -> Sequence[Any]:
    """Return the totes that are still to be fetched."""
    return reader.rows(
        select(totes).where(totes.c.place == f"robot:{task.detail['robot']}").order_by(totes.c.slot, totes.c.id)
    )


def show(_reader: Reader, seat: Seat, task: Any, rows: Sequence[Any]) -> Screen:
    """Return the screen of the step."""
    scanned = seat.detail["scanned"]
    left = [row.id for row in rows if row.id not in scanned]
    return Screen(
        ask=seat.say(f"ask.rescue.{seat.step}"),
        target=task.detail["station"] if seat.step == "station" else left[0],
        detail=seat.say("on.robot", robot=task.detail["robot"]),
        robot=task.detail["robot"],
        to=task.detail["station"],
        progress=(len(rows) - len(left), len(rows)),
        buttons=[Button("undo")],
    )


def scan(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], value: str) -> Result:
    """Prove totes and station."""
    start(tx, seat.claim)
    if seat.step == "tote":
        if value not in [row.id for row in rows]:
            if tx.get(totes, id=value) is None:
                return not_asked(tx, seat, value, f"{seat.say('ask.tote')} {rows[0].id}")
            return wrong("scan.wrong_tote", scanned=value, expected=rows[0].id)
        if value not in seat.detail["scanned"]:
            seat.detail["scanned"] = [*seat.detail["scanned"], value]
        if all(row.id in seat.detail["scanned"] for row in rows):
            seat.go("station")
        return right()
    station = task.detail["station"]
    if value != station:
        if value not in tx.site.station:
            return not_asked(tx, seat, value, f"{seat.say('ask.rescue.station')} {station}")
        return wrong("scan.wrong_location", scanned=value, expected=station)
    for row in rows:
        tx.journal("tote.rescued", f"tote/{row.id}", robot=task.detail["robot"], person=seat.person_id)
        set_down(tx, row, station)
    return finish_task(tx, seat)


def press(_tx: Tx, seat: Seat, _task: Any, _rows: Sequence[Any], _pressed: Press) -> Result:
    """Take the only button: undo."""
    seat.detail["scanned"] = seat.detail["scanned"][:-1]
    seat.go("tote")
    return Result("info", "work.undone")


PROCESS = Process(TaskKind.RESCUE, "rescue", begin, find, show, scan, press)
