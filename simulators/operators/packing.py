"""How a packer works: open a tote, check every piece, box, weigh, label."""

from simulators.operators import picking
from simulators.operators.handheld import Outcome, Screen
from simulators.operators.person import Person, Step
from simulators.sitefile import Station
from simulators.world.physics import STAGING, NotThereError, Parcel

LABEL_POLLS = 15
"""Looks at the printer, about a second apart, before a person presses reprint."""
OTHER_TOTE = "T-9999"
"""A tote that stands about and is scanned by mistake."""


async def open_tote(person: Person, screen: Screen) -> Screen:
    """Scan the tote that should be packed next (pack/tote)."""
    await person.go(person.workplace)
    if screen.target is None:
        return await person.wait()
    outcome = await person.scan(screen, screen.target, decoy=OTHER_TOTE)
    if outcome.good:
        person.warehouse.put_all(screen.target, _tote(person))
    return outcome.screen


async def verify(person: Person, screen: Screen) -> Screen:
    """Take piece by piece out of the tote and scan each; report what is missing (pack/verify)."""
    world, undone = person.warehouse, screen.undone
    inside = world.at(_tote(person))
    unit = next((unit for unit in inside if unit.goods.sku in undone), None) or next(iter(inside), None)
    if unit is not None:
        await person.pause(person.habits.grab_s)
        outcome = await person.scan(screen, unit.goods.gtin)
        if outcome.good:
            world.put(unit, _table(person))
        elif outcome.kind == "wrong":
            person.counts["found_wrong"] += 1
            world.put(unit, _aside(person))
        return outcome.screen
    if undone and screen.button("missing"):
        sku, quantity = next(iter(undone.items()))
        return (await person.press(screen, "missing", sku, quantity=quantity, why="missing")).screen
    return await person.wait()


async def take_carton(person: Person, screen: Screen) -> Screen:
    """Take the carton and put everything on the table into it (pack/carton)."""
    kind = screen.target if screen.target in person.site.cartons else next(iter(person.site.cartons), None)
    if kind is None:
        return await person.wait()
    outcome = await person.scan(screen, kind)
    if outcome.good:
        await person.pause(person.habits.grab_s)
        person.warehouse.put_all(_tote(person), _aside(person))
        person.warehouse.box(_table(person), kind, person.site.cartons[kind].weight, person.workplace)
    return outcome.screen


async def weigh(person: Person, screen: Screen) -> Screen:
    """Put the parcel on the scale and let the server read it; count again when it does not agree (pack/weigh)."""
    parcel = _parcel(person)
    station = _station(person)
    if parcel is not None and station is not None and station.scale:
        person.warehouse.weigh(station.scale, parcel)
    await person.pause(person.habits.grab_s)
    outcome = await person.press(screen, "weigh")
    if outcome.kind == "wrong" and outcome.screen.button("recount") and parcel is not None:
        person.counts["recount"] += 1
        return await _recount(person, outcome, parcel)
    return outcome.screen


async def label(person: Person, screen: Screen) -> Screen:
    """Stick the printed label on the parcel and scan it (pack/label)."""
    station = _station(person)
    parcel = _parcel(person)
    printer = station.printer if station is not None else ""
    for _ in range(LABEL_POLLS):
        await person.pause(person.habits.think_s)
        try:
            printed = person.warehouse.take_label(printer)
            break
        except NotThereError:
            continue
    else:
        person.counts["no_label"] += 1
        if not screen.button("reprint"):
            return await person.wait()
        return (await person.press(screen, "reprint")).screen
    if parcel is not None:
        person.warehouse.stick(printed, parcel)
    outcome = await person.scan(screen, printed.tracking)
    if outcome.good and parcel is not None:
        person.warehouse.lift(parcel)
        parcel.spot = STAGING
    elif outcome.kind == "wrong" and outcome.screen.button("reprint"):
        return (await person.press(outcome.screen, "reprint")).screen
    return outcome.screen


STEPS: dict[tuple[str, str], Step] = {
    **picking.STEPS,
    ("pack", "tote"): open_tote,
    ("pack", "verify"): verify,
    ("pack", "carton"): take_carton,
    ("pack", "weigh"): weigh,
    ("pack", "label"): label,
}


async def _recount(person: Person, outcome: Outcome, parcel: Parcel) -> Screen:
    """Open the parcel again and let the server begin the check anew."""
    again = await person.press(outcome.screen, "recount")
    if again.kind not in {"wrong", "stale"}:
        person.warehouse.unbox(parcel, _tote(person))
    return again.screen


def _parcel(person: Person) -> Parcel | None:
    """Return the parcel on our table."""
    return next(iter(reversed(person.warehouse.parcels_at(person.workplace))), None)


def _station(person: Person) -> Station | None:
    return person.site.stations.get(person.workplace)


def _tote(person: Person) -> str:
    """Name the tote that stands open on the table: what is in it was not checked yet."""
    return f"open:{person.workplace}"


def _table(person: Person) -> str:
    return f"table:{person.workplace}"


def _aside(person: Person) -> str:
    return f"aside:{person.workplace}"
