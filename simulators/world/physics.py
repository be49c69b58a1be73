"""What is really there: every single unit of goods, totes, parcels, labels, and what scales and gates see of them.

The controller's books may be wrong, this is the truth they are judged by. A unit is in exactly one place at any time;
places are names: a location id, a tote id, `hand:sato`, `table:PACK-1`, `parcel:7`, `aside:PACK-1`, `gone`.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

GONE = "gone"
"""Where stolen and lost goods are."""
STAGING = "staging"
"""Where labelled parcels wait for loading."""


class NotThereError(LookupError):
    """Somebody reached for goods, a parcel or a label that is not there."""


@dataclass(frozen=True, slots=True)
class Goods:
    """A kind of goods; the barcode on each unit is its GTIN."""

    owner: str
    sku: str
    gtin: str
    weight_g: int


@dataclass(slots=True)
class Unit:
    """One single thing."""

    number: int
    goods: Goods
    lot: str | None
    expiry: date | None
    place: str


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label: the bar code, the tag in it, and the square code of its own that each print bears."""

    tracking: str
    epc: str
    own: str = ""


@dataclass(slots=True)
class Parcel:
    """A closed carton; `spot` is where it stands: a station, `staging`, `cage:GATE-1`, `out:GATE-1`."""

    number: int
    carton: str
    tare_g: int
    spot: str
    label: Label | None = None

    @property
    def place(self) -> str:
        """Return the place its goods are in."""
        return f"parcel:{self.number}"


@dataclass(slots=True)
class Hooks:
    """What the devices see; the composer connects the simulated scales, PLCs and readers here."""

    weight: Callable[[str, int], None] = lambda _scale, _grams: None
    beam: Callable[[str, str, bool], None] = lambda _gate, _beam, _broken: None
    field: Callable[[str, list[str], float, bool], None] = lambda _gate, _epcs, _seconds, _inward: None
    stands: Callable[[str, str, bool], None] = lambda _spot, _epc, _there: None
    """A tag comes to stand in a spot, or does no more."""
    unload: Callable[[str, str], None] = lambda _robot, _tote: None
    button: Callable[[str], bool] = lambda _slot: False
    """Presses the button of a slot of a put wall if that is lit; False where there is none, or no light."""
    face: Callable[[str, str, int], bool] = lambda _location, _colour, _units: False
    """Presses the button at a location if it is lit in a colour and shows so many units; False as with slots."""


@dataclass(frozen=True, slots=True)
class Count:
    """A full count of the site: units brought in and where they are now."""

    brought_in: int
    on_site: int
    left: int
    gone: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateShape:
    """A gate: millimetres between the two beams, of field before and behind them, and of a loaded cage."""

    between: int = 800
    field_margin: int = 1000
    cage: int = 1100


