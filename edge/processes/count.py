"""Count a location at the handheld: blind, by a sweep of tags, by bar codes, or by typed numbers (F15, F60, F61).

The location is proved first. Then everything that is scanned counts, in any order, also while the handheld asks whose
or which lot something is: a sweep does not wait for an answer. What was counted is kept with the task (tally.py), what
becomes of it is in stocktake.py.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from drivers.codes import Code, Kind
from edge.model.states import TaskKind
from edge.processes import tally
from edge.processes.codes import read
from edge.processes.inventory import Goods, item_row
from edge.processes.pick import SKIP_REASONS
from edge.processes.scanned import not_asked
from edge.processes.seats import Button, Press, Process, Result, Screen, Seat, finish_task, leave_task, right, wrong
from edge.processes.stocktake import begin as begin_round
from edge.processes.stocktake import conclude
from edge.processes.tally import CODE, NUMBER, OTHER, TAG
from edge.processes.whose import LOT, NOTHING_TOLD, OWNER, Batch, Meant, batches_of, meant, owners_of
from edge.store.queue import release, start
from edge.store.tables import tasks
from edge.store.tx import Reader, Tx

LATER = timedelta(minutes=10)
"""How long a count that was put off is offered to nobody."""
LINES = 6
"""Goods shown beside the last, those scanned last first: a screen full, and an answer that stays small in a sweep."""
MOST = 1_000_000
"""Units that can be typed, as in a stock line of the WMS."""
SHORTEST_TAG = 16
"""Hexadecimal digits of the shortest code that is taken for a tag's: 64 bits."""

_SKIP = Button("skip", reasons=SKIP_REASONS)
_NONE = (Button("empty", danger=True), _SKIP)
_RESTART = Button("restart", danger=True)


def begin(_tx: Tx, seat: Seat, _task: Any) -> None:
    """Start at the location; what another person counted before is still there."""
    seat.detail = {}
    seat.go("location")


def find(_reader: Reader, _seat: Seat, task: Any) -> str:
    """Return the location."""
    return str(task.detail["location"])


def show(reader: Reader, seat: Seat, task: Any, place: str) -> Screen:
    """Return the screen of the step."""
    rounds = len(task.detail["rounds"])
    again = seat.say("count.round", round=rounds + 1) if rounds else ""
    if seat.step == "location":
        return Screen(ask=seat.say("ask.count.location"), target=place, detail=again, buttons=(_SKIP,))
    if seat.step == "choose":
        return _ask(reader, seat, place, tally.asked_of(reader, task.id))
    sums = tally.sums_of(reader, task.id)
    kinds = tally.kinds_of(reader, task.id)
    known = [*_so_far(seat, sums, kinds), *_strange(reader, seat, task.id, kinds)]
    last = tally.last_item_of(reader, task.id)
    if last is None:
        undo = (Button("undo"),) if kinds else ()
        buttons = (*_NONE, *undo)
        return Screen(ask=seat.say("ask.count.item"), target=place, detail=again, lines=known, buttons=buttons)
    goods = Goods(last.owner, last.sku, last.lot, last.expiry)
    units = next(one.units for one in sums if one.goods == goods)
    others = sorted((one for one in sums if one.goods != goods), key=lambda one: -one.latest)[:LINES]
    item = _item(reader, seat, goods)
    return Screen(
        ask=seat.say("ask.count.item"),
        target=item["name"],
        detail=" ".join(_batch(seat, goods)),
        item=item,
        done=units,
        blind=True,
        lines=[*known, *(_line(reader, seat, one) for one in others)],
        buttons=(
            Button("done"),
            Button("total", quantity=True),
            _other_lot(reader, seat, place, last) or _RESTART,
            _SKIP,
            Button("undo"),
        ),
    )


def scan(tx: Tx, seat: Seat, task: Any, place: str, value: str) -> Result:
    """Prove the location, then count whatever is scanned."""
    start(tx, seat.claim)
    if seat.step != "location":
        result = _count(tx, seat, task, place, value)
        _go_on(tx, seat, task.id)
        return result
    if value == place:
        begin_round(tx, task)
        _go_on(tx, seat, task.id)
        return right()
    if value in tx.site.location:
        return wrong("scan.wrong_location", scanned=value, expected=place)
    return not_asked(tx, seat, value, f"{seat.say('ask.count.location')} {place}")


