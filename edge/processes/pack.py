"""Pack at a station: tote, every item, carton, weight, label; parcel and label are paired by a scan (F09-F11, H66).

What is counted lives in the seat until the parcel is closed; units move from tote to parcel with the pairing scan.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from edge.model.reasons import Refusal
from edge.model.states import OrderState, ParcelState, Role, TaskKind, TaskState, ToteState
from edge.processes.codes import read
from edge.processes.inventory import Goods, contents, goods_of, item_of_code, item_row, lose, move
from edge.processes.labels import REPRINT_REASONS, new_number, new_tag, parcel_of, reprint, to_scan
from edge.processes.orders import all_lines, lines_of, move_order, order_row, short_line, subject_of
from edge.processes.scanned import not_asked
from edge.processes.seats import (
    Button,
    Press,
    Process,
    Result,
    Screen,
    Seat,
    finish_task,
    leave_task,
    right,
    wrong,
)
from edge.processes.totes import free_totes
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.processes.weighing import Inside, inside, teach
from edge.site import Site
from edge.store.queue import claim, finish, release, start
from edge.store.statement import Query, param
from edge.store.tables import allocations, items, order_lines, orders, parcels, tasks, totes
from edge.store.tx import Reader, Tx

_REPRINT = Button("reprint", reasons=REPRINT_REASONS)
_PACKED = Query(
    update(order_lines).where(order_lines.c.order_id == param("of_order")).values(packed=order_lines.c.picked)
)
_LEFT = Query(
    select(parcels.c.id)
    .where(parcels.c.order_id == param("order_id"), parcels.c.state.in_((ParcelState.OPEN, ParcelState.LABELLED)))
    .order_by(parcels.c.id)
)

_LINES = Query(
    select(
        order_lines.c.sku,
        order_lines.c.picked,
        items.c.name_ja,
        items.c.name_en,
        items.c.length,
        items.c.width,
        items.c.height,
    )
    .outerjoin(items, (items.c.owner == order_lines.c.owner) & (items.c.sku == order_lines.c.sku))
    .where(order_lines.c.order_id == param("order_id"))
    .order_by(order_lines.c.line)
)


def begin(tx: Tx, seat: Seat, task: Any) -> None:
    """Start with the tote; a carton that somebody else left half done is void, so that its label is never used."""
    for parcel in tx.rows(_LEFT, order_id=_order_id(task)):
        _void(tx, parcel.id)
    seat.detail = {"scanned": [], "counts": {}, "parcel": None}
    seat.go("tote")


def find(reader: Reader, _seat: Seat, task: Any) -> Any:
    """Return the order if it is still to be packed."""
    order = order_row(reader, _order_id(task))
    return order if order.state == OrderState.PACKING and not order.hold else None


def show(reader: Reader, seat: Seat, task: Any, order: Any) -> Screen:
    """Return the screen of the step."""
    rows = reader.rows(_LINES, order_id=order.id)
    shown = Screen(
        ask=seat.say(f"ask.{seat.step}" if seat.step != "tote" else "ask.pack.tote"),
        detail=order.order_key,
        lines=_told_lines(seat, rows),
        cutoff=f"{reader.site.local(order.cutoff_at):%H:%M}",
        wave=order.wave_id or "",
    )
    shown.progress = (sum(line["done"] for line in shown.lines), sum(line["want"] for line in shown.lines))
    if seat.step == "tote":
        left = [tote for tote in task.detail["totes"] if tote not in seat.detail["scanned"]]
        shown.target = left[0]
        if seat.detail["scanned"]:
            shown.ask = seat.say("ask.other.tote")
        shown.lines = []
    elif seat.step == "verify":
        shown.buttons = [Button("missing", quantity=True), Button("undo")]
        nearest = next((line for line in shown.lines if line["done"] < line["want"]), None)
        shown.target = nearest["name"] if nearest else ""
    elif seat.step == "carton":
        shown.target = _suggest_carton(reader, rows)
        shown.buttons = [Button("undo")]
    elif seat.step == "weigh":
        parcel = _parcel(reader, seat)
        shown.target = parcel.carton
        shown.detail = seat.say("weight", expected=parcel.expected_g)
        zero = [Button("zero")] if _takes_commands(reader.site, seat.place) else []
        shown.buttons = [Button("weigh"), *zero, Button("recount"), Button("accept", danger=True)]
    else:
        parcel = _parcel(reader, seat)
        shown.target = to_scan(reader, parcel)
        if shown.target != parcel.tracking:
            shown.ask = seat.say("ask.label.again", issue=parcel.issue)
        shown.buttons = [_REPRINT]
    return shown


def scan(tx: Tx, seat: Seat, task: Any, order: Any, value: str) -> Result:
    """Prove the step by a scan."""
    if seat.step == "tote":
        return _scan_tote(tx, seat, task, value)
    start(tx, seat.claim)
    if seat.step == "verify":
        return _scan_item(tx, seat, task, value)
    if seat.step == "carton":
        return _scan_carton(tx, seat, order, value)
    if seat.step == "label":
        return _scan_label(tx, seat, task, value)
    return wrong("scan.not_here", scanned=value, ask=seat.say(f"ask.{seat.step}"))


def press(tx: Tx, seat: Seat, task: Any, _order: Any, pressed: Press) -> Result:
    """Take a button."""
    start(tx, seat.claim)
    if pressed.button == "missing":
        return _missing(tx, seat, task, pressed)
    if pressed.button == "undo":
        return _undo(tx, seat)
    if pressed.button == "recount":
        _void_open(tx, seat)
        seat.detail["counts"] = {}
        seat.go("verify")
        return Result("info", "work.undone")
    if pressed.button == "weigh":
        return _weigh(tx, seat, int(pressed.value))
    if pressed.button == "zero":
        tx.journal("scale.zeroed", f"station/{seat.place}", grams=int(pressed.value), person=seat.person_id)
        return Result("info", "pack.scale_zeroed")
    if pressed.button == "accept":
        return _accept(tx, seat)
    return _reprint(tx, seat, pressed)


def _suggest_carton(reader: Reader, rows: Sequence[Any]) -> str:
    """Return the smallest carton that holds the lines by volume and longest side; the largest if none does."""
    volume, longest = 0, 0
    for row in rows:
        volume += row.length * row.width * row.height * row.picked
        longest = max(longest, row.length, row.width, row.height)
    sizes = sorted(reader.site.cartons, key=lambda carton: carton.volume)
    fits = (one for one in sizes if one.volume * 4 >= volume * 5 and max(one.length, one.width, one.height) >= longest)
    return next(fits, sizes[-1]).id


def _order_id(task: Any) -> str:
    return str(task.subject).removeprefix("order/")


def _lines(reader: Reader, seat: Seat, order_id: str) -> list[dict[str, Any]]:
    return _told_lines(seat, reader.rows(_LINES, order_id=order_id))


def _told_lines(seat: Seat, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what was picked, by SKU, and how much of it is counted."""
    counts: Mapping[str, int] = seat.detail.get("counts", {})
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.picked:
            name = row.name_ja if seat.language == "ja" else row.name_en
            line = {"sku": row.sku, "name": name, "want": 0, "done": counts.get(row.sku, 0)}
            told.setdefault(row.sku, line)["want"] += row.picked
    return [told[sku] for sku in sorted(told)]


