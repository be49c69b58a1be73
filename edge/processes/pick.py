"""Pick at a robot's stop: location, item, quantity and tote, each proved by a scan (F04, F05, F36, F38).

The task's open work is its reserved allocations, in shelf order; a seat remembers which of them it is at.
"""

from typing import Any

from sqlalchemy import case, func, select, update

from edge.model.states import OrderState, TaskKind
from edge.planning.allocate import reserve
from edge.planning.batches import add_picks
from edge.processes.carry import batch_row, order_may_be_packed, stop_worked
from edge.processes.codes import read
from edge.processes.inventory import goods_of, item_of_code, item_row, lose, move
from edge.processes.orders import order_row, short_line, subject_of
from edge.processes.scanned import not_asked
from edge.processes.seats import (
    Button,
    Press,
    Process,
    Result,
    Screen,
    Seat,
    finish_task,
    right,
    wrong,
)
from edge.processes.trouble import raise_trouble
from edge.store.queue import start
from edge.store.statement import Query, param
from edge.store.tables import allocations, batches, order_lines, stops, totes, waves
from edge.store.tx import Reader, Tx

SHORT_REASONS = ("empty", "damaged", "wrong_item")
SKIP_REASONS = ("blocked", "later")

_SHORT = Button("short", reasons=SHORT_REASONS, quantity=True)
_SKIP, _UNDO = Button("skip", reasons=SKIP_REASONS), Button("undo")
_BUTTONS = {
    "location": (_SHORT, _SKIP, _UNDO),
    "item": (Button("quantity", quantity=True), _SHORT, _SKIP, _UNDO),
    "tote": (_SHORT, _SKIP, _UNDO),
}

_TOUR = Query(
    select(
        batches.c.robot_id,
        batches.c.wave_id,
        waves.c.cutoff_at,
        func.count(case((allocations.c.state == "picked", 1))).label("picked"),
        func.count(allocations.c.id).label("parts"),
    )
    .join(waves, waves.c.id == batches.c.wave_id)
    .outerjoin(allocations, (allocations.c.batch_id == batches.c.id) & allocations.c.state.in_(("picked", "reserved")))
    .where(batches.c.id == param("batch"))
    .group_by(batches.c.id, waves.c.id)
)
_COUNT = Query(
    update(order_lines)
    .where(order_lines.c.order_id == param("order"), order_lines.c.line == param("of_line"))
    .values(picked=order_lines.c.picked + param("quantity"))
)


def begin(_tx: Tx, seat: Seat, _task: Any) -> None:
    """Start with the first location."""
    seat.detail = {"skipped": [], "at": None, "picked": []}
    seat.go("location")


def find(reader: Reader, seat: Seat, _task: Any) -> Any:
    """Return the part to pick now, None when none is left; a seat whose part was cancelled proves the next anew."""
    part = current(reader, seat)
    if part is not None and part.id != seat.detail.get("part"):
        seat.detail = seat.detail | {"part": part.id}
        seat.go("item" if part.place == seat.detail.get("at") else "location")
    return part


def current(reader: Reader, seat: Seat) -> Any:
    """Return the allocation to pick now: shelf order, skipped ones last."""
    rows = reader.all(allocations, task_id=seat.task_id, state="reserved")
    skipped: list[str] = seat.detail.get("skipped", [])
    order = sorted(rows, key=lambda row: (row.id in skipped, row.place, row.tote_id or "", row.id))
    return order[0] if order else None


def show(reader: Reader, seat: Seat, _task: Any, part: Any) -> Screen:
    """Return the screen of the step."""
    tour = reader.one(_TOUR, batch=part.batch_id)
    item = item_row(reader, part.owner, part.sku)
    name = item.name_ja if seat.language == "ja" else item.name_en
    details = [seat.say("lot", lot=part.lot)] if part.lot else []
    details += [seat.say("expiry", expiry=part.expiry)] if part.expiry else []
    return Screen(
        ask=seat.say(f"ask.{seat.step}"),
        target={"location": part.place, "item": name, "tote": part.tote_id}[seat.step],
        detail=" ".join(details),
        item={"sku": part.sku, "name": name, "code_hint": part.sku[-4:]},
        want=part.quantity,
        done=seat.counted if seat.step == "item" else (part.quantity if seat.step == "tote" else 0),
        to=seat.say("to.tote", tote=part.tote_id),
        robot=tour.robot_id or "",
        buttons=_BUTTONS[seat.step],
        progress=(tour.picked, tour.parts),
        wave=tour.wave_id,
        cutoff=f"{reader.site.local(tour.cutoff_at):%H:%M}",
    )


