"""What must be true after any day, whatever happened: the invariants of docs/simulation.md, each told by name."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from drivers.codes.epc import decode
from edge.commands.simulate.world import World
from edge.model.states import ORDER_OPEN, TASK_OPEN, OrderState, ParcelState
from edge.planning.waves import not_due
from edge.processes.inventory import totals
from edge.processes.readpoints import kept_tags
from edge.processes.usage import MISSION_END, counted_to
from edge.store.queue import why
from edge.store.tables import allocations, batches, journal, order_lines, orders, parcels, stock, tasks, trips, usage
from edge.store.tx import Reader


def judge(world: World, reader: Reader) -> list[str]:
    """Return every broken invariant in words; empty when the day was right."""
    return [
        *world.tally.errors,
        *(f"uncaught: {crash}" for crash in world.loop.crashes),
        *(f"robots: {meeting}" for meeting in world.ground.meetings),
        *_jams(world),
        *_journal(reader),
        *_stock(world, reader),
        *_orders(world, reader),
        *_tasks(reader),
        *_promises(reader),
        *_wms(world, reader),
        *_points(world, reader),
        *_epcis(world, reader),
        *_usage(world, reader),
        *_people(world),
    ]


def _jams(world: World) -> list[str]:
    """Nobody who could drive stood longer with way before him than a person needs to clear a stopped robot (R125)."""
    return [
        f"jam: {robot} stood {seconds:.0f} s with way before it" for robot, seconds in world.standstill.jams.items()
    ]


def _journal(reader: Reader) -> list[str]:
    """The journal has no hole and each subject counts 1, 2, 3 …."""
    count = reader.value(select(func.count()).select_from(journal))
    last = reader.value(select(func.max(journal.c.seq))) or 0
    found = [] if count == last else [f"journal: {count} rows but the last is number {last}"]
    numbered = select(
        journal.c.subject, func.count(journal.c.number).label("told"), func.max(journal.c.number).label("last")
    ).where(journal.c.number.is_not(None))
    found += [
        f"journal: {row.subject} was told {row.told} times but counts to {row.last}"
        for row in reader.rows(numbered.group_by(journal.c.subject))
        if row.told != row.last
    ]
    return found


def _stock(world: World, reader: Reader) -> list[str]:
    """No unit is made or lost: the goods that are really there are those in the books, and those found missing."""
    count = world.floor.warehouse.count()
    found = [f"floor: {problem}" for problem in count.problems]
    truth = world.floor.warehouse.stock()
    books = totals(reader)
    lost: Counter[tuple[str, str]] = Counter()
    for row in reader.rows(select(stock).where(stock.c.place.like("lost:%"))):
        lost[row.owner, row.sku] += row.quantity
    for goods in sorted({*truth, *books, *lost}):
        there, booked = truth.get(goods, 0), books.get(goods, 0)
        if there != booked and not booked <= there <= booked + lost[goods]:
            found.append(f"stock: {goods[0]} {goods[1]} has {there} units, the books say {booked} (lost {lost[goods]})")
    negative = reader.value(select(func.count()).select_from(stock).where(stock.c.quantity < 0))
    return found + (["stock: a negative quantity"] if negative else [])


def _orders(world: World, reader: Reader) -> list[str]:
    """Every order ended or waits for a wave of another day; what was shipped really left, in the right number."""
    later = dict.fromkeys(not_due(reader))
    rows = reader.rows(select(orders.c.id, orders.c.state).where(orders.c.state.in_(ORDER_OPEN)))
    found = [f"order: {row.id} is still {row.state}" for row in rows if row.id not in later][:10]
    told: Counter[str] = Counter()
    for row in reader.rows(select(order_lines.c.sku, order_lines.c.shipped).where(order_lines.c.shipped > 0)):
        told[row.sku] += row.shipped
    left: Counter[str] = Counter()
    for units in world.floor.warehouse.shipped().values():
        left.update(units)
    if told != left:
        wrong = {sku: (told[sku], left[sku]) for sku in sorted({*told, *left}) if told[sku] != left[sku]}
        if sum(told.values()) != sum(left.values()):
            found.append(f"shipped: told against left: {wrong}")
    return found


def _tasks(reader: Reader) -> list[str]:
    """Every task ended or says why it waits."""
    rows = reader.rows(select(tasks).where(tasks.c.state.in_(TASK_OPEN)).limit(200))
    silent = [row.id for row in rows if row.state in ("planned", "ready") and not why(reader, row)[0]]
    return [f"task: {task_id} waits without a reason" for task_id in silent]


def _promises(reader: Reader) -> list[str]:
    """What is promised of stock is what allocations promise."""
    promised: Counter[str] = Counter()
    for row in reader.rows(select(stock.c.place, stock.c.allocated).where(stock.c.allocated > 0)):
        if not row.place.startswith(("tote:", "parcel:")):
            promised[row.place] += row.allocated
    wanted: Counter[str] = Counter()
    rows = reader.rows(select(allocations.c.place, allocations.c.quantity).where(allocations.c.state == "reserved"))
    for row in rows:
        wanted[row.place] += row.quantity
    if promised == wanted:
        return []
    wrong: dict[str, Any] = {place: (promised[place], wanted[place]) for place in sorted({*promised, *wanted})}
    return [f"promises: stock against allocations: { {k: v for k, v in wrong.items() if v[0] != v[1]} }"]


def _wms(world: World, reader: Reader) -> list[str]:
    """The WMS was told everything once, in order, and its books are the site's."""
    found = [f"wms: {violation}" for violation in world.books.violations(at_end=True)]
    known = world.books.books()["orders"]
    books: dict[str, Any] = {
        "orders": {key: row for key, row in known.items() if row["state"] == "rejected"},
        "stock": {},
    }
    for row in reader.rows(select(orders)):
        state = "cancelled" if row.state == OrderState.SHORT else row.state
        books["orders"][row.id] = {"state": state, "shipped": {}}
    for line in reader.rows(select(order_lines)):
        books["orders"][line.order_id]["shipped"][str(line.line)] = line.shipped
    for (owner, sku), units in totals(reader).items():
        books["stock"].setdefault(owner, {})[sku] = units
    return found + [f"wms: {difference}" for difference in world.books.compare(books)]


