"""Sort at a put wall: tote, item, then every slot that wants it, proved by its button or its label (F08).

What a slot wants is read from what was picked for its order, never remembered: a cancelled order wants nothing, and
after a restart the same lights are on. Units move from the shared tote to the slot with each put.
"""

from collections.abc import Sequence
from typing import Any

from edge.model.states import OrderState, TaskKind, TaskState, ToteState
from edge.processes.carry import order_may_be_packed
from edge.processes.codes import read
from edge.processes.inventory import contents, goods_of, item_of_code, item_row, lose, move
from edge.processes.lights import Lit, free_colour, workers
from edge.processes.orders import order_row, short_line, subject_of
from edge.processes.scanned import not_asked
from edge.processes.seats import Button, Press, Process, Result, Screen, Seat, finish_task, right, wrong
from edge.processes.slots import shares
from edge.processes.totes import clear_tote
from edge.processes.trouble import raise_trouble
from edge.store.queue import claim, release, start
from edge.store.tables import allocations, order_lines, tasks, totes
from edge.store.tx import Reader, Tx

MISSING_REASONS = ("absent", "damaged")

_MISSING, _UNDO = Button("missing", reasons=MISSING_REASONS, quantity=True), Button("undo")
_BUTTONS = {"tote": (), "item": (_MISSING, _UNDO), "put": (_MISSING, Button("aside"), _UNDO)}


def lit(reader: Reader, wall: str) -> dict[str, Lit]:
    """Return which slots of a wall are lit, by slot: a slot that two want to reach is lit for who scanned first."""
    found: dict[str, Lit] = {}
    working = [row for row in _there(reader, wall) if row.task_id is not None and row.step == "put"]
    for row in sorted(working, key=lambda row: (row.detail["since"], row.person_id)):
        mine: dict[str, int] = {}
        for share in _of_item(shares(reader, row.subject.removeprefix("tote/")), row.detail):
            mine[share.slot] = mine.get(share.slot, 0) + share.left
        for slot, units in mine.items():
            found.setdefault(slot, Lit(row.person_id, row.name_ja, row.name_en, row.detail["colour"], units))
    return found


def no_colour(reader: Reader, wall: str, person_id: str) -> Result | None:
    """Refuse somebody whom the wall has no colour left for; one without lights takes as many as come."""
    colours = reader.site.wall[wall].colours
    others = [row for row in _there(reader, wall) if row.person_id != person_id]
    return wrong("wall.full", place=wall, count=len(colours)) if colours and len(others) >= len(colours) else None


def begin(tx: Tx, seat: Seat, _task: Any) -> None:
    """Start with the tote, in a colour of one's own."""
    colour = _colour(tx, seat)
    seat.detail = {"colour": colour, "sku": None, "lot": "", "since": 0, "puts": []}
    seat.go("tote")


def find(reader: Reader, seat: Seat, task: Any) -> Sequence[Any]:
    """Return what the tote holds for which slots; nothing when nobody wants any of it any more."""
    rows = shares(reader, task.detail["tote"])
    if seat.step == "put" and not _of_item(rows, seat.detail):
        _put_down(seat)
    return rows if any(row.left for row in rows) else []


def show(reader: Reader, seat: Seat, task: Any, rows: Sequence[Any]) -> Screen:
    """Return the screen of the step."""
    tote, colour = task.detail["tote"], seat.detail["colour"]
    shown = Screen(
        ask=seat.say(f"ask.wall.{seat.step}"),
        target=tote,
        detail=" ".join([seat.say("from", container=tote), *([seat.say(f"colour.{colour}")] if colour else [])]),
        buttons=_BUTTONS[seat.step],
        progress=(sum(row.put for row in rows), sum(row.picked for row in rows)),
        cutoff=f"{reader.site.local(min(row.cutoff_at for row in rows)):%H:%M}",
    )
    if seat.step == "item":
        shown.lines = _lines(reader, seat, rows)
        shown.target = next((line["name"] for line in shown.lines if line["done"] < line["want"]), "")
    elif seat.step == "put":
        _show_slots(reader, seat, rows, shown)
    return shown


