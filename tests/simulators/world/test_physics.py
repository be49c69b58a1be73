"""The truth of the site: nothing appears, nothing vanishes, and the devices see what passes them."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simulators.world.loop import run
from simulators.world.physics import GONE, STAGING, Goods, Hooks, Label, NotThereError, Warehouse

START = datetime(2026, 4, 1, tzinfo=UTC)
KINDS = [Goods("ACME", f"SKU{n}", f"490000000000{n}", 100 * (n + 1)) for n in range(3)]
PLACES = ["A-01-1", "A-01-2", "T-0001", "hand:sato", "table:PACK-1"]


class Site(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = Warehouse()
        self.brought = 0
        self.stolen = 0

    @rule(place=st.sampled_from(PLACES), kind=st.sampled_from(KINDS), quantity=st.integers(0, 5))
    def bring(self, place: str, kind: Goods, quantity: int) -> None:
        self.world.bring(place, kind, quantity)
        self.brought += quantity

    @rule(source=st.sampled_from(PLACES), into=st.sampled_from(PLACES), kind=st.sampled_from(KINDS))
    def take(self, source: str, into: str, kind: Goods) -> None:
        before = len(self.world.find(source, kind.sku))
        if before:
            assert self.world.take(source, kind.sku, into).place == into
        else:
            with pytest.raises(NotThereError):
                self.world.take(source, kind.sku, into)

    @rule(source=st.sampled_from(PLACES), into=st.sampled_from(PLACES))
    def pour(self, source: str, into: str) -> None:
        self.world.put_all(source, into)

    @rule(place=st.sampled_from(PLACES), quantity=st.integers(1, 3))
    def steal(self, place: str, quantity: int) -> None:
        self.stolen += self.world.steal(place, quantity)

    @rule(source=st.sampled_from(PLACES))
    def box(self, source: str) -> None:
        parcel = self.world.box(source, "C60", 120, "PACK-1")
        self.world.stick(Label(f"{parcel.number:012}", "30" * 12), parcel)
        self.world.weigh("scale-1", parcel)

    @precondition(lambda self: self.world.parcels_at("PACK-1"))
    @rule()
    def unbox(self) -> None:
        self.world.unbox(self.world.parcels_at("PACK-1")[0], "table:PACK-1")

    @precondition(lambda self: self.world.parcels_at("PACK-1"))
    @rule()
    def ship(self) -> None:
        self.world.stand(self.world.parcels_at("PACK-1")[0], "cage:GATE-1")
        run(self.world.pass_gate("GATE-1"), seed=1, start=START)
        assert not self.world.parcels_at("cage:GATE-1")

    @invariant()
    def nothing_appears_or_vanishes(self) -> None:
        count = self.world.count()
        assert count.problems == ()
        assert count.brought_in == self.brought == count.on_site + count.left + count.gone
        assert count.gone == self.stolen
        assert sum(self.world.stock().values()) == count.on_site
        assert sum(n for units in self.world.shipped().values() for n in units.values()) == count.left


TestSite = Site.TestCase
TestSite.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_the_count_sees_a_unit_in_two_places_and_in_a_parcel_that_is_none() -> None:
    world = Warehouse()
    (unit,) = world.bring("A-01-1", KINDS[0], 1)
    world._places["A-01-2"] = {unit.number: None}
    assert "unit 1 lies in 2 places" in world.count().problems
    world = Warehouse()
    world.bring("parcel:9", KINDS[0], 1)
    assert "does not exist" in world.count().problems[0]


def test_the_scale_shows_the_true_weight_until_the_parcel_is_lifted() -> None:
    shown: list[tuple[str, int]] = []
    world = Warehouse(hooks=Hooks(weight=lambda scale, grams: shown.append((scale, grams))))
    world.bring("table:PACK-1", KINDS[1], 3)
    parcel = world.box("table:PACK-1", "C60", 120, "PACK-1")
    assert world.weigh("scale-1", parcel) == 720
    world.lift(parcel)
    world.lift(parcel)
    assert shown == [("scale-1", 720), ("scale-1", 0)]


def test_the_newest_label_is_taken_and_older_ones_are_waste() -> None:
    world = Warehouse()
    with pytest.raises(NotThereError):
        world.take_label("printer-1")
    world.printed("printer-1", "1", "AA")
    world.printed("printer-1", "2", "BB")
    assert world.take_label("printer-1") == Label("2", "BB")
    with pytest.raises(NotThereError):
        world.take_label("printer-1")


@pytest.mark.parametrize("inward", [False, True])
def test_a_cage_breaks_the_beams_in_order_and_its_tags_are_in_the_field(inward: bool) -> None:
    seen: list[tuple[float, str]] = []

    def note(what: str) -> None:
        seen.append((round(asyncio.get_running_loop().time(), 3), what))

    world = Warehouse(
        hooks=Hooks(
            beam=lambda _gate, beam, broken: note(f"{beam} {'broken' if broken else 'clear'}"),
            field=lambda _gate, epcs, seconds, _inward: note(f"{epcs} {seconds:.2f}"),
        )
    )
    for number in (1, 2):
        parcel = world.box("nothing", "C60", 120, "out:GATE-1" if inward else "cage:GATE-1")
        if number == 1:
            world.stick(Label("1", "AA"), parcel)
    passed = run(world.pass_gate("GATE-1", speed=1000, inward=inward), seed=1, start=START)
    first, second = ("outer", "inner") if inward else ("inner", "outer")
    assert [what for _, what in seen] == [
        "['AA'] 3.90",
        f"{first} broken",
        f"{second} broken",
        f"{first} clear",
        f"{second} clear",
    ]
    assert all(a <= b for (a, _), (b, _) in pairwise(seen))
    assert [p.spot for p in passed] == ["cage:GATE-1" if inward else "out:GATE-1"] * 2


def test_a_parcel_can_come_back_until_the_truck_leaves() -> None:
    world = Warehouse()
    world.bring("table:PACK-1", KINDS[0], 1)
    parcel = world.box("table:PACK-1", "C60", 120, STAGING)
    world.stick(Label("1", "AA"), parcel)
    assert world.labelled() == [parcel]
    world.stand(parcel, "cage:GATE-1")

    async def there_and_back() -> None:
        await world.pass_gate("GATE-1")
        await world.pass_gate("GATE-1", inward=True)

    run(there_and_back(), seed=1, start=START)
    assert parcel.spot == "cage:GATE-1"
    run(world.pass_gate("GATE-1"), seed=1, start=START)
    world.depart("GATE-1")
    assert world.parcels_at("out:GATE-1") == []
    assert world.shipped() == {"1": {"SKU0": 1}}


def test_stolen_goods_are_gone_from_the_truth_only() -> None:
    world = Warehouse()
    world.bring("A-01-1", KINDS[0], 2)
    world.bring("A-01-1", KINDS[1], 2)
    assert world.steal("A-01-1", 5, sku="SKU1") == 2
    assert len(world.at(GONE)) == 2
    assert world.stock() == {("ACME", "SKU0"): 2}
    assert [unit.goods.sku for unit in world.at("A-01-1")] == ["SKU0", "SKU0"]


def test_whoever_looks_at_a_spot_sees_which_tags_stand_in_it() -> None:
    seen: list[tuple[str, str, bool]] = []
    world = Warehouse()
    world.hooks.stands = lambda spot, epc, there: seen.append((spot, epc, there))
    world.bring("table:PACK-1", KINDS[0], 1)
    parcel = world.box("table:PACK-1", "C60", 120, STAGING)
    assert seen == [], "a carton without a label shows nothing"
    world.stick(Label("1", "AA"), parcel)
    world.stick(Label("1", "BB"), parcel)
    world.stand(parcel, "cage:GATE-1")
    world.unbox(parcel, "table:PACK-1")
    assert seen == [
        (STAGING, "AA", True),
        (STAGING, "AA", False),
        (STAGING, "BB", True),
        (STAGING, "BB", False),
        ("cage:GATE-1", "BB", True),
        ("cage:GATE-1", "BB", False),
    ]