def _points(world: World, reader: Reader) -> list[str]:
    """What the WMS was told came to a read point, without what it was told left, is what really stands there."""
    labels = [parcel.label for parcel in world.floor.warehouse.labelled()]
    there = sorted(label.epc for label in labels if label is not None)
    found = []
    for point in world.setting.site.read_points:
        kept = kept_tags(reader, point.id)
        for who, known in (("the WMS", world.books.tags_at(point.id)), ("the site", kept.tags if kept else [])):
            if known != there:
                found.append(f"points: at {point.id} stand {there}, {who} knows of {known}")
    return found


def _epcis(world: World, reader: Reader) -> list[str]:
    """A repository that is told has the packing and the shipping of each parcel that left, once, and no fault (I52)."""
    if reader.site.epcis is None or not reader.site.epcis.url:
        return []
    left = Counter(
        f"https://id.gs1.org/00/{decode(row.epc).sscc}"
        for row in reader.rows(select(parcels.c.epc).where(parcels.c.state == ParcelState.SHIPPED))
    )
    packed = Counter(str(event["parentID"]) for event in world.repository.having("packing"))
    shipped = Counter(str(name) for event in world.repository.having("shipping") for name in event["epcList"])
    found = [f"epcis: refused {error['detail']}" for error in world.repository.refused[:10]]
    for what, told in (("packing", packed & left), ("shipping", shipped)):
        wrong = {name: (left[name], told[name]) for name in sorted({*left, *told}) if left[name] != told[name]}
        if wrong:
            found.append(f"epcis: {what}, left against told: {wrong}")
    twice = [name for name, times in packed.items() if times > 1]
    return found + [f"epcis: {name} was packed more than once" for name in twice]


def _usage(world: World, reader: Reader) -> list[str]:
    """The meter counted every tour and drive once, over all crashes, and nobody worked longer than there was time."""
    found = []
    for table, column, kind in ((batches, usage.c.missions, MISSION_END), (trips, usage.c.trips, "trip.done")):
        done = reader.value(select(func.count()).select_from(table).where(table.c.state == "done"))
        metered = reader.value(select(func.coalesce(func.sum(column), 0)))
        since = journal.c.seq > (counted_to(reader) or 0)
        to_count = reader.value(select(func.count()).select_from(journal).where(journal.c.kind == kind, since))
        if done != metered + to_count:
            found.append(f"usage: {done} of {kind}, but {metered} are metered and {to_count} are still to be")
    most = world.loop.time() * 1000
    powered = select(usage.c.robot_id, func.sum(usage.c.powered_ms).label("ms")).group_by(usage.c.robot_id)
    return found + [f"usage: {row.robot_id} was on for {row.ms} ms" for row in reader.rows(powered) if row.ms > most]


def _people(world: World) -> list[str]:
    """Nobody met a screen they could not read."""
    return [
        f"people: {person.name} did not know {place} ({count} times)"
        for person in world.floor.people
        for place, count in sorted(person.unknown.items())
    ]
