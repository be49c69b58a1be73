"""Single steps against a script of screens: what a person does when the site asks for it."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from simulators.operators.crew import steps_of
from simulators.operators.person import PERFECT, Person
from simulators.world.loop import run
from simulators.world.physics import STAGING, Label, Warehouse
from tests.simulators.operators.test_people import KINDS, SITE

START = datetime(2026, 4, 1, tzinfo=UTC)


def screen(place: str, **fields: Any) -> dict[str, Any]:
    process, step = place.split("/")
    return {"process": process, "step": step, "buttons": [], "lines": [], **fields}


@dataclass
class Script:
    """Shows screen after screen; each act gets the next answer and is written down."""

    screens: list[dict[str, Any]]
    kinds: list[str]
    acts: list[dict[str, Any]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _method: str, path: str, _headers: Any, body: Any) -> tuple[int, Any]:
        await asyncio.sleep(0.01)
        if path.endswith("login"):
            return 200, {"token": "t", "screen": self.shown()}
        if path.endswith("act"):
            self.acts.append(body)
            kind = self.kinds.pop(0)
            if kind != "wrong":
                self.screens.pop(0)
            return 200, {"result": {"kind": kind}, "screen": self.shown(kind)}
        return 200, {"screen": self.shown()}

    async def stream(self, _path: str, _headers: Any) -> AsyncGenerator[bytes, None]:
        """Break at once: whoever stands by must look."""
        yield b": beat\n\n"
        raise ConnectionResetError

    def shown(self, last: str | None = None) -> dict[str, Any]:
        if not self.screens:
            self.over.set()
        now = self.screens[0] if self.screens else {"id": "end", "process": "idle", "step": "wait"}
        return {"id": f"s{len(self.screens)}", "last": {"kind": last} if last else None, **now}


def play(
    role: str,
    world: Warehouse,
    screens: list[dict[str, Any]],
    kinds: str,
    *,
    after_a_minute: Callable[[], object] = lambda: None,
    **options: Any,
) -> list[tuple[Any, ...]]:
    async def main() -> list[tuple[Any, ...]]:
        script = Script(screens, kinds.split())
        places = {"picker": "ZONE:A", "packer": "PACK-1", "shipper": "DOCK-1"}
        person = Person(
            "sato", call=script, badge="b", pin="p", site=SITE, warehouse=world, workplace=places[role],
            dice=random.Random(1), steps=steps_of(role), habits=PERFECT, **options,
        )  # fmt: skip
        task = asyncio.create_task(person.run())
        asyncio.get_running_loop().call_later(60, after_a_minute)
        async with asyncio.timeout(36_000):
            await script.over.wait()
            await asyncio.sleep(30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert world.count().problems == ()
        return [(act["action"], act.get("value"), act.get("quantity"), act.get("reason")) for act in script.acts]

    return run(main(), seed=1, start=START)


def test_F21_cancelled_goods_go_back_from_the_container_that_is_named() -> None:
    world = Warehouse()
    world.bring("T-0001", KINDS["SKU1"], 2)
    world.bring("T-0002", KINDS["SKU1"], 2)
    acts = play(
        "picker",
        world,
        [
            screen("putback/container", target="T-0002"),
            screen(
                "putback/item",
                target="緑茶",
                detail="T-0002 から",
                item={"sku": "SKU1"},
                quantity={"want": 2, "done": 0},
            ),
            screen("putback/location", target="A-01-1", item={"sku": "SKU1"}),
        ],
        "right right done",
    )
    assert [act[:2] for act in acts] == [("scan", "T-0002"), ("scan", KINDS["SKU1"].gtin), ("scan", "A-01-1")]
    assert len(world.at("A-01-1")) == len(world.at("T-0001")) == 2
    assert world.at("T-0002") == []


def test_F21_cancelled_goods_that_a_packer_still_has_are_waited_for() -> None:
    world = Warehouse()
    world.bring("T-0001", KINDS["SKU1"], 1)
    world.bring("table:PACK-2", KINDS["SKU1"], 1)
    world.stick(Label("000000000011", "AA"), world.box("table:PACK-2", "C60", 120, STAGING))
    world.bring("table:PACK-1", KINDS["SKU1"], 1)
    play(
        "picker",
        world,
        [screen("putback/item", target="緑茶", detail="T-0002 から", item={"sku": "SKU1"}, quantity={"want": 1})],
        "right",
        after_a_minute=lambda: world.put_all("table:PACK-1", "T-0002"),
    )
    assert [unit.place for unit in world.units.values()] == ["T-0001", "parcel:1", "hand:sato"]


def test_R123_totes_are_fetched_from_a_dead_robot_where_it_stands() -> None:
    asked: list[str] = []

    def robot_at(robot: str) -> str:
        asked.append(robot)
        return "P1"

    acts = play(
        "picker",
        Warehouse(),
        [screen("rescue/tote", target="T-0007", robot="R3"), screen("rescue/station", target="PACK-1")],
        "right done",
        robot_at=robot_at,
    )
    assert [value for _, value, _, _ in acts] == ["T-0007", "PACK-1"]
    assert asked == ["R3"]


def test_reasons_are_chosen_from_those_offered() -> None:
    short: Callable[[list[str]], dict[str, Any]] = lambda ids: screen(  # noqa: E731
        "pick/item", item={"sku": "SKU1"}, quantity={"want": 2, "done": 1},
        buttons=[{"id": "short", "reasons": [{"id": name} for name in ids], "quantity": True}],
    )  # fmt: skip
    acts = play("picker", Warehouse(), [short(["damaged", "empty"]), short(["lost"]), short([])], "info info info")
    assert acts == [("short", None, 1, "empty"), ("short", None, 1, "lost"), ("short", None, 1, None)]


def test_a_wrong_tote_leaves_the_goods_in_hand() -> None:
    world = Warehouse()
    world.bring("hand:sato", KINDS["SKU1"], 1)
    play("picker", world, [screen("pick/tote", target="T-0001")], "wrong right")
    assert len(world.at("T-0001")) == 1


def test_what_is_in_hand_when_the_work_ends_goes_back_to_its_kind() -> None:
    world = Warehouse()
    world.bring("hand:sato", KINDS["SKU5"], 1)
    world.bring("A-05-1", KINDS["SKU5"], 3)
    play("picker", world, [screen("pick/location", target="A-01-1")], "right")
    assert len(world.at("A-05-1")) == 4


def test_an_order_that_ends_on_the_packing_table_returns_to_its_tote() -> None:
    world = Warehouse()
    world.bring("T-0001", KINDS["SKU1"], 2)
    lines = [{"sku": "SKU1", "name": "", "want": 2, "done": 0}]
    play(
        "packer",
        world,
        [
            screen("pack/tote", target="T-0001"),
            screen("pack/verify", lines=lines),
            screen("pack/verify", lines=lines),
            screen("pack/carton", target="C60"),
            screen("pack/weigh", buttons=[{"id": "weigh"}]),
            screen("pack/tote", target="T-0002"),
        ],
        "right right right right info right",
    )
    assert len(world.at("T-0001")) == 2
    assert world.parcels == {}


def test_goods_that_belong_to_nobody_are_put_aside() -> None:
    world = Warehouse()
    world.bring("T-0001", KINDS["SKU1"], 1)
    world.bring("T-0001", KINDS["SKU2"], 1)
    play(
        "packer",
        world,
        [
            screen("pack/tote", target="T-0001"),
            screen("pack/verify", lines=[{"sku": "SKU1", "name": "", "want": 1, "done": 0}]),
            screen("pack/carton", target="C60"),
        ],
        "right right right",
    )
    assert [unit.goods.sku for unit in world.at("aside:PACK-1")] == ["SKU2"]
    assert [unit.goods.sku for unit in world.at("parcel:1")] == ["SKU1"]


def test_a_parcel_that_is_not_there_is_told_after_a_search() -> None:
    world = Warehouse()
    parcel = world.box("nothing", "C60", 120, STAGING)
    world.stick(Label("1", "AA"), parcel)
    lines = [{"sku": code, "name": code, "want": 1, "done": 0} for code in ("1", "2")]
    acts = play(
        "shipper",
        world,
        [
            screen("load/parcel", target="1", lines=lines, buttons=[{"id": "go"}, {"id": "absent"}]),
            screen("load/parcel", target="2", lines=lines[1:], buttons=[{"id": "go"}, {"id": "absent"}]),
        ],
        "right info",
    )
    assert [(action, value) for action, value, _, _ in acts] == [("scan", "1"), ("absent", None)]
    assert parcel.spot == "cage:GATE-1"


OWN = "00049123450000000170"


@pytest.mark.parametrize(
    ("target", "kinds", "scanned"),
    [(OWN[2:], "right", [OWN]), ("1", "wrong right", ["1", OWN]), ("1", "right", ["1"])],
)
def test_H65_a_person_scans_the_square_code_of_a_label_where_its_number_proves_nothing(
    target: str, kinds: str, scanned: list[str]
) -> None:
    world = Warehouse()
    world.stick(Label("1", "AA", OWN), world.box("nothing", "C60", 120, STAGING))
    lines = [{"sku": "1", "name": "1", "want": 1, "done": 0}]
    shown = screen("load/parcel", target=target, lines=lines, buttons=[{"id": "go"}, {"id": "absent"}])
    acts = play("shipper", world, [shown], kinds)
    assert [value for action, value, _, _ in acts if action == "scan"] == scanned


def outside(last: str) -> str:
    """Return where a parcel ends whose shipper has pushed it out and lost the load, with this as the last word."""
    world = Warehouse()
    parcel = world.box("nothing", "C60", 120, "cage:GATE-1")
    world.stick(Label("1", "AA"), parcel)
    acts = play("shipper", world, [screen("load/gate", buttons=[{"id": "back"}])], last)
    assert [action for action, *_ in acts] == ["back"]
    return parcel.spot


def test_what_somebody_else_has_pushed_out_stays_there() -> None:
    world = Warehouse()
    parcel = world.box("nothing", "C60", 120, "out:GATE-1")
    play("shipper", world, [screen("start/place")], "right")
    assert parcel.spot == "out:GATE-1"


def test_H02_parcels_of_a_load_that_was_cancelled_outside_come_back_to_the_waiting_ones() -> None:
    assert outside("info") == STAGING


def test_a_load_that_the_gate_let_go_after_all_leaves() -> None:
    assert outside("done") == "out:GATE-1:truck"


def test_a_count_above_what_is_in_hand_is_taken_back_before_it_reaches_a_tote_or_carton() -> None:
    world = Warehouse()
    world.bring("hand:sato", KINDS["SKU1"], 1)
    undo = [{"id": "undo"}]
    acts = play(
        "picker", world, [screen("pick/tote", target="T-0001", quantity={"want": 2, "done": 2}, buttons=undo)], "info"
    )
    assert [action for action, *_ in acts] == ["undo"]
    world = Warehouse()
    world.bring("T-0001", KINDS["SKU1"], 2)
    lines = [{"sku": "SKU1", "name": "", "want": 2, "done": 0}]
    acts = play(
        "packer",
        world,
        [
            screen("pack/tote", target="T-0001"),
            screen("pack/verify", lines=lines),
            screen("pack/carton", target="C60", lines=[{**lines[0], "done": 2}], buttons=undo),
        ],
        "right right info",
    )
    assert [action for action, *_ in acts] == ["scan", "scan", "undo"]


def test_goods_of_a_voided_parcel_are_found_by_its_tracking_number() -> None:
    world = Warehouse()
    for number in (1, 2):
        world.bring("table:PACK-1", KINDS["SKU1"], 1)
        world.stick(Label(f"00000000001{number}", "AA"), world.box("table:PACK-1", "C60", 120, STAGING))
    item = {"item": {"sku": "SKU1"}, "quantity": {"want": 1, "done": 0}}
    play("picker", world, [screen("putback/item", target="x", detail="000000000012 から", **item)], "right")
    assert [unit.place for unit in world.units.values()] == ["parcel:1", "hand:sato"]


def test_F15_a_picker_counts_what_really_lies_there_and_types_it() -> None:
    world = Warehouse()
    world.bring("A-01-1", KINDS["SKU1"], 3)
    world.bring("A-01-1", KINDS["SKU2"], 1)
    numbered = [{"id": "total"}, {"id": "done"}, {"id": "restart"}]
    first, second = {"item": {"sku": "SKU1"}, "buttons": numbered}, {"item": {"sku": "SKU2"}, "buttons": numbered}
    acts = play(
        "picker",
        world,
        [
            screen("count/location", target="A-01-1"),
            screen("count/count", target="A-01-1", buttons=[{"id": "empty"}]),
            screen("count/count", **first, quantity={"want": None, "done": 1}),
            screen("count/count", **first, quantity={"want": None, "done": 3}),
            screen("count/count", **second, quantity={"want": None, "done": 1}),
        ],
        "right right right right done",
    )
    codes = [KINDS[sku].gtin for sku in ("SKU1", "SKU2")]
    assert acts[:2] == [("scan", "A-01-1", None, None), ("scan", codes[0], None, None)]
    assert [act[0] for act in acts[2:]] == ["total", "scan", "done"]
    assert (acts[2][2], acts[3][1]) == (3, codes[1])


def test_F15_an_empty_place_and_one_that_another_began_are_counted_from_the_beginning() -> None:
    begun = {"item": {"sku": "SKU1"}, "quantity": {"want": None, "done": 2}, "buttons": [{"id": "restart"}]}
    acts = play(
        "picker",
        Warehouse(),
        [
            screen("count/location", target="A-01-1"),
            screen("count/count", **begun),
            screen("count/count", target="A-01-1", buttons=[{"id": "empty"}]),
        ],
        "right info done",
    )
    assert [act[0] for act in acts] == ["scan", "restart", "empty"]


def test_F18_the_lot_in_hand_is_chosen_and_changed() -> None:
    world = Warehouse()
    world.bring("A-01-1", KINDS["SKU1"], 2, "L2", date(2027, 1, 1))
    lots = [{"id": f"L{n}|2027-01-01", "label": f"ロット L{n} 賞味期限 2027-01-01"} for n in (1, 2)]
    item = {"item": {"sku": "SKU1"}}
    chosen, other = (
        [{"id": "choose", "reasons": lots}],
        [{"id": "lot", "reasons": lots}, {"id": "total"}, {"id": "done"}],
    )
    one, two = {"want": None, "done": 1}, {"want": None, "done": 2}
    acts = play(
        "picker",
        world,
        [
            screen("count/location", target="A-01-1"),
            screen("count/count", target="A-01-1", buttons=[{"id": "empty"}]),
            screen("count/choose", **item, buttons=chosen),
            screen("count/count", **item, quantity=one, buttons=other, detail="ロット L1 賞味期限 2027-01-01"),
            screen("count/count", **item, quantity=one, buttons=other, detail="ロット L2 賞味期限 2027-01-01"),
            screen("count/count", **item, quantity=two, buttons=other, detail="ロット L2 賞味期限 2027-01-01"),
        ],
        "right right right right right done",
    )
    assert [(act[0], act[3]) for act in acts[2:4]] == [("choose", "L2|2027-01-01"), ("lot", "L2|2027-01-01")]
    assert [act[0] for act in acts[4:]] == ["total", "done"]