def scan(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], value: str) -> Result:
    """Prove tote, item and slots; a wrong scan changes nothing."""
    if seat.step == "tote":
        return _scan_tote(tx, seat, task, value)
    start(tx, seat.claim)
    if seat.step == "put" and value in tx.site.slot:
        return _scan_slot(tx, seat, task, rows, value)
    return _scan_item(tx, seat, task, rows, value)


def press(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], pressed: Press) -> Result:
    """Take a button of the handheld."""
    start(tx, seat.claim)
    if pressed.button == "missing":
        return _missing(tx, seat, task, rows, pressed)
    if pressed.button == "aside":
        return _put_aside(tx, seat, task, "work.skipped")
    return _undo(tx, seat, task)


def _there(reader: Reader, wall: str) -> Sequence[Any]:
    return workers(reader, TaskKind.SORT, wall)


def _colour(reader: Reader, seat: Seat) -> str:
    return free_colour(reader, seat, TaskKind.SORT, reader.site.wall[seat.place or ""].colours)


def _of_item(rows: Sequence[Any], detail: dict[str, Any]) -> list[Any]:
    """Return what slots still want of the item in hand."""
    lot = detail["lot"]
    return [row for row in rows if row.left and row.sku == detail["sku"] and (not lot or row.lot == lot)]


def _lines(reader: Reader, seat: Seat, rows: Sequence[Any]) -> list[dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = told.setdefault(row.sku, {"sku": row.sku, "name": _name(reader, seat, row), "want": 0, "done": 0})
        line["want"] += row.picked
        line["done"] += row.put
    return list(told.values())


def _show_slots(reader: Reader, seat: Seat, rows: Sequence[Any], shown: Screen) -> None:
    """Show the item in hand and the slots that want it, those that are lit for us first to be put into."""
    mine = _of_item(rows, seat.detail)
    wanted: dict[str, int] = {}
    for row in mine:
        wanted[row.slot] = wanted.get(row.slot, 0) + row.left
    lights = lit(reader, seat.place or "")
    ours = [slot for slot in wanted if slot not in lights or lights[slot].person == seat.person_id]
    shown.lines = [{"sku": slot, "name": slot, "want": units, "done": 0} for slot, units in wanted.items()]
    first = mine[0]
    name = _name(reader, seat, first)
    shown.item = {"sku": first.sku, "name": name, "code_hint": first.sku[-4:]}
    if ours:
        shown.target, shown.want = ours[0], wanted[ours[0]]
        shown.to = seat.say("to.slot", slot=ours[0])
    else:
        taken = next(iter(wanted))
        other = lights[taken]
        shown.ask, shown.target = seat.say("ask.wall.wait"), ""
        shown.detail = seat.say("slot.taken", slot=taken, person=_of_person(seat, other))


def _scan_tote(tx: Tx, seat: Seat, task: Any, value: str) -> Result:
    tote = tx.get(totes, id=value)
    if tote is None or tote.id in tx.site.slot:
        return not_asked(tx, seat, value, f"{seat.say('ask.wall.tote')} {task.detail['tote']}")
    if value != task.detail["tote"] and not _switch(tx, seat, tote):
        return wrong("scan.wrong_tote", scanned=value, expected=task.detail["tote"])
    start(tx, seat.claim)
    seat.go("item")
    return right()


def _switch(tx: Tx, seat: Seat, tote: Any) -> bool:
    """Take the scanned tote instead of the suggested one, if it waits here and nobody sorts it."""
    if tote.state != ToteState.WAITING or tote.place != f"station:{seat.place}":
        return False
    other = tx.get(tasks, subject=f"tote/{tote.id}", kind=TaskKind.SORT, state=TaskState.READY)
    if other is None:
        return False
    release(tx, seat.claim.task_id, "work.changed")
    taken = claim(tx, other.id, f"person:{seat.person_id}")
    seat.task_id, seat.epoch = taken.task_id, taken.epoch
    return True


def _scan_item(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], value: str) -> Result:
    scanned = read(tx.site, value)
    found = item_of_code(tx, scanned, rows[0].owner)
    if found is None:
        ask = f"{seat.say(f'ask.wall.{seat.step}')} {_target(seat, rows)}"
        return not_asked(tx, seat, value, ask.strip())
    sku = found[0]
    lot = scanned.lot or "" if any(row.lot == scanned.lot for row in rows) else ""
    wanted = _of_item(rows, {"sku": sku, "lot": lot})
    if seat.step == "put":
        if sku == seat.detail["sku"]:
            return Result("info", "wall.put_now")
        return wrong("wall.put_first", expected_name=_name(tx, seat, _of_item(rows, seat.detail)[0]))
    if not wanted:
        return _unwanted(tx, seat, task, rows[0].owner, sku)
    colour = _colour(tx, seat)
    seat.detail |= {"sku": sku, "lot": lot, "since": tx.seq, "begun": False, "colour": colour}
    seat.go("put")
    slots = sorted(dict.fromkeys(row.slot for row in wanted))
    tx.journal("wall.item", f"tote/{task.detail['tote']}", sku=sku, slots=slots, person=seat.person_id)
    return right()