def scan(tx: Tx, seat: Seat, task: Any, part: Any, value: str) -> Result:
    """Prove the step by a scan, or say what is wrong; a wrong scan changes nothing."""
    start(tx, seat.claim)
    if seat.step == "location":
        return _scan_location(tx, seat, part, value)
    if seat.step == "item":
        return _scan_item(tx, seat, part, value)
    return _scan_tote(tx, seat, task, part, value)


def press(tx: Tx, seat: Seat, task: Any, part: Any, pressed: Press) -> Result:
    """Take a button."""
    start(tx, seat.claim)
    if pressed.button == "undo":
        return _undo(tx, seat, part)
    if pressed.button == "skip":
        return _skip(tx, seat, part)
    if pressed.button == "quantity":
        return _set_quantity(seat, part, pressed.quantity)
    return _short(tx, seat, task, part, pressed)


def _scan_location(tx: Tx, seat: Seat, part: Any, value: str) -> Result:
    if value == part.place:
        seat.detail["at"] = part.place
        seat.go("item")
        return right()
    if value in tx.site.location:
        return wrong("scan.wrong_location", scanned=value, expected=part.place)
    return not_asked(tx, seat, value, f"{seat.say('ask.location')} {part.place}")


def _scan_item(tx: Tx, seat: Seat, part: Any, value: str) -> Result:
    scanned = read(value)
    found = item_of_code(tx, scanned.gtin or scanned.text, part.owner)
    if found is None:
        return not_asked(tx, seat, value, f"{seat.say('ask.item')} {_name(tx, seat, part.owner, part.sku)}")
    sku, units = found
    if sku != part.sku or (scanned.lot and part.lot and scanned.lot != part.lot):
        names = [_name(tx, seat, part.owner, one) for one in (sku, part.sku)]
        return wrong("scan.wrong_item", scanned_name=names[0], expected_name=names[1])
    if seat.counted + units > part.quantity:
        return wrong("scan.enough")
    seat.counted += units
    if seat.counted == part.quantity:
        seat.go("tote", counted=part.quantity)
    return right()


def _scan_tote(tx: Tx, seat: Seat, task: Any, part: Any, value: str) -> Result:
    if value != part.tote_id:
        if tx.get(totes, id=value) is None:
            return not_asked(tx, seat, value, f"{seat.say('ask.tote')} {part.tote_id}")
        return wrong("scan.wrong_tote", scanned=value, expected=part.tote_id)
    move(tx, goods_of(part), part.quantity, source=part.place, target=f"tote:{part.tote_id}", promised=True)
    tx.change(allocations, {"id": part.id}, state="picked", picked=part.quantity)
    _tell_picked(tx, seat, part, part.quantity)
    seat.detail["picked"] = [*seat.detail.get("picked", []), part.id]
    return _next(tx, seat, task)


def _next(tx: Tx, seat: Seat, task: Any) -> Result:
    part = current(tx, seat)
    if part is not None:
        seat.go("item" if part.place == seat.detail.get("at") else "location")
        return right()
    result = finish_task(tx, seat)
    stop_worked(tx, task.subject.removeprefix("batch/"), task.detail["seq"])
    return result


def _set_quantity(seat: Seat, part: Any, quantity: int | None) -> Result:
    if quantity is None or not 0 <= quantity <= part.quantity:
        return wrong("work.quantity", most=part.quantity)
    if not seat.counted:
        return wrong("scan.item_first")
    seat.counted = max(quantity, 0)
    if seat.counted == part.quantity:
        seat.go("tote", counted=part.quantity)
    return right()


def _skip(tx: Tx, seat: Seat, part: Any) -> Result:
    seat.detail["skipped"] = [*(one for one in seat.detail.get("skipped", []) if one != part.id), part.id]
    seat.detail["at"] = None
    seat.go("location")
    tx.journal("pick.skipped", f"task/{seat.task_id}", location=part.place, sku=part.sku)
    return Result("info", "work.skipped")


def _undo(tx: Tx, seat: Seat, part: Any) -> Result:
    if seat.step == "tote":
        seat.go("item", counted=max(part.quantity - 1, 0))
    elif seat.step == "item" and seat.counted:
        seat.counted -= 1
    elif seat.step == "item":
        seat.detail["at"] = None
        seat.go("location")
    else:
        return _unpick(tx, seat)
    return Result("info", "work.undone")