def _scan_tote(tx: Tx, seat: Seat, task: Any, value: str) -> Result:
    tote = tx.get(totes, id=value)
    if tote is None:
        return not_asked(tx, seat, value, seat.say("ask.pack.tote"))
    if tote.order_id is None:
        return wrong("scan.no_order_tote", scanned=value)
    if tote.state != ToteState.WAITING or tote.place != f"station:{seat.place}":
        station = tx.value(select(orders.c.station).where(orders.c.id == tote.order_id))
        return wrong("scan.other_station", scanned=value, station=station or "?")
    if tote.id not in task.detail["totes"]:
        if seat.detail["scanned"]:
            return wrong("scan.wrong_tote", scanned=value, expected=_next_tote(seat, task))
        other = _switch(tx, seat, tote.order_id)
        if other is None:
            return wrong("pack.held" if order_row(tx, tote.order_id).hold else "work.not_yours")
        task = other
    start(tx, seat.claim)
    if tote.id not in seat.detail["scanned"]:
        seat.detail["scanned"] = [*seat.detail["scanned"], tote.id]
    if len(seat.detail["scanned"]) == len(task.detail["totes"]):
        seat.go("verify")
    return right()


def _next_tote(seat: Seat, task: Any) -> str:
    return next(str(tote) for tote in task.detail["totes"] if tote not in seat.detail["scanned"])


def _switch(tx: Tx, seat: Seat, order_id: str) -> Any:
    """Take the scanned tote's order instead of the suggested one."""
    other = tx.get(tasks, subject=subject_of(order_id), kind=TaskKind.PACK, state=TaskState.READY)
    if other is None:
        return None
    release(tx, seat.claim.task_id, "work.changed")
    taken = claim(tx, other.id, f"person:{seat.person_id}")
    seat.task_id, seat.epoch = taken.task_id, taken.epoch
    return other