def press(tx: Tx, seat: Seat, task: Any, place: str, pressed: Press) -> Result:
    """Take a button."""
    start(tx, seat.claim)
    if pressed.button in ("done", "empty"):
        return _done(tx, seat, task, place)
    if pressed.button == "skip":
        return _put_off(tx, seat, place)
    if pressed.button == "total":
        return _set(tx, seat, task, pressed.quantity)
    if pressed.button in ("choose", "lot"):
        result = _choose(tx, seat, task, place, pressed)
    elif pressed.button == "restart":
        tally.clear(tx, task.id)
        tx.journal("count.restarted", task.subject, location=place)
        result = Result("info", "count.restarted")
    else:
        undone = tally.take_back(tx, task.id)
        result = Result("info", "work.undone") if undone else wrong("work.nothing_to_undo")
    _go_on(tx, seat, task.id)
    return result


# --- scans


def _count(tx: Tx, seat: Seat, task: Any, place: str, value: str) -> Result:
    scanned = read(tx.site, value)
    epc = scanned.get(Kind.EPC)
    if epc is None:
        return _count_code(tx, seat, task, place, scanned)
    if tally.is_known(tx, task.id, TAG, epc):
        return Result("right", "count.known_tag")
    code = scanned.tagged_gtin
    found = None if code is None else meant(tx, place, code, _told(tx, scanned), task.detail["said"])
    if code is None or found is None:
        return _other(tx, seat, task, epc, "count.tag_unknown" if code else "count.tag_other")
    _note(tx, seat, task, found, kind=TAG, what=epc, code=code)
    return right()


def _count_code(tx: Tx, seat: Seat, task: Any, place: str, scanned: Code) -> Result:
    code = scanned.article
    found = meant(tx, place, code, _told(tx, scanned), task.detail["said"])
    if found is not None:
        _note(tx, seat, task, found, kind=CODE, what=scanned.text, code=code)
        return right()
    refused = not_asked(tx, seat, scanned.text, seat.say("ask.count.item"))
    if refused.code == "scan.other_kind":
        return refused
    return _other(
        tx, seat, task, scanned.text, "count.tag_other" if _looks_like_a_tag(scanned.text) else "count.unknown"
    )


def _told(reader: Reader, scanned: Code) -> Batch:
    """Return what a code or a "+" tag says of lot and date."""
    expiry = scanned.expiry(reader.site.local(reader.now).date())
    return Batch(scanned.lot or "", expiry.isoformat() if expiry else "")


def _note(tx: Tx, seat: Seat, task: Any, found: Meant, **scan: str) -> None:
    tally.note(tx, task.id, seat.person_id, found.goods, quantity=found.units, asks=found.asks, **scan)


def _other(tx: Tx, seat: Seat, task: Any, what: str, reason: str) -> Result:
    """List what is no item, once; a sweep reads tags of other things too, but a code was aimed at."""
    if not tally.is_known(tx, task.id, OTHER, what):
        tally.note(tx, task.id, seat.person_id, kind=OTHER, what=what)
    return wrong(reason, scanned=what) if reason == "count.unknown" else Result("info", reason, {"scanned": what})


def _looks_like_a_tag(text: str) -> bool:
    return len(text) >= SHORTEST_TAG and len(text) % 4 == 0 and all(sign in "0123456789abcdefABCDEF" for sign in text)


def _go_on(tx: Tx, seat: Seat, task_id: str) -> None:
    seat.go("count" if tally.asked_of(tx, task_id) is None else "choose")


# --- buttons


def _set(tx: Tx, seat: Seat, task: Any, units: int | None) -> Result:
    """Let a typed number be all that lies here of the item scanned last."""
    if units is None or not 0 <= units <= MOST:
        return wrong("work.quantity", most=MOST)
    last = tally.last_item_of(tx, task.id)
    if last is None:
        return wrong("scan.item_first")
    goods = Goods(last.owner, last.sku, last.lot, last.expiry)
    counted = sum(one.units for one in tally.sums_of(tx, task.id) if one.goods == goods)
    more = {"kind": NUMBER, "what": str(units), "code": last.code, "quantity": units - counted}
    tally.note(tx, task.id, seat.person_id, goods, **more)
    return Result("right", "count.set", {"name": _item(tx, seat, goods)["name"], "quantity": units})


