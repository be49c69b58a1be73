"""How a packer works: open the totes of an order, check every piece, box, weigh, label."""

from collections import Counter

from simulators.operators import picking
from simulators.operators.handheld import Screen
from simulators.operators.person import Person, Step
from simulators.sitefile import Station
from simulators.world.physics import STAGING, NotThereError, Parcel, Unit

LABEL_POLLS = 15
"""Looks at the printer, about a second apart, before a person presses reprint."""
OTHER_TOTE = "T-9999"
"""A tote that stands about and is scanned by mistake."""
WEIGH_AGAIN = 1
"""Times a doubtful weight is simply weighed again before everything is counted again."""


class Packer:
    """What a packer has on the table: the open totes, checked pieces, at most one parcel without a valid label."""

    def __init__(self) -> None:
        self._totes: list[str] = []
        self._doubts = 0
        self.steps: dict[tuple[str, str], Step] = {
            **picking.STEPS,
            ("pack", "tote"): self.open_tote,
            ("pack", "verify"): self.verify,
            ("pack", "carton"): self.take_carton,
            ("pack", "weigh"): self.weigh,
            ("pack", "label"): self.label,
        }

    async def open_tote(self, person: Person, screen: Screen) -> Screen:
        """Scan the tote that should be packed next (pack/tote)."""
        await person.go(person.workplace)
        if screen.target is None:
            return await person.wait()
        self._clear_table(person)
        outcome = await person.scan(screen, screen.target, decoy=lambda: OTHER_TOTE)
        if outcome.good:
            self._totes.append(screen.target)
        return outcome.screen

    async def verify(self, person: Person, screen: Screen) -> Screen:
        """Take piece by piece out of the totes and scan each; report what is missing (pack/verify)."""
        self._unpack(person)
        undone = screen.undone
        inside = self._inside(person)
        unit = next((unit for unit in inside if unit.goods.sku in undone), None) or next(iter(inside), None)
        if unit is not None:
            await person.pause(person.habits.grab_s)
            outcome = await person.scan(screen, unit.goods.gtin)
            if outcome.good:
                person.warehouse.put(unit, _table(person))
            elif outcome.kind == "wrong":
                person.counts["found_wrong"] += 1
                person.warehouse.put(unit, _aside(person))
            return outcome.screen
        if undone and screen.button("missing"):
            sku, quantity = next(iter(undone.items()))
            return (await person.press(screen, "missing", sku, quantity=quantity, why="missing")).screen
        if screen.button("undo"):
            person.counts["verify_undo"] += 1
            return (await person.press(screen, "undo")).screen
        return await person.wait()

    async def take_carton(self, person: Person, screen: Screen) -> Screen:
        """Take the carton and put everything that was checked into it (pack/carton)."""
        if screen.button("undo") and self._counted_too_many(person, screen):
            return (await person.press(screen, "undo")).screen
        cartons = person.site.cartons
        kind = screen.target if screen.target in cartons else next(iter(cartons), None)
        if kind is None:
            return await person.wait()
        outcome = await person.scan(screen, kind)
        if outcome.good:
            await person.pause(person.habits.grab_s)
            for unit in self._inside(person):
                person.counts["found_surplus"] += 1
                person.warehouse.put(unit, _aside(person))
            person.warehouse.box(_table(person), kind, cartons[kind].weight, person.workplace)
        return outcome.screen

    async def weigh(self, person: Person, screen: Screen) -> Screen:
        """Put the parcel on the scale and let the server read it; in doubt again, then count anew (pack/weigh)."""
        parcel, station = _parcel(person), _station(person)
        if parcel is not None and station is not None and station.scale:
            person.warehouse.weigh(station.scale, parcel)
        await person.pause(person.habits.grab_s)
        outcome = await person.press(screen, "weigh")
        if outcome.kind != "wrong":
            return outcome.screen
        self._doubts += 1
        if self._doubts <= WEIGH_AGAIN or not outcome.screen.button("recount"):
            return outcome.screen
        self._doubts = 0
        person.counts["recount"] += 1
        return (await person.press(outcome.screen, "recount")).screen

    async def label(self, person: Person, screen: Screen) -> Screen:
        """Stick the printed label on the parcel and scan it (pack/label)."""
        station, parcel = _station(person), _parcel(person)
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
            return (await person.press(screen, "reprint", why="not_printed")).screen
        if parcel is not None:
            person.warehouse.lift(parcel)
            person.warehouse.stick(printed, parcel)
        outcome = await person.scan_label(screen, printed)
        if outcome.good and parcel is not None:
            person.warehouse.stand(parcel, STAGING)
            self._totes.clear()
            self._doubts = 0
        elif outcome.kind == "wrong" and outcome.screen.button("reprint"):
            return (await person.press(outcome.screen, "reprint", why="unreadable")).screen
        return outcome.screen

    def _counted_too_many(self, person: Person, screen: Screen) -> bool:
        """Tell whether the server counts more than lies on the table, as after a double scan."""
        on_table = Counter(unit.goods.sku for unit in person.warehouse.at(_table(person)))
        return bool(self._inside(person)) and any(
            int(line.get("done") or 0) > on_table[str(line.get("sku"))] for line in screen.lines
        )

    def _inside(self, person: Person) -> list[Unit]:
        """Return what lies unchecked in the open totes."""
        return [unit for tote in self._totes for unit in person.warehouse.at(tote)]

    def _unpack(self, person: Person) -> None:
        """Open a parcel that has to be counted again: everything is unchecked once more."""
        parcel = _parcel(person)
        if parcel is not None and self._totes:
            person.warehouse.unbox(parcel, self._totes[0])
            person.warehouse.put_all(_table(person), self._totes[0])

    def _clear_table(self, person: Person) -> None:
        """Put what is left of an order that ended early back into its tote, before the first tote of the next."""
        left = [*person.warehouse.at(_table(person))]
        if self._totes and (left or _parcel(person) is not None):
            self._unpack(person)
            person.warehouse.put_all(_table(person), self._totes[0])
            self._totes.clear()


def _parcel(person: Person) -> Parcel | None:
    """Return the parcel on our table."""
    return next(iter(reversed(person.warehouse.parcels_at(person.workplace))), None)


def _station(person: Person) -> Station | None:
    return person.site.stations.get(person.workplace)


def _table(person: Person) -> str:
    return f"table:{person.workplace}"


def _aside(person: Person) -> str:
    return f"aside:{person.workplace}"