def _scan_item(tx: Tx, seat: Seat, task: Any, value: str) -> Result:
    order_id = _order_id(task)
    owner = order_id.split("/", 1)[0]
    scanned = read(tx.site, value)
    found = item_of_code(tx, scanned, owner)
    if found is None:
        return not_asked(tx, seat, value, seat.say("ask.verify"))
    sku, units = found
    lines = _lines(tx, seat, order_id)
    line = next((one for one in lines if one["sku"] == sku), None)
    if line is None:
        item = item_row(tx, owner, sku)
        return wrong("scan.not_in_order", scanned_name=item.name_ja if seat.language == "ja" else item.name_en)
    if line["done"] + units > line["want"]:
        return wrong("scan.enough")
    line["done"] += units
    seat.detail["counts"] = seat.detail["counts"] | {sku: line["done"]}
    seat.detail["last"] = sku
    if all(one["done"] == one["want"] for one in lines):
        seat.go("carton")
    return right()


def _scan_carton(tx: Tx, seat: Seat, order: Any, value: str) -> Result:
    carton = tx.site.carton.get(value)
    if carton is None:
        return wrong("scan.wrong_carton", scanned=value)
    parcel_id = tx.new_id()
    tx.insert(
        parcels,
        id=parcel_id,
        order_id=order.id,
        state=ParcelState.OPEN,
        station=seat.place,
        carton=carton.id,
        expected_g=inside(tx, order.id, carton.weight).expected_g,
        carrier=order.carrier,
        packed_by=seat.person_id,
    )
    seat.detail["parcel"] = parcel_id
    seat.go("weigh")
    return right()


def _weigh(tx: Tx, seat: Seat, grams: int) -> Result:
    parcel = _parcel(tx, seat)
    packed = _inside(tx, parcel)
    if packed is None:
        return wrong("scan.wrong_carton", scanned=parcel.carton)
    expected = packed.expected_g
    tx.change(parcels, {"id": parcel.id}, weight_g=grams, expected_g=expected)
    if not packed.fits(grams):
        facts: dict[str, Any] = {"weight": grams, "expected": expected}
        tx.journal("parcel.weight_off", f"parcel/{parcel.id}", reason="pack.weight_off", **facts)
        raise_trouble(tx, "exception.weight", f"parcel/{parcel.id}", parcel=parcel.order_id, **facts)
        return wrong("pack.weight_off", tolerance=packed.tolerance_g, **facts)
    return _label(tx, seat, parcel, packed, grams)


def _accept(tx: Tx, seat: Seat) -> Result:
    parcel = _parcel(tx, seat)
    if Role.SUPERVISOR not in seat.roles:
        return wrong("work.role", role=Role.SUPERVISOR)
    if parcel.weight_g is None:
        return wrong("scan.not_here", scanned="", ask=seat.say("button.weigh"))
    packed = _inside(tx, parcel)
    if packed is None:
        return wrong("scan.wrong_carton", scanned=parcel.carton)
    tx.journal("parcel.weight_accepted", f"parcel/{parcel.id}", weight=parcel.weight_g, person=seat.person_id)
    return _label(tx, seat, parcel, packed, parcel.weight_g)


def _takes_commands(site: Site, station: str | None) -> bool:
    """Tell whether the scale of a station can be set to zero from here."""
    at = site.station.get(station or "")
    scale = site.device.get(at.scale or "") if at is not None else None
    return scale is not None and scale.kind == "scale" and scale.protocol != "continuous"


def _inside(reader: Reader, parcel: Any) -> Inside | None:
    """Return what lies in a parcel; None when the site has no such carton any more, and it is to be packed anew."""
    carton = reader.site.carton.get(parcel.carton)
    return None if carton is None else inside(reader, parcel.order_id, carton.weight)


def _label(tx: Tx, seat: Seat, parcel: Any, packed: Inside, grams: int) -> Result:
    teach(tx, packed, grams)
    solve_trouble(tx, "exception.weight", f"parcel/{parcel.id}")
    number, tag = new_number(tx), new_tag(tx)
    tx.change(parcels, {"id": parcel.id}, state=ParcelState.LABELLED, weight_g=grams, tracking=number, epc=tag)
    tx.journal("parcel.labelled", f"parcel/{parcel.id}", tracking=number, order=parcel.order_id, station=parcel.station)
    seat.go("label")
    return Result("right", "pack.printing")


