"""Pick at a robot's stop: location, item, quantity and tote, each proved by a scan (F04, F05, F36, F38).

The task's open work is its reserved allocations, in shelf order; a seat remembers which of them it is at. What goes
into a tote for a put wall is taken in total: the same goods of several orders are one part (F08). A location may have a
light and a button, whose press proves it (faces.py); never the tote.
"""

from typing import Any

from sqlalchemy import case, func, select, update

from edge.model.states import OrderState, TaskKind
from edge.planning.allocate import reserve
from edge.planning.batches import add_picks
from edge.processes.after_short import count_after_short
from edge.processes.carry import batch_row, order_may_be_packed, stop_worked
from edge.processes.codes import read
from edge.processes.faces import colour_at_faces, proves_units
from edge.processes.inventory import goods_of, item_of_code, item_row, lose, move
from edge.processes.orders import order_row, short_line, subject_of
from edge.processes.parts import Part, current, step_at
from edge.processes.scanned import not_asked
from edge.processes.seats import (
    BUTTON,
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


def begin(tx: Tx, seat: Seat, _task: Any) -> None:
    """Start with the first location."""
    seat.detail = {"skipped": [], "picked": [], "colour": seat.detail.get("colour", "")}
    _to_location(tx, seat)


def find(reader: Reader, seat: Seat, _task: Any) -> Part | None:
    """Return the part to pick now, None when none is left; a seat whose part was cancelled proves the next anew."""
    part = current(reader, seat)
    if part is not None and part.id != seat.detail.get("part"):
        seat.go(step_at(seat, part))
        seat.detail = seat.detail | {"part": part.id}
    return part


def show(reader: Reader, seat: Seat, _task: Any, part: Part) -> Screen:
    """Return the screen of the step."""
    of = part.first
    tour = reader.one(_TOUR, batch=of.batch_id)
    item = item_row(reader, of.owner, of.sku)
    name = item.name_ja if seat.language == "ja" else item.name_en
    details = [seat.say("lot", lot=of.lot)] if of.lot else []
    details += [seat.say("expiry", expiry=of.expiry)] if of.expiry else []
    colour = seat.detail.get("colour") if of.place in reader.site.face and seat.step != "tote" else ""
    details += [seat.say(f"colour.{colour}")] if colour else []
    return Screen(
        ask=seat.say(f"ask.{seat.step}"),
        target={"location": of.place, "item": name, "tote": of.tote_id}[seat.step],
        detail=" ".join(details),
        item={"sku": of.sku, "name": name, "code_hint": of.sku[-4:]},
        want=part.quantity,
        done=seat.counted if seat.step == "item" else (part.quantity if seat.step == "tote" else 0),
        to=seat.say("to.tote", tote=of.tote_id),
        robot=tour.robot_id or "",
        buttons=_BUTTONS[seat.step],
        progress=(tour.picked, tour.parts),
        wave=tour.wave_id,
        cutoff=f"{reader.site.local(tour.cutoff_at):%H:%M}",
    )


def scan(tx: Tx, seat: Seat, task: Any, part: Part, value: str) -> Result:
    """Prove the step by a scan, or say what is wrong; a wrong scan changes nothing."""
    start(tx, seat.claim)
    if seat.source == BUTTON and value == part.first.place and proves_units(tx, part):
        return _all_counted(tx, seat, part)
    if seat.step == "location":
        return _scan_location(tx, seat, part, value)
    if seat.step == "item":
        return _scan_item(tx, seat, part, value)
    return _scan_tote(tx, seat, task, part, value)


def press(tx: Tx, seat: Seat, task: Any, part: Part, pressed: Press) -> Result:
    """Take a button."""
    start(tx, seat.claim)
    if pressed.button == "undo":
        return _undo(tx, seat, part)
    if pressed.button == "skip":
        return _skip(tx, seat, part)
    if pressed.button == "quantity":
        return _set_quantity(tx, seat, part, pressed.quantity)
    return _short(tx, seat, task, part, pressed)


def _scan_location(tx: Tx, seat: Seat, part: Part, value: str) -> Result:
    if value == part.first.place:
        seat.detail["at"] = part.first.place
        seat.go("item")
        _tell_face(tx, seat, part, "pick.located")
        return right()
    if value in tx.site.location:
        return wrong("scan.wrong_location", scanned=value, expected=part.first.place)
    return not_asked(tx, seat, value, f"{seat.say('ask.location')} {part.first.place}")


def _scan_item(tx: Tx, seat: Seat, part: Part, value: str) -> Result:
    scanned = read(tx.site, value)
    found = item_of_code(tx, scanned, part.first.owner)
    if found is None:
        return not_asked(tx, seat, value, f"{seat.say('ask.item')} {_name(tx, seat, part.first.owner, part.first.sku)}")
    sku, units = found
    if sku != part.first.sku or (scanned.lot and part.first.lot and scanned.lot != part.first.lot):
        names = [_name(tx, seat, part.first.owner, one) for one in (sku, part.first.sku)]
        return wrong("scan.wrong_item", scanned_name=names[0], expected_name=names[1])
    if seat.counted + units > part.quantity:
        return wrong("scan.enough")
    seat.counted += units
    return _all_counted(tx, seat, part) if seat.counted == part.quantity else right()


def _scan_tote(tx: Tx, seat: Seat, task: Any, part: Part, value: str) -> Result:
    if value != part.first.tote_id:
        if tx.get(totes, id=value) is None:
            return not_asked(tx, seat, value, f"{seat.say('ask.tote')} {part.first.tote_id}")
        return wrong("scan.wrong_tote", scanned=value, expected=part.first.tote_id)
    for row in part.rows:
        move(tx, goods_of(row), row.quantity, source=row.place, target=f"tote:{row.tote_id}", promised=True)
        tx.change(allocations, {"id": row.id}, state="picked", picked=row.quantity)
        _tell_picked(tx, seat, row, row.quantity)
    seat.detail["picked"] = [*seat.detail.get("picked", []), part.id]
    return _next(tx, seat, task)


def _next(tx: Tx, seat: Seat, task: Any) -> Result:
    part = current(tx, seat)
    if part is not None:
        if part.first.place == seat.detail.get("at"):
            seat.go("item")
        else:
            _to_location(tx, seat)
        return right()
    result = finish_task(tx, seat)
    stop_worked(tx, task.subject.removeprefix("batch/"), task.detail["seq"])
    return result


def _set_quantity(tx: Tx, seat: Seat, part: Part, quantity: int | None) -> Result:
    if quantity is None or not 0 <= quantity <= part.quantity:
        return wrong("work.quantity", most=part.quantity)
    if not seat.counted:
        return wrong("scan.item_first")
    seat.counted = max(quantity, 0)
    return _all_counted(tx, seat, part) if seat.counted == part.quantity else right()


def _all_counted(tx: Tx, seat: Seat, part: Part) -> Result:
    """Location, item and units are proved: the tote is next."""
    seat.detail["at"] = part.first.place
    seat.go("tote", counted=part.quantity)
    _tell_face(tx, seat, part, "pick.counted", quantity=part.quantity)
    return right()


def _to_location(tx: Tx, seat: Seat) -> None:
    """Ask for the next location, from now on, in a colour that is free."""
    seat.detail |= {"at": None, "since": tx.seq, "colour": colour_at_faces(tx, seat)}
    seat.go("location")


def _tell_face(tx: Tx, seat: Seat, part: Part, kind: str, **more: Any) -> None:
    """Write down what was proved or taken back at a location with a light, and by what: it may go dark by it, or on."""
    of = part.first
    if of.place in tx.site.face:
        about = {"sku": of.sku, "person": seat.person_id, "source": seat.source}
        tx.journal(kind, f"location/{of.place}", **about, **more)


def _skip(tx: Tx, seat: Seat, part: Part) -> Result:
    now = [row.id for row in part.rows]
    seat.detail["skipped"] = [*(one for one in seat.detail.get("skipped", []) if one not in now), *now]
    _to_location(tx, seat)
    tx.journal("pick.skipped", f"task/{seat.task_id}", location=part.first.place, sku=part.first.sku)
    return Result("info", "work.skipped")


def _undo(tx: Tx, seat: Seat, part: Part) -> Result:
    if seat.step == "tote":
        seat.go("item", counted=max(part.quantity - 1, 0))
    elif seat.step == "item" and seat.counted:
        seat.counted -= 1
    elif seat.step == "item":
        _to_location(tx, seat)
    else:
        return _unpick(tx, seat)
    _tell_face(tx, seat, part, "pick.undone")
    return Result("info", "work.undone")


def _unpick(tx: Tx, seat: Seat) -> Result:
    history = seat.detail.get("picked", [])
    rows = [tx.get(allocations, id=one) for one in history[-1].split("+")] if history else []
    if not rows or not all(_can_unpick(tx, row) for row in rows):
        return wrong("work.nothing_to_undo")
    for row in rows:
        move(tx, goods_of(row), row.picked, source=f"tote:{row.tote_id}", target=row.place, promised=True)
        tx.change(allocations, {"id": row.id}, state="reserved", picked=0)
        _tell_picked(tx, seat, row, -row.picked)
    seat.detail["picked"] = history[:-1]
    _to_location(tx, seat)
    return Result("info", "work.undone")


def _can_unpick(reader: Reader, row: Any) -> bool:
    return row is not None and row.state == "picked" and order_row(reader, row.order_id).state == OrderState.PICKING


def _short(tx: Tx, seat: Seat, task: Any, part: Part, pressed: Press) -> Result:
    found = pressed.quantity or 0
    if not 0 <= found < part.quantity or pressed.reason not in SHORT_REASONS:
        return wrong("work.quantity", most=part.quantity - 1)
    if found and not seat.counted:
        return wrong("scan.item_first")
    of, missing = part.first, part.quantity - found
    lose(tx, of.place, goods_of(of), missing, pressed.reason, promised=True)
    item = item_row(tx, of.owner, of.sku)
    raise_trouble(tx, "exception.short", f"location/{of.place}", location=of.place, sku=item.name_ja, missing=missing)
    if found:
        seat.go("tote", counted=found)
    left = found
    for row in part.rows:
        kept = min(left, row.quantity)
        left -= kept
        if kept < row.quantity:
            _short_row(tx, row, kept, pressed.reason)
    tx.journal("pick.short", f"task/{seat.task_id}", reason=pressed.reason, location=of.place, missing=missing)
    order_ids = list(dict.fromkeys(row.order_id for row in part.rows))
    keys = [order_row(tx, order_id).order_key for order_id in order_ids]
    count_after_short(tx, of.place, seat.person_id, keys, of.sku)
    done = None if found else _next(tx, seat, task)
    for order_id in order_ids:
        order_may_be_packed(tx, order_id)
    return done if done is not None and done.kind == "done" else Result("info", "work.short")


def _short_row(tx: Tx, row: Any, kept: int, reason: str) -> None:
    """Leave an allocation the units that were found for it, and look for the others elsewhere (F36)."""
    missing = row.quantity - kept
    _less(tx, row, missing)
    line = tx.get(order_lines, order_id=row.order_id, line=row.line)
    tx.change(allocations, {"id": row.id}, quantity=kept, **({} if kept else {"state": "short"}))
    again = reserve(tx, row.order_id, line, missing)
    if again:
        _add_stops(tx, row)
    if again < missing:
        short_line(tx, row.order_id, row.line, missing - again, reason)


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
