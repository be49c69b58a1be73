"""How a picker works: pick into totes on robots, put cancelled goods back, rescue totes from a dead robot."""

import re

from simulators.operators.handheld import Screen
from simulators.operators.person import COMMON, Person, Step
from simulators.world.physics import STAGING, Unit

COUNT_FROM = 3
"""Pieces still wanted from which a person counts them and types the number."""
OTHER_TOTE = "T-9999"
"""A tote that stands about and is scanned by mistake."""
ANSWER_S = 3.0
"""Seconds in which a pressed button is answered, or the label is scanned instead."""
COLOURS = {"緑": "green", "青": "blue", "黄": "yellow", "白": "white", "赤": "red"}
"""What the colours of pickers are called in Japanese."""


async def go_to_location(person: Person, screen: Screen) -> Screen:
    """Walk to the location and scan it (pick/location)."""
    if screen.target is None:
        return await person.wait()
    await _return_strays(person)
    if screen.button("skip") and person.chance(person.habits.skip):
        return (await person.press(screen, "skip")).screen
    await person.go(screen.target)
    pressed = await press_face(person, screen)
    if pressed.place != screen.place or pressed.target != screen.target:
        return pressed
    return (await person.scan(pressed, screen.target, decoy=lambda: _neighbour(person))).screen


async def take_item(person: Person, screen: Screen) -> Screen:
    """Grab one piece and scan it; say so when there is none (pick/item)."""
    sku = screen.sku
    if sku is None:
        return await person.wait()
    pressed = await press_face(person, screen)
    return await _scan_piece(person, pressed, sku) if pressed.place == screen.place and pressed.sku == sku else pressed


async def _scan_piece(person: Person, screen: Screen, sku: str) -> Screen:
    """Grab one piece and scan it."""
    await person.pause(person.habits.grab_s)
    shelf = person.here.id
    if person.chance(person.habits.wrong_item):
        screen, again = await _grab_wrong_one(person, screen)
        if again:
            return screen
    found = person.warehouse.find(shelf, sku)
    if not found:
        return await _short(person, screen)
    left = screen.want - screen.done
    if left >= COUNT_FROM and screen.button("quantity") and person.chance(person.habits.by_quantity):
        return await _count_out(person, screen, found[:left])
    unit = found[0]
    person.warehouse.put(unit, person.hand)
    outcome = await person.scan(screen, unit.goods.gtin)
    if not outcome.good:
        person.warehouse.put(unit, shelf)
        return outcome.screen
    if person.chance(person.habits.swapped_item):
        _swap(person, unit, shelf)
    if outcome.screen.place == screen.place and person.chance(person.habits.undo) and outcome.screen.button("undo"):
        undone = await person.press(outcome.screen, "undo")
        if undone.kind not in {"wrong", "stale"}:
            person.warehouse.put(unit, shelf)
        return undone.screen
    return outcome.screen


async def press_face(person: Person, screen: Screen) -> Screen:
    """Press the button here if it is lit for us, the goods in hand where it counts them too; return what is shown then.

    A press that was not heard, or counted no goods, is as none: they go back, and the handheld is used.
    """
    face = person.site.faces.get(person.here.id)
    if face is None or screen.done or (screen.place == ("pick", "item") and not face.units):
        return screen
    taken = person.warehouse.find(face.id, screen.sku or "")[: screen.want] if face.units else []
    if face.units and len(taken) < screen.want:
        return screen
    for unit in taken:
        await person.pause(person.habits.grab_s)
        person.warehouse.put(unit, person.hand)
    after = screen
    if person.warehouse.hooks.face(face.id, _colour(screen), screen.want):
        person.counts["press.face"] += 1
        after = await person.handheld.newer(ANSWER_S) or await person.glance()
        person.counts["press.unheard"] += after.place == screen.place
    if after.place != ("pick", "tote") or (after.sku, after.want) != (screen.sku, screen.want):
        for unit in taken:
            person.warehouse.put(unit, face.id)
    return after


async def drop_into_tote(person: Person, screen: Screen) -> Screen:
    """Put what is in hand into the tote on the robot and scan the tote (pick/tote)."""
    if screen.target is None or _robot_is_missing(person, screen):
        return await person.wait()
    in_hand = len(person.warehouse.at(person.hand))
    if in_hand < screen.done and screen.button("undo"):
        person.counts["hand_too_empty"] += 1
        return (await person.press(screen, "undo")).screen
    units = person.warehouse.put_all(person.hand, screen.target)
    outcome = await person.scan(screen, screen.target, decoy=lambda: OTHER_TOTE)
    if not outcome.good:
        for unit in units:
            person.warehouse.put(unit, person.hand)
    return outcome.screen


async def name_container(person: Person, screen: Screen) -> Screen:
    """Scan the tote or parcel whose goods go back (putback/container)."""
    return await _scan_target(person, screen)


async def take_back(person: Person, screen: Screen) -> Screen:
    """Find a piece of the cancelled goods and scan it (putback/item)."""
    unit = None if screen.sku is None else _find_cancelled(person, screen, screen.sku)
    if unit is None:
        return await person.wait()
    await person.pause(person.habits.grab_s)
    outcome = await person.scan(screen, unit.goods.gtin)
    if outcome.good:
        for same in person.warehouse.find(unit.place, unit.goods.sku)[: screen.want]:
            person.warehouse.put(same, person.hand)
    return outcome.screen


async def bring_back(person: Person, screen: Screen) -> Screen:
    """Carry what is in hand back to its location (putback/location)."""
    target = screen.target or screen.to
    if target is None:
        return await person.wait()
    await person.go(target)
    outcome = await person.scan(screen, target)
    if outcome.good:
        person.warehouse.put_all(person.hand, target)
    return outcome.screen