@dataclass(slots=True)
class Warehouse:
    """The site as it is."""

    hooks: Hooks = field(default_factory=Hooks)
    gate_shape: GateShape = field(default_factory=GateShape)
    units: dict[int, Unit] = field(default_factory=dict)
    parcels: dict[int, Parcel] = field(default_factory=dict)
    _places: dict[str, dict[int, None]] = field(default_factory=dict)
    _spots: dict[str, dict[int, Parcel]] = field(default_factory=dict)
    _labels: dict[str, deque[Label]] = field(default_factory=dict)
    _scales: dict[str, Parcel] = field(default_factory=dict)
    _boxes: int = 0

    # goods

    def bring(
        self, place: str, goods: Goods, quantity: int, lot: str | None = None, expiry: date | None = None
    ) -> list[Unit]:
        """Bring new goods onto the site."""
        if quantity < 0:
            raise ValueError(f"{quantity} units of {goods.sku} cannot be brought")
        made = []
        for _ in range(quantity):
            unit = Unit(len(self.units) + 1, goods, lot, expiry, place)
            self.units[unit.number] = unit
            self._places.setdefault(place, {})[unit.number] = None
            made.append(unit)
        return made

    def at(self, place: str) -> list[Unit]:
        """Return what lies in a place, oldest first."""
        return [self.units[number] for number in self._places.get(place, {})]

    def places(self) -> list[str]:
        """Return where anything lies."""
        return [place for place, numbers in self._places.items() if numbers]

    def find(self, place: str, sku: str) -> list[Unit]:
        """Return the units of one SKU in a place."""
        return [unit for unit in self.at(place) if unit.goods.sku == sku]

    def take(self, place: str, sku: str, into: str) -> Unit:
        """Move one unit of a SKU; NotThereError when there is none."""
        found = self.find(place, sku)
        if not found:
            raise NotThereError(f"no {sku} in {place}")
        self.put(found[0], into)
        return found[0]

    def put(self, unit: Unit, place: str) -> None:
        """Move one unit."""
        del self._places[unit.place][unit.number]
        unit.place = place
        self._places.setdefault(place, {})[unit.number] = None

    def put_all(self, source: str, into: str) -> list[Unit]:
        """Move everything from one place to another."""
        moved = self.at(source)
        for unit in moved:
            self.put(unit, into)
        return moved

    def steal(self, place: str, quantity: int = 1, sku: str | None = None) -> int:
        """Take goods off the site unseen, so that the books are wrong; return how many there were to take."""
        taken = [unit for unit in self.at(place) if sku in {None, unit.goods.sku}][:quantity]
        for unit in taken:
            self.put(unit, GONE)
        return len(taken)

    # packing

    def box(self, source: str, carton: str, tare_g: int, spot: str) -> Parcel:
        """Pack everything that lies in a place into a new carton."""
        self._boxes += 1
        parcel = self.parcels[self._boxes] = Parcel(self._boxes, carton, tare_g, spot)
        self._spots.setdefault(spot, {})[parcel.number] = parcel
        self.put_all(source, parcel.place)
        return parcel

    def unbox(self, parcel: Parcel, into: str) -> None:
        """Open a parcel again; the carton and its label are waste."""
        self.put_all(parcel.place, into)
        self.lift(parcel)
        self._show(parcel, there=False)
        del self.parcels[parcel.number], self._spots[parcel.spot][parcel.number]

    def weigh(self, scale: str, parcel: Parcel) -> int:
        """Put a parcel on a scale, return the true grams; the scale shows it until `lift`."""
        grams = parcel.tare_g + sum(unit.goods.weight_g for unit in self.at(parcel.place))
        self._scales[scale] = parcel
        self.hooks.weight(scale, grams)
        return grams

    def lift(self, parcel: Parcel) -> None:
        """Take a parcel from the scale it is on, if any."""
        for scale in [scale for scale, resting in self._scales.items() if resting is parcel]:
            del self._scales[scale]
            self.hooks.weight(scale, 0)

    def printed(self, printer: str, tracking: str, epc: str, own: str = "") -> None:
        """Put a label out of a printer; called by the simulated printer."""
        self._labels.setdefault(printer, deque()).append(Label(tracking, epc, own))

    def take_label(self, printer: str) -> Label:
        """Take the newest label and throw older ones away; NotThereError when there is none."""
        waiting = self._labels.get(printer)
        if not waiting:
            raise NotThereError(f"no label at {printer}")
        newest = waiting[-1]
        waiting.clear()
        return newest

    def stick(self, label: Label, parcel: Parcel) -> None:
        """Stick a label on a parcel, over any other."""
        self._show(parcel, there=False)
        parcel.label = label
        self._show(parcel, there=True)

    # loading

    def parcels_at(self, spot: str) -> list[Parcel]:
        """Return the parcels that stand in a spot."""
        return list(self._spots.get(spot, {}).values())

    def stand(self, parcel: Parcel, spot: str) -> None:
        """Move a parcel to a spot."""
        self._show(parcel, there=False)
        del self._spots[parcel.spot][parcel.number]
        parcel.spot = spot
        self._spots.setdefault(spot, {})[parcel.number] = parcel
        self._show(parcel, there=True)

    def labelled(self) -> list[Parcel]:
        """Return the labelled parcels that wait for loading."""
        return [parcel for parcel in self.parcels_at(STAGING) if parcel.label is not None]

    async def pass_gate(self, gate: str, *, speed: int = 900, inward: bool = False) -> list[Parcel]:
        """Push the cage of a gate through it (speed in mm/s) and return its parcels; beams and field see it go by."""
        shape = self.gate_shape
        source, target = (f"out:{gate}", f"cage:{gate}") if inward else (f"cage:{gate}", f"out:{gate}")
        load = self.parcels_at(source)
        epcs = [parcel.label.epc for parcel in load if parcel.label is not None]
        first, second = ("outer", "inner") if inward else ("inner", "outer")
        path = shape.field_margin * 2 + shape.between + shape.cage
        self.hooks.field(gate, epcs, path / speed, inward)
        steps = [
            (shape.field_margin, first, True),
            (shape.field_margin + shape.between, second, True),
            (shape.field_margin + shape.cage, first, False),
            (shape.field_margin + shape.cage + shape.between, second, False),
        ]
        gone = 0
        for distance, beam, broken in sorted(steps):
            await asyncio.sleep((distance - gone) / speed)
            gone = distance
            self.hooks.beam(gate, beam, broken)
        for parcel in load:
            self.stand(parcel, target)
        await asyncio.sleep((path - gone) / speed)
        return load

    def depart(self, gate: str) -> None:
        """Let what stands outside a gate leave with the truck: it cannot be brought back."""
        for parcel in self.parcels_at(f"out:{gate}"):
            self.stand(parcel, f"out:{gate}:truck")

    # truth

    def stock(self) -> dict[tuple[str, str], int]:
        """Return the units on the site by owner and SKU: not those that left or are gone."""
        left = self._left()
        totals: Counter[tuple[str, str]] = Counter()
        for unit in self.units.values():
            if unit.place != GONE and unit.place not in left:
                totals[unit.goods.owner, unit.goods.sku] += 1
        return dict(sorted(totals.items()))

    def shipped(self) -> dict[str, dict[str, int]]:
        """Return what left the site: tracking number to units by SKU."""
        return {
            parcel.label.tracking if parcel.label else f"unlabelled {parcel.number}": dict(
                sorted(Counter(unit.goods.sku for unit in self.at(parcel.place)).items())
            )
            for parcel in self.parcels.values()
            if parcel.spot.startswith("out:")
        }

    def count(self) -> Count:
        """Count everything; `problems` is empty when each unit is in exactly one known place."""
        problems = []
        seen: Counter[int] = Counter()
        for place, numbers in self._places.items():
            seen.update(list(numbers))
            problems += [f"unit {n} lies in {place}, not in {self.units[n].place}" for n in numbers
                         if self.units[n].place != place]  # fmt: skip
            if numbers and place.startswith("parcel:") and int(place[7:]) not in self.parcels:
                problems.append(f"{len(numbers)} units in a parcel that does not exist: {place}")
        problems += [f"unit {n} lies in {seen[n]} places" for n in self.units if seen[n] != 1]
        left = self._left()
        outside = sum(unit.place in left for unit in self.units.values())
        gone = len(self._places.get(GONE, {}))
        return Count(len(self.units), len(self.units) - outside - gone, outside, gone, tuple(problems))

    def _show(self, parcel: Parcel, *, there: bool) -> None:
        """Let readers over its spot see a parcel, or see it no more."""
        if parcel.label is not None:
            self.hooks.stands(parcel.spot, parcel.label.epc, there)

    def _left(self) -> dict[str, None]:
        return {parcel.place: None for parcel in self.parcels.values() if parcel.spot.startswith("out:")}
