"""Put back: goods of cancelled orders return from tote or parcel to their locations (F21).

The container is proved first, so that nobody takes the same goods from another's tote; what is not in it is lost.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from edge.model.states import TaskKind
from edge.processes.codes import read
from edge.processes.inventory import add, contents, goods_of, item_of_code, item_row, lose, move
from edge.processes.scanned import not_asked
from edge.processes.seats import Button, Press, Process, Result, Screen, Seat, finish_task, right, wrong
from edge.processes.totes import free_tote, home_of
from edge.processes.trouble import raise_trouble
from edge.store.queue import start
from edge.store.tables import parcels
from edge.store.tx import Reader, Tx

_BUTTONS = {
    "container": (),
    "item": (Button("missing", quantity=True), Button("undo")),
    "location": (Button("undo"),),
}


def begin(_tx: Tx, seat: Seat, _task: Any) -> None:
    """Start at the container."""
    seat.detail = {"stock": None}
    seat.go("container")


def find(reader: Reader, _seat: Seat, task: Any) -> Sequence[Any]:
    """Return what is left in the container."""
    return contents(reader, task.detail["container"])


def show(reader: Reader, seat: Seat, task: Any, goods: Sequence[Any]) -> Screen:
    """Return the screen of the step."""
    row = _current(seat, goods)
    item = item_row(reader, row.owner, row.sku)
    name = item.name_ja if seat.language == "ja" else item.name_en
    home, container = _home(reader, row, task), _container_name(reader, task)
    return Screen(
        ask=seat.say(f"ask.putback.{seat.step}"),
        target={"container": container, "item": name, "location": home}[seat.step],
        detail=seat.say("from", container=container),
        item={"sku": row.sku, "name": name, "code_hint": row.sku[-4:]},
        want=row.quantity,
        done=row.quantity if seat.step == "location" else 0,
        to=home,
        buttons=_BUTTONS[seat.step],
    )


def scan(tx: Tx, seat: Seat, task: Any, goods: Sequence[Any], value: str) -> Result:
    """Prove container, item and location."""
    start(tx, seat.claim)
    row = _current(seat, goods)
    if seat.step == "container":
        container = _container_name(tx, task)
        if container not in (value, read(tx.site, value).tracking):
            return wrong("scan.wrong_container", scanned=value, expected=container)
        seat.go("item")
        return right()
    if seat.step == "item":
        scanned = read(tx.site, value)
        found = item_of_code(tx, scanned, row.owner)
        same = [one for one in goods if found and one.sku == found[0]]
        if not same:
            return not_asked(tx, seat, value, seat.say("ask.putback.item"))
        seat.detail["stock"] = same[0].id
        seat.go("location")
        return right()
    home = _home(tx, row, task)
    if value != home:
        if value in tx.site.location:
            return wrong("scan.wrong_location", scanned=value, expected=home)
        return not_asked(tx, seat, value, f"{seat.say('ask.putback.location')} {home}")
    move_back(tx, task, row, home)
    return _go_on(tx, seat, task) or right()


def press(tx: Tx, seat: Seat, task: Any, goods: Sequence[Any], pressed: Press) -> Result:
    """Take a button."""
    start(tx, seat.claim)
    if pressed.button == "missing":
        return _missing(tx, seat, task, _current(seat, goods), pressed)
    seat.go("container" if seat.step == "item" else "item")
    seat.detail["stock"] = None
    return Result("info", "work.undone")


def _missing(tx: Tx, seat: Seat, task: Any, row: Any, pressed: Press) -> Result:
    """Units that should be in the container are not: they are lost from it, and somebody is to look."""
    units = pressed.quantity if pressed.quantity is not None else 1
    if not 1 <= units <= row.quantity:
        return wrong("work.quantity", most=row.quantity)
    lose(tx, row.place, goods_of(row), units, "putback.missing", promised=True)
    item, container = item_row(tx, row.owner, row.sku), _container_name(tx, task)
    raise_trouble(tx, "exception.short", task.subject, location=container, sku=item.name_ja, missing=units)
    return _go_on(tx, seat, task) or Result("info", "work.short")


def _go_on(tx: Tx, seat: Seat, task: Any) -> Result | None:
    """Go to the next item, or end the task when nothing is left in the container."""
    seat.detail["stock"] = None
    if find(tx, seat, task):
        seat.go("item")
        return None
    kind, container = task.detail["container"].split(":", 1)
    if kind == "tote":
        free_tote(tx, container)
    return finish_task(tx, seat)


def move_back(tx: Tx, task: Any, row: Any, home: str) -> None:
    """Make the units free stock of their location again."""
    source = task.detail["container"]
    tx.journal("putback.done", task.subject, location=home, sku=row.sku, quantity=row.quantity)
    move(tx, goods_of(row), row.quantity, source=source, target=home, promised=True)
    add(tx, home, goods_of(row), 0, allocated=-row.quantity)


def _container_name(reader: Reader, task: Any) -> str:
    """Return what stands on the container: a tote's id, a parcel's number."""
    kind, container = task.detail["container"].split(":", 1)
    if kind == "parcel":
        return str(reader.value(select(parcels.c.tracking).where(parcels.c.id == container)))
    return str(container)


def _current(seat: Seat, goods: Sequence[Any]) -> Any:
    return next((row for row in goods if row.id == seat.detail.get("stock")), goods[0])


def _home(reader: Reader, row: Any, task: Any) -> str:
    """Return where the units came from."""
    return home_of(reader, task.detail["container"], task.detail["order"], row)


PROCESS = Process(TaskKind.PUTBACK, "putback", begin, find, show, scan, press)