def _unwanted(tx: Tx, seat: Seat, task: Any, owner: str, sku: str) -> Result:
    """Say what to do with goods that no slot wants: a cancelled order's stay in the tote, all others go aside."""
    item = item_row(tx, owner, sku)
    name = item.name_ja if seat.language == "ja" else item.name_en
    inside = any(row.sku == sku for row in contents(tx, f"tote:{task.detail['tote']}"))
    return wrong("wall.leave" if inside else "wall.unwanted", scanned_name=name, tote=task.detail["tote"])


def _scan_slot(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], slot: str) -> Result:
    mine = _of_item(rows, seat.detail)
    lights = lit(tx, seat.place or "")
    light = lights.get(slot)
    if not any(row.slot == slot for row in mine):
        ours = (row.slot for row in mine if row.slot not in lights or lights[row.slot].person == seat.person_id)
        expected = next(ours, mine[0].slot)
        return wrong("wall.wrong_slot", scanned=slot, expected=expected)
    if light is not None and light.person != seat.person_id:
        return wrong("wall.taken", slot=slot, person=_of_person(seat, light))
    return _put(tx, seat, task, [row for row in mine if row.slot == slot], slot)


def _put(tx: Tx, seat: Seat, task: Any, parts: Sequence[Any], slot: str) -> Result:
    """Move what a slot wants of the item in hand out of the tote."""
    tote = task.detail["tote"]
    for row in parts:
        move(tx, goods_of(row), row.left, source=f"tote:{tote}", target=f"tote:{slot}", promised=True)
        tx.change(allocations, {"id": row.id}, put=row.picked)
    order_id, units = parts[0].order_id, sum(row.left for row in parts)
    seat.detail["puts"] = [*seat.detail["puts"], [slot, [[row.id, row.left] for row in parts]]]
    seat.detail["begun"] = True
    tx.journal(
        "wall.put",
        subject_of(order_id),
        slot=slot,
        sku=parts[0].sku,
        quantity=units,
        tote=tote,
        person=seat.person_id,
    )
    order_may_be_packed(tx, order_id)
    done = _go_on(tx, seat, task)
    _let_others(tx, seat)
    return done


def _let_others(tx: Tx, seat: Seat) -> None:
    """Show those anew who hold something for a slot that was lit for this person: it may be theirs now."""
    for row in _there(tx, seat.place or ""):
        if row.person_id != seat.person_id and row.task_id is not None and row.step == "put":
            tx.journal("wall.free", row.subject, person=row.person_id)


def _go_on(tx: Tx, seat: Seat, task: Any) -> Result:
    """Go to the next slot or item, or end the task: what then is left in the tote belongs to nobody here."""
    rows = find(tx, seat, task)
    if not rows:
        result = finish_task(tx, seat)
        clear_tote(tx, task.detail["tote"])
        return result
    if not _of_item(rows, seat.detail):
        _put_down(seat)
    return right()


def _put_down(seat: Seat) -> None:
    """Have nothing in hand."""
    seat.detail |= {"sku": None, "lot": ""}
    seat.go("item")


