"""How a picker counts a location: what really lies there, kind by kind, one scanned and the number typed."""

from dataclasses import dataclass, field

from simulators.operators.handheld import Screen
from simulators.operators.person import Person, Step
from simulators.world.physics import Unit

Kind = tuple[str, str, str, str]
"""Owner, bar code, lot and best-before date of units that nobody could tell apart."""


@dataclass(slots=True)
class Counter:
    """What somebody who counts has before them: the kinds that are still to be counted, and whether they just came."""

    left: dict[Kind, int] = field(default_factory=dict)
    new: bool = True

    @property
    def steps(self) -> dict[tuple[str, str], Step]:
        """Return what there is to do at each step."""
        return {
            ("count", "location"): self.come,
            ("count", "count"): self.count,
            ("count", "choose"): self.choose,
        }

    async def come(self, person: Person, screen: Screen) -> Screen:
        """Walk to the location, scan it and look what lies there (count/location)."""
        if screen.target is None:
            return await person.wait()
        await person.go(screen.target)
        outcome = await person.scan(screen, screen.target)
        self.left, self.new = {}, True
        for unit in person.warehouse.at(screen.target):
            kind = _kind(unit)
            self.left[kind] = self.left.get(kind, 0) + 1
        return outcome.screen

    async def count(self, person: Person, screen: Screen) -> Screen:
        """Count the next kind; begin anew where somebody else left off, and say when it is all (count/count)."""
        begun = screen.sku is not None
        if self.new and begun:
            return (await person.press(screen, "restart" if screen.button("restart") else "undo")).screen
        self.new = False
        if not self.left:
            return (await person.press(screen, "done" if begun else "empty")).screen
        kind = next(iter(self.left))
        await person.pause(person.habits.grab_s)
        outcome = await person.scan(screen, kind[1])
        if not outcome.good or outcome.screen.place != screen.place:
            return outcome.screen
        return await self._number(person, outcome.screen, kind)

    async def choose(self, person: Person, screen: Screen) -> Screen:
        """Say whose it is or of which lot (count/choose)."""
        if not self.left:
            return (await person.press(screen, "undo")).screen
        kind = next(iter(self.left))
        outcome = await person.press(screen, "choose", why=_choice(screen, "choose", kind))
        if not outcome.good or outcome.screen.place != ("count", "count"):
            return outcome.screen
        return await self._number(person, outcome.screen, kind)

    async def _number(self, person: Person, screen: Screen, kind: Kind) -> Screen:
        """Type how many there are of what was scanned, under its own lot."""
        lot, units = _choice(screen, "lot", kind), self.left[kind]
        if lot and not all(part in screen.detail for part in kind[2:]):
            outcome = await person.press(screen, "lot", why=lot)
            if not outcome.good:
                return outcome.screen
            screen = outcome.screen
        if screen.done != units:
            outcome = await person.press(screen, "total", quantity=units)
            if not outcome.good:
                return outcome.screen
            screen = outcome.screen
        self.left.pop(kind, None)
        return screen


def _kind(unit: Unit) -> Kind:
    return unit.goods.owner, unit.goods.gtin, unit.lot or "", unit.expiry.isoformat() if unit.expiry else ""


def _choice(screen: Screen, button: str, kind: Kind) -> str:
    """Return which of a button's choices is the lot and date in hand, or its owner; none of them: empty."""
    owner, _, lot, expiry = kind
    choices = (screen.button(button) or {}).get("reasons") or []
    by_lot = (one["id"] for one in choices if (lot or expiry) and all(part in one["label"] for part in (lot, expiry)))
    by_owner = (one["id"] for one in choices if one["id"] == owner)
    return str(next(by_lot, None) or next(by_owner, None) or "")
