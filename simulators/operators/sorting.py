"""How somebody sorts at a put wall: open the tote, take an item out, put it into every slot that lights up."""

import re

from simulators.operators import picking
from simulators.operators.handheld import Screen
from simulators.operators.person import Person, Step
from simulators.world.physics import Unit

OTHER_TOTE = "T-9999"
"""A tote that stands about and is scanned by mistake."""


class Sorter:
    """What somebody at a wall has before them: the open tote, and what was found in it that no slot wants."""

    def __init__(self) -> None:
        self._left: dict[int, None] = {}
        self.steps: dict[tuple[str, str], Step] = {
            **picking.STEPS,
            ("wall", "tote"): self.open_tote,
            ("wall", "item"): self.take_item,
            ("wall", "put"): self.put,
        }

    async def open_tote(self, person: Person, screen: Screen) -> Screen:
        """Scan the tote that is to be sorted (wall/tote)."""
        await person.go(person.workplace)
        self._left.clear()
        if screen.target is None:
            return await person.wait()
        return (await person.scan(screen, screen.target, decoy=lambda: OTHER_TOTE)).screen

    async def take_item(self, person: Person, screen: Screen) -> Screen:
        """Take a piece out of the tote and scan it; report what is missing (wall/item)."""
        inside = [unit for unit in person.warehouse.at(_tote(screen)) if unit.number not in self._left]
        unit = next((unit for unit in inside if unit.goods.sku in screen.undone), None) or next(iter(inside), None)
        if unit is None:
            return await self._report(person, screen)
        await person.pause(person.habits.grab_s)
        outcome = await person.scan(screen, unit.goods.gtin)
        if outcome.kind == "wrong":
            self._leave(person, unit, str((outcome.screen.raw.get("last") or {}).get("code")))
        return outcome.screen

    async def put(self, person: Person, screen: Screen) -> Screen:
        """Put what the slot wants into it, then press its button or scan its label (wall/put)."""
        slot, sku = screen.target, screen.sku
        if slot is None or sku is None:
            return await person.wait()
        tote = _tote(screen)
        found = person.warehouse.find(tote, sku)[: screen.want]
        if len(found) < screen.want:
            return await self._report(person, screen, screen.want - len(found))
        await person.pause(person.habits.grab_s)
        for unit in found:
            person.warehouse.put(unit, slot)
        after, taken = await self._prove(person, screen, slot)
        if not taken:
            for unit in found:
                person.warehouse.put(unit, tote)
        return after

    async def _prove(self, person: Person, screen: Screen, slot: str) -> tuple[Screen, bool]:
        """Press the button, else scan the label; say whether it was counted."""
        if person.warehouse.hooks.button(slot):
            person.counts["press.slot"] += 1
            after = await person.handheld.newer(picking.ANSWER_S) or await person.glance()
            if not (after.place == screen.place and after.undone.get(slot) == screen.undone.get(slot)):
                return after, after.last in {"right", "done"}
            person.counts["press.unheard"] += 1
            screen = after
        outcome = await person.scan(screen, slot, decoy=lambda: self._dark(person, screen))
        return outcome.screen, outcome.good

    @staticmethod
    def _dark(person: Person, screen: Screen) -> str | None:
        """Return a slot that wants nothing."""
        return next((slot for slot in person.site.slots if slot not in screen.undone), None)

    async def _report(self, person: Person, screen: Screen, units: int = 0) -> Screen:
        """Say how many pieces are not in the tote."""
        missing = units or next(iter(screen.undone.values()), 0)
        if not missing or not screen.button("missing"):
            return await person.wait()
        return (await person.press(screen, "missing", quantity=missing, why="absent")).screen

    def _leave(self, person: Person, unit: Unit, why: str) -> None:
        """Lay aside what is nobody's, and leave in the tote what will be put back."""
        self._left[unit.number] = None
        if why == "wall.unwanted":
            person.counts["found_surplus"] += 1
            person.warehouse.put(unit, f"aside:{person.workplace}")


def _tote(screen: Screen) -> str:
    """Return the open tote, as the handheld says it."""
    found = re.search(r"T-\d+", screen.detail)
    return found.group() if found else ""