def _scan_label(tx: Tx, seat: Seat, task: Any, value: str) -> Result:
    parcel = _parcel(tx, seat)
    found = parcel_of(tx, value)
    if isinstance(found, Result):
        return found
    if found is None or found.id != parcel.id:
        return wrong("scan.wrong_label", scanned=value, expected=parcel.tracking)
    order_id = _order_id(task)
    for tote in task.detail["totes"]:
        for row in contents(tx, f"tote:{tote}"):
            move(tx, goods_of(row), row.quantity, source=f"tote:{tote}", target=f"parcel:{parcel.id}", promised=True)
    tx.run(_PACKED, of_order=order_id)
    tx.change(parcels, {"id": parcel.id}, state=ParcelState.PACKED, packed_at=tx.now)
    free_totes(tx, order_id)
    move_order(tx, order_id, OrderState.PACKED)
    tx.journal(
        "order.packed",
        subject_of(order_id),
        outward=True,
        parcel=parcel.id,
        carton=parcel.carton,
        weight_g=parcel.weight_g,
        tracking=parcel.tracking,
        person=seat.person_id,
        station=parcel.station,
        lines=[{"line": line.line, "sku": line.sku, "quantity": line.packed} for line in lines_of(tx, order_id)],
    )
    return finish_task(tx, seat)


def _reprint(tx: Tx, seat: Seat, pressed: Press) -> Result:
    try:
        reprint(tx, seat.detail["parcel"], pressed.reason or "", seat.person_id)
    except Refusal as refusal:
        return wrong(refusal.code, **refusal.details)
    return Result("info", "label.printing")


def _missing(tx: Tx, seat: Seat, task: Any, pressed: Press) -> Result:
    """Units that should be in the tote are not: they are lost from the tote, the order goes short."""
    order_id = _order_id(task)
    line = next((one for one in _lines(tx, seat, order_id) if one["done"] < one["want"]), None)
    units = pressed.quantity if pressed.quantity is not None else 1
    if line is None or not 1 <= units <= line["want"] - line["done"]:
        return wrong("work.quantity", most=line["want"] - line["done"] if line else 0)
    owner = order_id.split("/", 1)[0]
    left = units
    for tote in task.detail["totes"]:
        for row in contents(tx, f"tote:{tote}"):
            if row.sku == line["sku"] and left:
                part = min(left, row.quantity)
                lose(tx, f"tote:{tote}", goods_of(row), part, "pack.short", promised=True)
                left -= part
    _unpick_lines(tx, order_id, Goods(owner, line["sku"]), units)
    raise_trouble(tx, "exception.short", subject_of(order_id), location=seat.place, sku=line["name"], missing=units)
    lines = _lines(tx, seat, order_id)
    if not lines:
        return _close_empty(tx, seat, order_id)
    if all(one["done"] == one["want"] for one in lines):
        seat.go("carton")
    return Result("info", "pack.short")


def _unpick_lines(tx: Tx, order_id: str, goods: Goods, units: int) -> None:
    left = units
    for line in lines_of(tx, order_id):
        if line.sku == goods.sku and left and line.picked:
            part = min(left, line.picked)
            this = (order_lines.c.order_id == order_id, order_lines.c.line == line.line)
            tx.update(order_lines, *this, picked=line.picked - part, allocated=line.allocated - part)
            short_line(tx, order_id, line.line, part, "pack.short")
            left -= part


def _close_empty(tx: Tx, seat: Seat, order_id: str) -> Result:
    finish(tx, seat.claim)
    leave_task(seat)
    free_totes(tx, order_id)
    tx.change(allocations, {"order_id": order_id, "state": "picked"}, state="short", picked=0)
    move_order(tx, order_id, OrderState.SHORT, reason="pack.short")
    told = all_lines(tx, order_id)
    tx.journal("order.cancelled", subject_of(order_id), reason="pack.short", outward=True, lines=told)
    return Result("done", "pack.nothing_left")


def _undo(tx: Tx, seat: Seat) -> Result:
    counts = dict(seat.detail["counts"])
    last = seat.detail.get("last")
    if last is None or not counts.get(last):
        return wrong("work.nothing_to_undo")
    counts[last] -= 1
    seat.detail["counts"] = counts
    _void_open(tx, seat)
    seat.go("verify")
    return Result("info", "work.undone")


def _void_open(tx: Tx, seat: Seat) -> None:
    if seat.detail.get("parcel"):
        _void(tx, seat.detail["parcel"])
        seat.detail["parcel"] = None


def _void(tx: Tx, parcel_id: str) -> None:
    tx.change(parcels, {"id": parcel_id}, state=ParcelState.VOID)
    solve_trouble(tx, "exception.weight", f"parcel/{parcel_id}")


def _parcel(reader: Reader, seat: Seat) -> Any:
    row = reader.get(parcels, id=seat.detail["parcel"])
    if row is None:
        raise ValueError(f"there is no parcel {seat.detail['parcel']}")
    return row


PROCESS = Process(TaskKind.PACK, "pack", begin, find, show, scan, press)
