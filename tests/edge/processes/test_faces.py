"""Pick-to-light by decisions (F04, F05, F36, F38): what is lit for whom, what a press proves, and what it does not."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.processes.attendance import step_away, take_back
from edge.processes.buttons import face_pressed, face_short
from edge.processes.cancel import request_cancel
from edge.processes.faces import lit_faces
from edge.site import PickLights, RobotUnit
from edge.store.tables import journal, orders
from tests.edge.processes.invariants import broken
from tests.support.faces import face_site
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store

BOOKED = {"SKU1": 30, "SKU2": 20, "SKU3": 5}


UNITS = pytest.mark.parametrize("floor", ["units"], indirect=True)
"""Where a press proves the units too."""


@pytest_asyncio.fixture
async def floor(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Floor]:
    clock = HandClock()
    kind = getattr(request, "param", "")
    colours = ("green",) if kind == "one colour" else () if kind == "no lamps" else ("green", "blue")
    site = face_site(*colours, press="units" if kind == "units" else "location")
    more = RobotUnit(id="R2", type="tote4", manufacturer="GenbaSim", serial="R2", home="PARK-1")
    store = make_store(tmp_path, site.model_copy(update={"robots": [*site.robots, more]}), clock)
    floor = Floor(store, clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 30)
    await floor.stock("SKU2", "A-02-1", 20)
    await floor.stock("SKU3", "A-03-1", 5)
    yield floor
    store.close()


async def asked(floor: Floor, *lines: tuple[str, int], person: str = "sato", key: str = "K1") -> dict[str, Any]:
    """Let somebody be asked for the first location of an order."""
    await floor.order(key, *lines)
    floor.clock.pass_(seconds=60)
    await floor.robots()
    await floor.act(person, "scan", "ZONE:A")
    return await floor.screen(person)


async def lit(floor: Floor) -> dict[str, tuple[str, str, int]]:
    found = await floor.store.read(lit_faces)
    return {location: (light.person, light.colour, light.units) for location, light in found.items()}


async def press(floor: Floor, location: str) -> None:
    await floor.store.run_as(f"location:{location}", face_pressed, location)


async def told(floor: Floor, kind: str) -> list[Any]:
    return list(await floor.store.read(lambda reader: reader.rows(select(journal).where(journal.c.kind == kind))))


async def sound(floor: Floor) -> None:
    assert await floor.store.read(broken, BOOKED) == []


async def test_F04_the_location_that_is_asked_for_is_lit_in_ones_colour_with_its_units(floor: Floor) -> None:
    screen = await asked(floor, ("SKU1", 3), ("SKU2", 1))
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}
    assert "緑" in screen["detail"]
    await floor.act("sato", "scan", "A-01-1")
    assert await lit(floor) == {}


async def test_F04_a_press_proves_the_location_in_the_name_of_whom_it_is_lit_for(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    await press(floor, "A-01-1")
    screen = await floor.screen("sato")
    assert (screen["process"], screen["step"], screen["quantity"]["done"]) == ("pick", "item", 0)
    (proof,) = await told(floor, "pick.located")
    assert (proof.actor, proof.subject, proof.data["source"]) == ("person:sato", "location/A-01-1", "button")
    assert (await told(floor, "seat.told"))[-1].actor == "location:A-01-1"


@UNITS
async def test_F04_where_the_site_says_so_a_press_proves_all_units_that_are_shown_and_never_the_tote(
    floor: Floor,
) -> None:
    await asked(floor, ("SKU1", 3))
    await press(floor, "A-01-1")
    screen = await floor.screen("sato")
    assert (screen["step"], screen["quantity"]) == ("tote", {"want": 3, "done": 3})
    (proof,) = await told(floor, "pick.counted")
    assert (proof.actor, proof.data["source"], proof.data["quantity"]) == ("person:sato", "button", 3)
    assert await lit(floor) == {}
    await press(floor, "A-01-1")
    assert (await floor.screen("sato"))["last"]["code"] == "face.not_lit"
    await floor.act("sato", "scan", screen["target"])
    (picked,) = await told(floor, "order.picked")
    assert picked.data["quantity"] == 3
    await sound(floor)


@UNITS
async def test_F04_after_a_scan_of_the_location_the_press_still_proves_the_units(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    await floor.act("sato", "scan", "A-01-1")
    await floor.act("sato", "scan", JAN["SKU1"])
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}
    await press(floor, "A-01-1")
    assert (await floor.screen("sato"))["quantity"] == {"want": 3, "done": 3}


@UNITS
@pytest.mark.parametrize("other", [("SKU2", ""), ("SKU1", "2027-01-01")])
async def test_F04_of_goods_that_do_not_lie_alone_a_press_proves_the_location_only(
    floor: Floor, other: tuple[str, str]
) -> None:
    await floor.stock(other[0], "A-01-1", 2, other[1])
    screen = await asked(floor, ("SKU1", 3))
    await press(floor, screen["target"])
    assert (await floor.screen("sato"))["step"] == "item"
    assert await lit(floor) == {}


@UNITS
async def test_F18_of_a_lot_a_press_proves_the_location_only(floor: Floor) -> None:
    await floor.stock("SKU3", "A-04-1", 9, "2026-11-30", "L7")
    screen = await asked(floor, ("SKU3", 2))
    assert screen["target"] == "A-04-1"
    await press(floor, "A-04-1")
    assert (await floor.screen("sato"))["step"] == "item"


@UNITS
async def test_F04_of_more_units_than_a_display_shows_a_press_proves_the_location_only(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 200)
    await asked(floor, ("SKU1", 120))
    await press(floor, "A-01-1")
    assert (await floor.screen("sato"))["step"] == "item"


async def test_F39_who_comes_back_to_a_colour_that_is_taken_gets_another(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    await floor.store.run(step_away, "sato")
    await floor.act("kim", "scan", "ZONE:A")
    await floor.screen("kim")
    assert await lit(floor) == {"A-01-1": ("kim", "green", 3)}
    await floor.order("K2", ("SKU2", 1))
    floor.clock.pass_(seconds=60)
    await floor.robots()
    await floor.screen("sato")
    assert await lit(floor) == {"A-01-1": ("kim", "green", 3), "A-02-1": ("sato", "blue", 1)}


@UNITS
async def test_F38_after_an_undo_the_location_is_lit_again(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    await press(floor, "A-01-1")
    await floor.act("sato", "undo")
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}
    assert [row.subject for row in await told(floor, "pick.undone")] == ["location/A-01-1"]


async def test_F36_the_second_button_says_that_nothing_is_left(floor: Floor) -> None:
    await asked(floor, ("SKU3", 4))
    await floor.store.run_as("location:A-03-1", face_short, "A-03-1")
    (short,) = await told(floor, "pick.short")
    assert (short.actor, short.reason, short.data["missing"]) == ("person:sato", "empty", 4)
    await sound(floor)


@UNITS
async def test_F36_the_second_button_keeps_what_was_counted(floor: Floor) -> None:
    await asked(floor, ("SKU3", 4))
    for value in ("A-03-1", JAN["SKU3"]):
        await floor.act("sato", "scan", value)
    await floor.store.run_as("location:A-03-1", face_short, "A-03-1")
    screen = await floor.screen("sato")
    assert (screen["step"], screen["quantity"]) == ("tote", {"want": 1, "done": 1})
    await sound(floor)


@pytest.mark.parametrize("pressed", [face_pressed, face_short])
async def test_F57_a_press_of_a_dark_location_counts_nothing_and_all_in_the_zone_are_told(
    floor: Floor, pressed: Any
) -> None:
    await asked(floor, ("SKU1", 3))
    await floor.act("kim", "scan", "ZONE:A")
    before = await floor.screen("sato")
    await floor.store.run_as("location:A-02-1", pressed, "A-02-1")
    for person in ("sato", "kim"):
        assert (await floor.screen(person))["last"]["code"] == "face.not_lit"
    assert (await floor.screen("sato"))["target"] == before["target"]
    (refused,) = await told(floor, "scan.refused")
    assert (refused.subject, refused.reason) == ("location/A-02-1", "face.not_lit")


async def two_pickers(floor: Floor) -> None:
    """Let sato and kim each be asked for A-01-1."""
    await asked(floor, ("SKU1", 3))
    screen = await asked(floor, ("SKU1", 2), key="K2", person="kim")
    assert (screen["target"], "blue" in screen["detail"]) == ("A-01-1", True)


async def test_F06_a_location_that_two_are_asked_for_is_lit_for_the_first_and_then_for_the_other(floor: Floor) -> None:
    await two_pickers(floor)
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}
    await press(floor, "A-01-1")
    assert await lit(floor) == {"A-01-1": ("kim", "blue", 2)}
    assert (await floor.screen("kim"))["step"] == "location"


@pytest.mark.parametrize("floor", ["one colour"], indirect=True)
async def test_F06_who_gets_no_colour_works_in_the_dark(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    screen = await asked(floor, ("SKU2", 2), key="K2", person="kim")
    assert (screen["target"], screen["detail"]) == ("A-02-1", "")
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}
    answer = await floor.act("kim", "scan", "A-02-1")
    assert answer["screen"]["step"] == "item"


@pytest.mark.parametrize("floor", ["no lamps"], indirect=True)
async def test_F06_without_lamps_displays_and_buttons_serve_all(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    await asked(floor, ("SKU2", 2), key="K2", person="kim")
    assert await lit(floor) == {"A-01-1": ("sato", "", 3), "A-02-1": ("kim", "", 2)}
    await press(floor, "A-02-1")
    assert (await floor.screen("kim"))["step"] == "item"


async def test_F06_who_came_later_takes_no_light_from_whom_a_location_is_lit_for(floor: Floor) -> None:
    await two_pickers(floor)
    await floor.act("sato", "scan", "A-01-1")
    await floor.act("sato", "undo")
    assert await lit(floor) == {"A-01-1": ("kim", "blue", 2)}


async def test_F06_one_keeps_ones_colour_and_takes_none_that_another_works_in(floor: Floor) -> None:
    await two_pickers(floor)
    await floor.store.run(step_away, "sato")
    assert await lit(floor) == {"A-01-1": ("kim", "blue", 2)}
    await floor.act("kim", "scan", "A-01-1")
    await floor.screen("sato")
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}


async def test_F06_one_keeps_ones_colour_from_task_to_task(floor: Floor) -> None:
    await two_pickers(floor)
    await floor.store.run(step_away, "sato")
    for value in ("A-01-1", JAN["SKU1"], JAN["SKU1"]):
        await floor.act("kim", "scan", value)
    await floor.act("kim", "scan", (await floor.screen("kim"))["target"])
    screen = await floor.screen("kim")
    assert (screen["process"], screen["quantity"]["want"]) == ("pick", 3), "what sato left"
    assert await lit(floor) == {"A-01-1": ("kim", "blue", 3)}


async def test_F39_who_hands_over_or_walks_off_leaves_no_light(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    floor.clock.pass_(minutes=20)
    assert await floor.store.run(take_back) == 1
    assert await lit(floor) == {}
    await floor.screen("sato")
    assert await lit(floor) == {"A-01-1": ("sato", "green", 3)}


async def test_F21_a_cancelled_order_goes_dark(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3))
    await floor.store.run(request_cancel, "ACME/K1", "c", "order.cancel_asked")
    assert await lit(floor) == {}


def test_a_number_stands_in_each_name_of_an_entry() -> None:
    entry = {"locations": ["B", "A"], "first": 7, "io": "io-{n}", "lights": {"red": "l{n}"}, "button": "b"}
    faces = PickLights.model_validate(entry).faces
    assert [(face.location, face.io, dict(face.lights), face.button) for face in faces] == [
        ("B", "io-7", {"red": "l7"}, "b"),
        ("A", "io-8", {"red": "l8"}, "b"),
    ]


async def test_F04_every_order_is_picked_by_buttons_alone_and_shipped(floor: Floor) -> None:
    await asked(floor, ("SKU1", 3), ("SKU2", 2), ("SKU3", 1))
    for _ in range(20):
        for location in await lit(floor):
            await press(floor, location)
        screen = await floor.screen("sato")
        if screen["process"] != "pick":
            await floor.robots()
            continue
        value = JAN[screen["item"]["sku"]] if screen["step"] == "item" else screen["target"]
        await floor.act("sato", "scan", value)
    await floor.run_down()
    assert await floor.store.read(lambda reader: [row.state for row in reader.all(orders)]) == ["shipped"]
    assert len(await told(floor, "pick.located")) >= 3
    await sound(floor)
