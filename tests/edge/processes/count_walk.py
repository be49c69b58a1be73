"""A random day in which locations are counted too, rightly and wrongly, and supervisors decide what becomes of it."""

from collections.abc import Mapping
from random import Random
from typing import Any

from sqlalchemy import func, select

from edge.processes.difference import REASONS, count_again, dismiss_difference, take_difference
from edge.processes.inventory import Goods, totals
from edge.processes.stocktake import DIFFERS, ask_count, books_of
from edge.processes.tally import sums_of
from edge.processes.withdraw import REASONS as WHY_WITHDRAWN
from edge.processes.withdraw import withdraw_count
from edge.store.tables import exceptions, seats, stock, tasks
from edge.store.tx import Reader, Tx
from tests.edge.processes.walk import Walk
from tests.support.floor import JAN, Floor

PLACES = tuple(f"A-0{number}-1" for number in range(1, 5))
CARELESS = 0.02
"""How often somebody scans, types or chooses anything at all."""


class CountWalk(Walk):
    """Takes random steps on a floor where locations are counted between picks."""

    def __init__(self, floor: Floor, dice: Random) -> None:
        super().__init__(floor, dice)
        self.careless = CARELESS
        self.off: dict[str, int] = {}
        """By place, how many units people find beside what the books say."""
        self.clearing = False
        self.steps |= {self.some_count: 10, self.some_decision: 60, self.some_withdrawal: 3, self.right: 160}

    async def some_count(self) -> None:
        """Somebody wants a location counted; what lies there may not be what the books say."""
        place = self.dice.choice(PLACES)
        if (await self.store.run(ask_count, place)).state == "asked":
            self.off[place] = self.dice.choice((0, -9, -2, -1, 1, 3))

    async def some_withdrawal(self) -> None:
        """Nobody needs a count any more, perhaps one that somebody is at."""
        place, reason = self.dice.choice(PLACES), self.dice.choice(WHY_WITHDRAWN)
        await self._try(withdraw_count, place, reason)

    async def some_decision(self) -> None:
        """A supervisor decides about a count that differs; only booking it changes what there is, by what is told."""
        open_ones = await self.store.read(_differences)
        if not open_ones:
            return
        deed = self.dice.choice(("take", "take", "take", "take", "dismiss", "again"))
        trouble = self.dice.choice(open_ones)
        if deed == "dismiss":
            await self.store.run(dismiss_difference, trouble, self.dice.choice(REASONS), "mori")
        elif deed == "again":
            await self.store.run(count_again, trouble, "mori")
        else:
            await self._try(self._take, trouble)

    def _take(self, tx: Tx, trouble: str) -> None:
        before, known = totals(tx), _all(tx)
        take_difference(tx, trouble, "mori")
        (told,) = [entry for entry in tx.entries if entry.kind == "stock.counted"]
        after = totals(tx)
        for sku in JAN:
            adjusted = sum(line["adjusted"] for line in told.data["lines"] if line["sku"] == sku)
            booked = sum(
                entry.data["quantity"]
                for entry in tx.entries
                if entry.kind == "stock.adjusted" and entry.data["sku"] == sku
            )
            assert after.get(("ACME", sku), 0) - before.get(("ACME", sku), 0) == adjusted == booked
        for sku, units in _all(tx).items():
            self.booked[sku] += units - known.get(sku, 0)

    async def answer(self, person: str, screen: dict[str, Any]) -> dict[str, Any] | None:
        """Do what a screen asks; at a count what they find, unit by unit, or now and then something else."""
        if screen["process"] != "count" or screen["step"] == "location":
            return await super().answer(person, screen)
        if self.dice.random() < self.careless:
            return await self._err(person, screen)
        counted = await self.store.read(_counted, person)
        place = await self.store.read(_place_of, person)
        there = {
            goods: max(0, units + self.off.get(place, 0))
            for goods, units in (await self.store.read(books_of, place)).items()
        }
        every = {**counted, **there}
        wrong = next((goods for goods in every if counted.get(goods, 0) != there.get(goods, 0)), None)
        if screen["step"] == "choose":
            return await self.floor.act(person, "choose", reason=_batch(screen, "choose", wrong))
        shown = [button["id"] for button in screen["buttons"]]
        if wrong is None:
            return await self.floor.act(person, "done" if "done" in shown else "empty")
        self.clearing = bool(counted) and (self.clearing or counted.get(wrong, 0) > there.get(wrong, 0))
        if self.clearing:
            return await self.floor.act(person, "restart" if "restart" in shown else "undo")
        answer = await self.floor.act(person, "scan", JAN[wrong.sku])
        lot = _batch(answer["screen"], "lot", wrong)
        return await self.floor.act(person, "lot", reason=lot) if lot else answer

    async def _err(self, person: str, screen: dict[str, Any]) -> dict[str, Any]:
        """Scan anything, type anything, choose anything."""
        if screen["step"] == "choose":
            choices = screen["buttons"][0]["reasons"]
            return await self.floor.act(person, "choose", reason=self.dice.choice(choices)["id"])
        if "total" in [button["id"] for button in screen["buttons"]]:
            return await self.floor.act(person, "total", quantity=self.dice.randint(0, 5))
        return await self.floor.act(person, "scan", self.dice.choice(list(JAN.values())))

    async def run_down(self) -> None:
        """Everybody counts rightly until nothing is left to count."""
        self.careless = 0.0
        for trouble in await self.store.read(_differences):
            await self._try(self._take, trouble)
        await super().run_down()
        for trouble in await self.store.read(_differences):
            await self.store.run(dismiss_difference, trouble, REASONS[0], "mori")


def _differences(reader: Reader) -> list[str]:
    rows = reader.rows(select(exceptions).where(exceptions.c.code == DIFFERS, exceptions.c.state != "solved"))
    return [row.id for row in rows]


def _place_of(reader: Reader, person: str) -> str:
    seat = reader.get(seats, person_id=person)
    return str(reader.get(tasks, id=seat.task_id).detail["location"])


def _counted(reader: Reader, person: str) -> dict[Goods, int]:
    seat = reader.get(seats, person_id=person)
    return {one.goods: one.units for one in sums_of(reader, seat.task_id) if one.units}


def _batch(screen: dict[str, Any], button: str, goods: Goods | None) -> str | None:
    """Return the choice of a button that is the goods in hand, else its first; None where there is no such button."""
    choices = [one["id"] for row in screen["buttons"] if row["id"] == button for one in row["reasons"]]
    mine = f"{goods.lot}|{goods.expiry}" if goods else ""
    return mine if mine in choices else next(iter(choices), None)


def _all(reader: Reader) -> Mapping[str, int]:
    rows = reader.rows(select(stock.c.sku, func.sum(stock.c.quantity).label("units")).group_by(stock.c.sku))
    return {row.sku: int(row.units) for row in rows}