def _missing(tx: Tx, seat: Seat, task: Any, rows: Sequence[Any], pressed: Press) -> Result:
    """Units that should be in the tote are not, or cannot be sold: they are lost from it, the least urgent go short."""
    if seat.step == "item":
        first = next(row.sku for row in rows if row.left)
        seat.detail |= {"sku": first, "lot": ""}
    mine = _of_item(rows, seat.detail)
    most = sum(row.left for row in mine)
    units = pressed.quantity if pressed.quantity is not None else 1
    if pressed.reason not in MISSING_REASONS or not 1 <= units <= most:
        return wrong("work.quantity", most=most)
    left, tote = units, task.detail["tote"]
    for row in sorted(mine, key=lambda row: (row.priority, -row.cutoff_at.timestamp(), row.id)):
        part = min(left, row.left)
        left -= part
        if part:
            _lose(tx, row, tote, part, pressed.reason)
    item = item_row(tx, mine[0].owner, mine[0].sku)
    tx.journal("wall.missing", f"tote/{tote}", sku=item.sku, quantity=units, cause=pressed.reason)
    raise_trouble(tx, "exception.short", f"tote/{tote}", location=tote, sku=item.name_ja, missing=units)
    for order_id in dict.fromkeys(row.order_id for row in mine):
        order_may_be_packed(tx, order_id)
    done = _go_on(tx, seat, task)
    _let_others(tx, seat)
    return done if done.kind == "done" else Result("info", "work.short")


def _lose(tx: Tx, row: Any, tote: str, units: int, reason: str) -> None:
    """Take units of an order out of the books of the tote, of its line and of what its slot waits for."""
    lose(tx, f"tote:{tote}", goods_of(row), units, f"wall.{reason}", promised=True)
    picked = row.picked - units
    gone = {} if picked else {"state": "short"}
    tx.change(allocations, {"id": row.id}, picked=picked, **gone)
    line = tx.get(order_lines, order_id=row.order_id, line=row.line)
    this = {"order_id": row.order_id, "line": row.line}
    tx.change(order_lines, this, picked=line.picked - units, allocated=line.allocated - units)
    short_line(tx, row.order_id, row.line, units, f"wall.{reason}")


def _put_aside(tx: Tx, seat: Seat, task: Any, code: str) -> Result:
    """Let the slots go dark that want the item in hand."""
    tx.journal("wall.aside", f"tote/{task.detail['tote']}", sku=seat.detail["sku"], person=seat.person_id)
    _put_down(seat)
    _let_others(tx, seat)
    return Result("info", code)


def _undo(tx: Tx, seat: Seat, task: Any) -> Result:
    """Take the last step back: an item of which nothing was put yet, else the last put (F38)."""
    if seat.step == "put" and not seat.detail["begun"]:
        return _put_aside(tx, seat, task, "work.undone")
    slot, parts = seat.detail["puts"][-1] if seat.detail["puts"] else ("", [])
    rows = [tx.get(allocations, id=allocation) for allocation, _ in parts]
    tote = tx.get(totes, id=slot) if slot else None
    if tote is None or not rows or tote.order_id != rows[0].order_id or _gone_on(tx, tote.order_id):
        return wrong("work.nothing_to_undo")
    for row, (_, units) in zip(rows, parts, strict=True):
        move(tx, goods_of(row), units, source=f"tote:{slot}", target=f"tote:{row.tote_id}", promised=True)
        tx.change(allocations, {"id": row.id}, put=row.put - units)
    tx.journal("wall.undone", subject_of(tote.order_id), slot=slot, sku=rows[0].sku, person=seat.person_id)
    seat.detail["puts"] = seat.detail["puts"][:-1]
    seat.detail |= {"sku": rows[0].sku, "lot": rows[0].lot, "since": tx.seq, "begun": False}
    seat.go("put")
    return Result("info", "work.undone")


def _gone_on(reader: Reader, order_id: str) -> bool:
    return bool(order_row(reader, order_id).state != OrderState.PICKING)


def _target(seat: Seat, rows: Sequence[Any]) -> str:
    """Return the slot that is asked for, nothing where an item is."""
    return str(_of_item(rows, seat.detail)[0].slot) if seat.step == "put" else ""


def _name(reader: Reader, seat: Seat, row: Any) -> str:
    item = item_row(reader, row.owner, row.sku)
    return str(item.name_ja if seat.language == "ja" else item.name_en)


def _of_person(seat: Seat, light: Lit) -> str:
    return light.name_ja if seat.language == "ja" else light.name_en


PROCESS = Process(TaskKind.SORT, "wall", begin, find, show, scan, press)