def _choose(tx: Tx, seat: Seat, task: Any, place: str, pressed: Press) -> Result:
    """Take a person's word about owner or lot, for all that waits for it and for what is scanned from now on."""
    said = {kind: dict(known) for kind, known in task.detail["said"].items()}
    row = tally.asked_of(tx, task.id) if pressed.button == "choose" else tally.last_item_of(tx, task.id)
    chosen = pressed.reason or ""
    if chosen not in dict(_choices(tx, seat, place, row)):
        return wrong("work.no_button")
    if row.asks == OWNER:
        said[OWNER][row.code] = chosen
    else:
        said[LOT][f"{row.owner}/{row.sku}"] = list(Batch(*chosen.split("|", 1)))
    tx.change(tasks, {"id": task.id}, detail={**task.detail, "said": said})
    for waiting in [row] if pressed.button == "lot" else tally.asking(tx, row):
        owner = waiting.owner or None
        found = meant(tx, place, waiting.code, Batch(waiting.lot, waiting.expiry), said, owner=owner)
        if pressed.button == "lot":
            found = Meant(Goods(row.owner, row.sku, *chosen.split("|", 1)), row.quantity)
        if found is not None:
            tally.settle(tx, waiting, found.goods, found.units, found.asks)
    return right()


def _put_off(tx: Tx, seat: Seat, place: str) -> Result:
    """Leave the count for later, with all that was counted."""
    release(tx, str(seat.task_id), "count.put_off", delay=LATER)
    leave_task(seat)
    return Result("info", "count.put_off", {"place": place})


def _done(tx: Tx, seat: Seat, task: Any, place: str) -> Result:
    outcome = conclude(tx, task, seat.person_id)
    if outcome in ("agreed", "differs"):
        finish_task(tx, seat)
        return Result("done", f"count.{outcome}", {"place": place})
    seat.go("location")
    return Result("info", f"count.{outcome}", {"place": place})


# --- what is shown


def _ask(reader: Reader, seat: Seat, place: str, row: Any) -> Screen:
    choices = _choices(reader, seat, place, row)
    buttons = (Button("choose", choices=choices), Button("undo"))
    if row.asks == OWNER:
        return Screen(ask=seat.say("ask.count.owner"), target=row.code, detail=row.what, buttons=buttons)
    item = _item(reader, seat, Goods(row.owner, row.sku))
    return Screen(ask=seat.say("ask.count.lot"), target=item["name"], item=item, buttons=buttons)


def _choices(reader: Reader, seat: Seat, place: str, row: Any) -> tuple[tuple[str, str], ...]:
    """Return (id, label) of what a scan may be: of whose item, or of which lot and date of one item."""
    if row is None:
        return ()
    if row.asks == OWNER:
        names = {owner.id: owner.name.of(seat.language) for owner in reader.site.owners}
        return tuple((owner, names.get(owner, owner)) for owner in owners_of(reader, place, row.code))
    told = Batch(row.lot, row.expiry) if row.asks == LOT else NOTHING_TOLD
    batches = batches_of(reader, place, row.owner, row.sku, told)
    return tuple(("|".join(one), " ".join(_batch(seat, one)) or seat.say("count.no_lot")) for one in batches)


def _other_lot(reader: Reader, seat: Seat, place: str, row: Any) -> Button | None:
    """Offer another lot for the item scanned last, where there are several."""
    choices = _choices(reader, seat, place, row) if row.kind != NUMBER else ()
    return Button("lot", choices=choices) if len(choices) > 1 else None


def _so_far(seat: Seat, sums: Sequence[tally.Sum], kinds: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the line of all that was counted, none where nothing was."""
    some = [one for one in sums if one.units]
    said = seat.say("count.so_far", items=len(some))
    name = f"{said} {seat.say('count.tags', tags=kinds[TAG])}" if kinds.get(TAG) else said
    return [{"sku": "", "name": name, "want": None, "done": sum(one.units for one in some)}] if sums else []


def _strange(reader: Reader, seat: Seat, task_id: str, kinds: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the line of what was scanned and not counted, none where there is nothing of the kind."""
    if not kinds.get(OTHER):
        return []
    last = tally.others_of(reader, task_id)[-1]
    return [{"sku": last, "name": seat.say("count.others"), "want": None, "done": kinds[OTHER]}]


def _line(reader: Reader, seat: Seat, one: tally.Sum) -> dict[str, Any]:
    item = _item(reader, seat, one.goods)
    name = " ".join([item["name"], *_batch(seat, one.goods)])
    return {"sku": one.goods.sku, "name": name, "want": None, "done": one.units}


def _item(reader: Reader, seat: Seat, goods: Goods) -> dict[str, Any]:
    row = item_row(reader, goods.owner, goods.sku)
    name = goods.sku if row is None else row.name_ja if seat.language == "ja" else row.name_en
    return {"sku": goods.sku, "name": name, "code_hint": goods.sku[-4:]}


def _batch(seat: Seat, goods: Goods | Batch) -> list[str]:
    said = [seat.say("lot", lot=goods.lot)] if goods.lot else []
    return said + ([seat.say("expiry", expiry=goods.expiry)] if goods.expiry else [])


PROCESS = Process(TaskKind.COUNT, "count", begin, find, show, scan, press)