def _unpick(tx: Tx, seat: Seat) -> Result:
    history = seat.detail.get("picked", [])
    row = tx.get(allocations, id=history[-1]) if history else None
    if row is None or row.state != "picked" or order_row(tx, row.order_id).state != OrderState.PICKING:
        return wrong("work.nothing_to_undo")
    move(tx, goods_of(row), row.picked, source=f"tote:{row.tote_id}", target=row.place, promised=True)
    tx.change(allocations, {"id": row.id}, state="reserved", picked=0)
    _tell_picked(tx, seat, row, -row.picked)
    seat.detail["picked"] = history[:-1]
    seat.detail["at"] = None
    seat.go("location")
    return Result("info", "work.undone")


def _short(tx: Tx, seat: Seat, task: Any, part: Any, pressed: Press) -> Result:
    found = pressed.quantity or 0
    if not 0 <= found < part.quantity or pressed.reason not in SHORT_REASONS:
        return wrong("work.quantity", most=part.quantity - 1)
    if found and not seat.counted:
        return wrong("scan.item_first")
    missing = part.quantity - found
    lose(tx, part.place, goods_of(part), missing, pressed.reason, promised=True)
    item = item_row(tx, part.owner, part.sku)
    raise_trouble(
        tx, "exception.short", f"location/{part.place}", location=part.place, sku=item.name_ja, missing=missing
    )
    _less(tx, part, missing)
    line = tx.get(order_lines, order_id=part.order_id, line=part.line)
    if found:
        tx.change(allocations, {"id": part.id}, quantity=found)
        seat.go("tote", counted=found)
    else:
        tx.change(allocations, {"id": part.id}, state="short", quantity=0)
    again = reserve(tx, part.order_id, line, missing)
    if again:
        _add_stops(tx, part)
    if again < missing:
        short_line(tx, part.order_id, part.line, missing - again, pressed.reason)
    tx.journal("pick.short", f"task/{seat.task_id}", reason=pressed.reason, location=part.place, missing=missing)
    if not found:
        done = _next(tx, seat, task)
        order_may_be_packed(tx, part.order_id)
        return done if done.kind == "done" else Result("info", "work.short")
    return Result("info", "work.short")


def _less(tx: Tx, part: Any, missing: int) -> None:
    this = (order_lines.c.order_id == part.order_id, order_lines.c.line == part.line)
    tx.update(order_lines, *this, allocated=order_lines.c.allocated - missing)


def _add_stops(tx: Tx, part: Any) -> None:
    """Send the robot by the places where the missing units were found, before it goes to the pack station."""
    fresh = tx.rows(
        select(allocations)
        .where(
            allocations.c.order_id == part.order_id,
            allocations.c.state == "reserved",
            allocations.c.batch_id.is_(None),
        )
        .order_by(allocations.c.place, allocations.c.id)
    )
    rows = tx.all(stops, batch_id=part.batch_id)
    last = rows[-1]
    for row in fresh:
        node = tx.site.location[row.place].node
        same = next((one for one in rows if one.node == node and one.kind == "pick" and one.arrived_at is None), None)
        if same is None:
            tx.change(stops, {"batch_id": last.batch_id, "seq": last.seq}, seq=last.seq + 1)
            tx.insert(stops, batch_id=last.batch_id, seq=last.seq, node=node, kind="pick")
            seq = last.seq
            rows = tx.all(stops, batch_id=part.batch_id)
            last = rows[-1]
        else:
            seq = same.seq
        add_picks(tx, part.batch_id, seq, [row], {part.order_id: part.tote_id})


def _tell_picked(tx: Tx, seat: Seat, part: Any, quantity: int) -> None:
    tx.run(_COUNT, order=part.order_id, of_line=part.line, quantity=quantity)
    robot = batch_row(tx, part.batch_id).robot_id
    tx.journal(
        "order.picked",
        subject_of(part.order_id),
        outward=True,
        line=part.line,
        owner=part.owner,
        sku=part.sku,
        lot=part.lot,
        expiry=part.expiry,
        quantity=quantity,
        location=part.place,
        person=seat.person_id,
        robot=robot,
        tote=part.tote_id,
    )


def _name(reader: Reader, seat: Seat, owner: str, sku: str) -> str:
    item = item_row(reader, owner, sku)
    return str(item.name_ja if seat.language == "ja" else item.name_en)


PROCESS = Process(TaskKind.PICK, "pick", begin, find, show, scan, press)