async def fetch_tote(person: Person, screen: Screen) -> Screen:
    """Take a tote off a dead robot (rescue/tote)."""
    node = person.robot_at(screen.robot) if person.robot_at and screen.robot else None
    if node is not None:
        await person.go(node)
    after = await _scan_target(person, screen)
    if screen.robot and screen.target and after.last == "right":
        person.warehouse.hooks.unload(screen.robot, screen.target)
    return after


async def deliver_tote(person: Person, screen: Screen) -> Screen:
    """Carry the rescued tote to its station (rescue/station)."""
    if screen.target is not None:
        await person.go(screen.target)
    return await _scan_target(person, screen)


STEPS: dict[tuple[str, str], Step] = {
    **COMMON,
    ("pick", "location"): go_to_location,
    ("pick", "item"): take_item,
    ("pick", "tote"): drop_into_tote,
    ("putback", "container"): name_container,
    ("putback", "item"): take_back,
    ("putback", "location"): bring_back,
    ("rescue", "tote"): fetch_tote,
    ("rescue", "station"): deliver_tote,
}


async def _scan_target(person: Person, screen: Screen) -> Screen:
    if screen.target is None:
        return await person.wait()
    return (await person.scan(screen, screen.target)).screen


async def _short(person: Person, screen: Screen) -> Screen:
    """Say that the shelf holds less than asked."""
    if not screen.button("short"):
        return await person.wait()
    return (await person.press(screen, "short", quantity=screen.done, why="empty")).screen


async def _count_out(person: Person, screen: Screen, units: list[Unit]) -> Screen:
    """Grab several pieces, scan one and type how many there are."""
    shelf = person.here.id
    for unit in units:
        await person.pause(person.habits.grab_s)
        person.warehouse.put(unit, person.hand)
    total = screen.done + len(units)
    first = await person.act(screen, "scan", units[0].goods.gtin)
    counted = first.screen.done
    outcome = first
    if first.good and first.screen.place == screen.place and first.screen.button("quantity"):
        outcome = await person.press(first.screen, "quantity", quantity=total)
        counted = total if outcome.good else first.screen.done
    kept = len(units) if outcome.good and outcome is not first else max(0, counted - screen.done) if first.good else 0
    for unit in units[kept:]:
        person.warehouse.put(unit, shelf)
    return outcome.screen


async def _grab_wrong_one(person: Person, screen: Screen) -> tuple[Screen, bool]:
    """Scan the neighbour's goods and put them back when the handheld says no; true if its answer ends the step."""
    shelf = _neighbour(person)
    others = [unit for unit in person.warehouse.at(shelf) if unit.goods.sku != screen.sku] if shelf else []
    if not others:
        return screen, False
    person.counts["wrong_item"] += 1
    outcome = await person.act(screen, "scan", others[0].goods.gtin, on_purpose=True)
    if outcome.good:
        person.counts["wrong_item_taken"] += 1
        person.warehouse.put(others[0], person.hand)
    return outcome.screen, outcome.good or outcome.kind == "stale"


def _swap(person: Person, unit: Unit, shelf: str) -> None:
    """Scan the right piece and keep the wrong one: only the truth knows, until somebody checks."""
    neighbour = _neighbour(person)
    others = (
        [other for other in person.warehouse.at(neighbour) if other.goods.sku != unit.goods.sku] if neighbour else []
    )
    if others:
        person.counts["swapped_item"] += 1
        person.warehouse.put(others[0], person.hand)
        person.warehouse.put(unit, shelf)


def _colour(screen: Screen) -> str:
    """Return the colour that the small print calls ours, "" if none."""
    found = re.search(r"(?:あなたの色|your colour): (\S+)", screen.detail)
    return "" if found is None else COLOURS.get(found[1], found[1])


def _neighbour(person: Person) -> str | None:
    """Return the nearest other location."""
    others = [place for place in person.site.locations.values() if place.id != person.here.id]
    return min(others, key=lambda place: (person.site.walk(person.here, place), place.id)).id if others else None


def _robot_is_missing(person: Person, screen: Screen) -> bool:
    """Tell whether the robot with the tote has not arrived; a person cannot reach a tote that is not there."""
    if person.robot_at is None or screen.robot is None or not person.here.node:
        return False
    return person.robot_at(screen.robot) != person.here.node


def _find_cancelled(person: Person, screen: Screen, sku: str) -> Unit | None:
    """Look for a piece in the tote or parcel that the screen names, then in what packers have put aside.

    All else is other people's work: what a packer still has in hands comes back into its tote.
    """
    world = person.warehouse
    places = [place for place in world.places() if place not in person.site.locations]
    words = {screen.target, screen.to, *re.findall(r"[\w:-]+", screen.detail)}
    named = [place for place in places if words & _names(person, place)]
    aside = [place for place in places if place.startswith("aside:")]
    for place in sorted(named) + sorted(aside):
        found = world.find(place, sku)
        if found:
            return found[0]
    return None


def _names(person: Person, place: str) -> set[str | None]:
    """Return by what a tote, a slot or a parcel that waits can be called: its name, or the number on its label."""
    if place.startswith("T-") or place in person.site.slots:
        return {place}
    parcel = person.warehouse.parcels[int(place[7:])] if place.startswith("parcel:") else None
    return {parcel.label.tracking} if parcel is not None and parcel.label and parcel.spot == STAGING else set()


async def _return_strays(person: Person) -> None:
    """Put what is in hand without an order back where its kind lies."""
    for unit in person.warehouse.at(person.hand):
        person.counts["stray"] += 1
        home = next(
            (place for place in person.site.locations if person.warehouse.find(place, unit.goods.sku)), person.here.id
        )
        await person.go(home)
        person.warehouse.put(unit, home)
