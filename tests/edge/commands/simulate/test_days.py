"""Virtual days: the same seed is the same day, days with every fault end right, and the judge can say no."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from sqlalchemy import update

from drivers.rfid.presence import Presence
from edge.commands.simulate.cli import one_day, simulate
from edge.commands.simulate.judge import judge
from edge.commands.simulate.run import START, live_a_day
from edge.commands.simulate.world import Setting, World
from edge.devices.lifts import LiftKeeper
from edge.fleet import doors
from edge.fleet.traffic import Traffic
from edge.host.epcis.documents import read_events
from edge.processes.readpoints import Kept
from edge.processes.robots import return_to_service as really_return
from edge.site import Epcis, Site
from edge.sitefile import load_site
from edge.sketch import Plan, sketch
from edge.store.tables import allocations, journal, meta, order_lines, orders, robots, stock
from edge.store.tx import Entry, Reader, Tx
from simulators.epcis.repository import Repository
from simulators.operators.person import Habits
from simulators.robots.standstill import LONGEST
from simulators.sitefile import parse
from simulators.world.loop import run as run_virtual

CONFIG = Path(__file__).parents[4] / "config"
DEMO, MIXED, LIFTS = CONFIG / "demo.yaml", CONFIG / "mixed.yaml", CONFIG / "lifts.yaml"
WALL, STAGING, RACK = CONFIG / "putwall.yaml", CONFIG / "staging.yaml", CONFIG / "picklight.yaml"
SEEDS = [int(seed) for seed in os.environ.get("GENBA_SEEDS", "1 2 3 4").split()]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_with_every_fault_keeps_every_invariant(seed: int) -> None:
    report = one_day((str(DEMO), seed, 0.25, "all", 60.0, None))
    assert report.broken == []
    assert report.orders["sent"] == 15


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_F15_a_day_with_counts_keeps_every_invariant(seed: int) -> None:
    ends: list[str] = []

    def look(_reader: Reader, entries: Sequence[Entry]) -> None:
        ends.extend(entry.data["outcome"] for entry in entries if entry.kind == "stock.counted")

    report = one_day((str(DEMO), seed, 0.25, "all", 60.0, None), counts=60.0, look=look)
    assert report.broken == []
    assert len(ends) > 5


def telling_setting(seed: int) -> Setting:
    """Return a day at the demo site that tells a repository, with counts."""
    raw = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    told = Epcis(gln="4912345000002", base="https://shop.example/os1", url="http://127.0.0.1:8073/v2")
    return Setting(
        site=load_site(DEMO).model_copy(update={"epcis": told}),
        plan=parse(raw),
        raw=raw,
        seed=seed,
        hours=6.25,
        orders_per_hour=60.0,
        stop_orders_at=0.25,
        counts_per_hour=60.0,
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:1])
def test_I52_each_parcel_that_left_was_packed_and_shipped_once_for_a_repository_over_every_fault(seed: int) -> None:
    steps: Counter[str] = Counter()

    def look(reader: Reader, entries: Sequence[Entry]) -> None:
        found, _ = read_events(reader, most=10**6)
        steps.update(event["bizStep"] for event in found)
        assert sum(entry.kind == "order.shipped" for entry in entries) == steps["shipping"]

    report = live_a_day(telling_setting(seed), "all", look=look)
    assert report.broken == []
    assert steps["shipping"] > 5
    assert steps["cycle_counting"] > 5


@pytest.mark.timeout(600)
def test_I52_a_day_is_broken_by_a_parcel_that_no_repository_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Repository, "having", lambda _repository, _step: [])
    report = live_a_day(telling_setting(1), "none")
    assert [what.split(",")[0] for what in report.broken] == ["epcis: packing", "epcis: shipping"]


@pytest.mark.timeout(600)
def test_F15_what_people_mix_up_is_found_by_counts_and_all_still_adds_up() -> None:
    raw = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    ends: list[str] = []

    def look(_reader: Reader, entries: Sequence[Entry]) -> None:
        ends.extend(entry.data["outcome"] for entry in entries if entry.kind == "stock.counted")

    setting = Setting(
        site=load_site(DEMO),
        plan=parse(raw),
        raw=raw,
        seed=1,
        hours=6.5,
        orders_per_hour=60.0,
        stop_orders_at=0.5,
        habits=Habits(swapped_item=0.3),
        counts_per_hour=200.0,
    )
    report = live_a_day(setting, "some", look=look)
    assert report.broken == []
    assert "taken" in ends


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_R128_a_day_of_a_fleet_of_two_versions_keeps_every_invariant(tmp_path: Path, seed: int) -> None:
    raw = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    (kind,) = raw["robot_types"]
    raw["robot_types"].append({**kind, "id": "third", "vda5050": "3.0"})
    third = raw["robots"][::2]
    for robot in third:
        robot["type"] = "third"
    site, journal_file = tmp_path / "mixed.yaml", tmp_path / "journal"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), seed, 0.25, "all", 60.0, journal_file))
    assert report.broken == []
    told = [json.loads(line) for line in journal_file.read_text(encoding="utf-8").splitlines()]
    arrived = {row["subject"] for row in told if row["kind"] == "trip.done"}
    new = {f"robot/{robot['id']}" for robot in third}
    assert arrived & new
    assert arrived - new


@pytest.mark.timeout(600)
def test_I24_a_day_at_a_gate_with_one_eye_and_antennas_on_both_sides_keeps_every_invariant(tmp_path: Path) -> None:
    raw = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    (gate,) = raw["gates"]
    del gate["inner"]
    gate["antennas"] = {"inner": [1], "outer": [2]}
    (reader,) = (one for one in raw["devices"] if one["id"] == gate["reader"])
    reader |= {"antennas": [1, 2], "session": 0}
    site = tmp_path / "one_eye.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), 1, 0.25, "all", 60.0, None))
    assert (report.broken, report.orders["shipped"]) == ([], 15)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_F08_a_day_at_a_put_wall_with_every_fault_keeps_every_invariant(tmp_path: Path, seed: int) -> None:
    journal_file = tmp_path / "journal"
    report = one_day((str(WALL), seed, 0.25, "all", 60.0, journal_file))
    assert report.broken == []
    told = [json.loads(line) for line in journal_file.read_text(encoding="utf-8").splitlines()]
    buttons = [row for row in told if row["kind"] == "wall.put" and row["actor"] == "station:WALL-1"]
    assert buttons
    whole = {row["data"]["order"] for row in told if row["kind"] == "slot.whole"}
    assert whole & {row["subject"].removeprefix("order/") for row in told if row["kind"] == "order.shipped"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:1])
def test_F04_a_day_of_pick_to_light_with_every_fault_keeps_every_invariant(tmp_path: Path, seed: int) -> None:
    journal_file = tmp_path / "journal"
    report = one_day((str(RACK), seed, 0.25, "all", 90.0, journal_file))
    assert report.broken == []
    told = [json.loads(line) for line in journal_file.read_text(encoding="utf-8").splitlines()]
    by_button = {
        row["kind"] for row in told if row["kind"].startswith("pick.") and row["data"].get("source") == "button"
    }
    assert by_button == {"pick.located", "pick.counted"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:1])
def test_I12_a_day_with_a_read_point_and_every_fault_keeps_every_invariant(tmp_path: Path, seed: int) -> None:
    journal_file = tmp_path / "journal"
    report = one_day((str(STAGING), seed, 0.25, "all", 60.0, journal_file))
    assert report.broken == []
    rows = [json.loads(line) for line in journal_file.read_text(encoding="utf-8").splitlines()]
    told = [row["data"] for row in rows if row["kind"] == "tags.reported"]
    assert sum(one["came"] for one in told) >= 15, "every parcel stood there"


@pytest.mark.timeout(600)
def test_I12_the_judge_sees_a_read_point_that_lets_nobody_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Presence, "_is_there", lambda *_arguments: True)
    report = live_a_day(setting(STAGING), "none")
    assert [line for line in report.broken if line.startswith("points: at STAGING-1 stand []")], report.broken


@pytest.mark.timeout(600)
def test_F10_a_pack_station_whose_scale_is_a_modbus_unit_weighs_every_parcel(tmp_path: Path) -> None:
    raw = yaml.safe_load(WALL.read_text(encoding="utf-8"))
    unit = {"id": "scale-io", "kind": "modbus", "address": "tcp://127.0.0.1:1504", "profile": "scale-laumas-tlu"}
    raw["devices"] = [one for one in raw["devices"] if one["id"] != "scale-1"] + [unit]
    for station in raw["stations"]:
        if station["kind"] == "pack":
            station["scale"] = unit["id"]
    site, journal_file = tmp_path / "scale.yaml", tmp_path / "journal"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), 1, 0.2, "some", 60.0, journal_file))
    assert report.broken == []
    packed = [json.loads(row) for row in journal_file.read_text(encoding="utf-8").splitlines() if "order.packed" in row]
    assert packed
    assert all(row["data"]["weight_g"] > 0 for row in packed if row["kind"] == "order.packed")


@pytest.mark.timeout(600)
def test_F08_a_wall_without_lights_or_buttons_is_worked_by_labels(tmp_path: Path) -> None:
    raw = yaml.safe_load(WALL.read_text(encoding="utf-8"))
    for slot in raw["put_walls"][0]["slots"]:
        for name in ("io", "lights", "display", "button"):
            del slot[name]
    site, journal_file = tmp_path / "dark.yaml", tmp_path / "journal"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), 1, 0.2, "none", 60.0, journal_file))
    assert report.broken == []
    assert '"kind":"slot.whole"' in journal_file.read_text(encoding="utf-8")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_R128_a_day_of_robots_of_two_drivers_keeps_every_invariant(tmp_path: Path, seed: int) -> None:
    journal_file = tmp_path / "journal"
    report = one_day((str(MIXED), seed, 0.25, "all", 60.0, journal_file))
    assert report.broken == []
    told = [json.loads(line) for line in journal_file.read_text(encoding="utf-8").splitlines()]
    arrived = {row["subject"].removeprefix("robot/")[0] for row in told if row["kind"] == "trip.done"}
    assert arrived == {"R", "F"}
    tours: dict[str, list[str]] = {}
    for row in told:
        if row["kind"] == "order.batched":
            tours.setdefault(row["subject"], []).append(row["data"]["batch"])
    assert [order for order, batches in tours.items() if len(set(batches)) > 1], "some order came from both parts"


@pytest.mark.timeout(600)
def test_a_day_of_robots_that_a_manager_drives_alone_keeps_every_invariant(tmp_path: Path) -> None:
    raw = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    raw["robot_types"] = [{"id": "carrier", "driver": "fms", "totes": 4}]
    raw["fms"] = {"url": "http://127.0.0.1:8090"}
    for robot in raw["robots"]:
        robot["type"] = "carrier"
    site = tmp_path / "managed.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), 1, 0.25, "all", 60.0, None))
    assert report.broken == []
    assert report.orders["shipped"] > 0


@pytest.mark.timeout(600)
def test_a_floor_crowded_by_robots_at_one_tote_station_never_locks_up(tmp_path: Path) -> None:
    plan = Plan(zones=1, aisles=2, bays=4, robots=10, packs=2, chargers=2, tote_stations=1, pickers=4)
    site = tmp_path / "crowded.yaml"
    site.write_text(sketch(plan), encoding="utf-8")
    report = one_day((str(site), 2, 0.15, "none", 300.0, None))
    assert report.broken == []


@pytest.mark.timeout(600)
def test_robots_that_run_low_share_few_chargers_without_driving_each_other_off(tmp_path: Path) -> None:
    drawn = sketch(Plan(zones=1, aisles=2, bays=4, robots=6, packs=2, chargers=1, tote_stations=1, pickers=3))
    site, journal_file = tmp_path / "low.yaml", tmp_path / "journal"
    site.write_text(drawn.replace("battery_hours: 8", "battery_hours: 1"), encoding="utf-8")
    report = one_day((str(site), 1, 0.5, "none", 60.0, journal_file))
    assert report.broken == []
    begun = [json.loads(line) for line in journal_file.read_text(encoding="utf-8").splitlines()]
    purposes = [row["data"]["purpose"] for row in begun if row["kind"] == "trip.begun"]
    assert 0 < purposes.count("charge") <= 10


@pytest.mark.timeout(600)
def test_a_day_is_over_when_only_orders_of_another_days_wave_are_left(tmp_path: Path) -> None:
    site = tmp_path / "patient.yaml"
    site.write_text(DEMO.read_text(encoding="utf-8").replace("wave_minutes: 720", "wave_minutes: 30"), encoding="utf-8")
    report = one_day((str(site), 1, 0.05, "none", 60.0, None))
    assert report.broken == []
    assert (report.orders["sent"], report.orders.get("shipped", 0)) == (3, 0)
    assert report.virtual_hours < 1


def narrow_site(folder: Path) -> Path:
    """Write a site whose first two aisles lie so near that robots in them touch where they turn."""
    raw = yaml.safe_load(sketch(Plan(zones=1, aisles=2, bays=4, robots=6, packs=2, chargers=2, pickers=4)))
    nodes = {node["id"]: node for node in raw["roadmap"]["nodes"]}
    for name, node in nodes.items():
        if name.startswith("A02"):
            node["x"] = nodes[f"A01{name[3:]}"]["x"] + 900
    site = folder / "narrow.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return site


@pytest.mark.timeout(600)
@pytest.mark.parametrize("minded", [True, False], ids=["footprints minded", "footprints forgotten"])
def test_robots_keep_their_distance_where_two_nodes_are_nearer_than_their_footprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, minded: bool
) -> None:
    if not minded:
        monkeypatch.setattr(Site, "clearance", 0)
    report = one_day((str(narrow_site(tmp_path)), 1, 0.2, "none", 120.0, None))
    assert (report.broken == []) is minded
    assert minded or "A01" in " ".join(report.broken)


@pytest.mark.timeout(600)
def test_a_gate_on_one_of_two_units_of_a_serial_line_lives_a_day_with_every_fault(tmp_path: Path) -> None:
    raw: dict[str, Any] = yaml.safe_load(sketch(Plan(zones=1, aisles=2, bays=3, robots=3, packs=1, pickers=2)))
    line = "serial:/dev/ttyUSB0?baud=19200"
    raw["devices"] = [device for device in raw["devices"] if device["kind"] != "modbus"] + [
        {"id": name, "kind": "modbus", "address": line, "unit": unit, "profile": profile}
        for name, unit, profile in (("plc-1", 3, "adam-6050"), ("belt-1", 4, "conveylinx-plc-io"))
    ]
    for gate in raw["gates"]:
        gate |= {"io": "plc-1", "inner": "di0", "outer": "di1", "green": "do0", "red": "do1"}
    site = tmp_path / "line.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), 3, 0.1, "all", 60.0, None))
    assert report.broken == []
    assert report.orders["sent"] == 6


def with_doors(folder: Path) -> Path:
    """Write the demo's site with a door between its two zones on each cross aisle, as a fire wall has them."""
    raw: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    raw["doors"] = []
    for number, lane in enumerate(("F05>F06", "T06>T05"), 1):
        unit = {"id": f"door-io-{number}", "kind": "modbus", "address": f"tcp://127.0.0.1:151{number}"}
        raw["devices"].append(unit | {"profile": "door-adam-6060"})
        door = {"id": f"DOOR-{number}", "name": {"ja": "扉", "en": "Door"}, "lanes": [lane], "io": unit["id"]}
        raw["doors"].append(door | {"fault": "fault"})
    site = folder / "doors.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return site


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_a_day_with_doors_and_every_fault_keeps_every_invariant(tmp_path: Path, seed: int) -> None:
    report = one_day((str(with_doors(tmp_path)), seed, 0.25, "all", 60.0, None))
    assert report.broken == []


@pytest.mark.timeout(600)
def test_the_judge_sees_robots_that_do_not_wait_for_doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors.Door, "passable", lambda _door, _now: True)
    report = one_day((str(with_doors(tmp_path)), 1, 0.1, "none", 60.0, None))
    assert [line for line in report.broken if " in door DOOR-" in line]


@pytest.mark.timeout(600)
def test_R125_the_judge_sees_robots_that_are_given_no_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Traffic, "extend", lambda *_arguments: 0)
    day = replace(setting(), hours=0.5)
    report = live_a_day(day, "none")
    jams = [line for line in report.broken if line.startswith("jam: ")]
    assert jams
    assert all(float(line.split()[3]) > LONGEST for line in jams)


@pytest.mark.timeout(600)
def test_R34_R43_a_day_of_robots_that_fetch_maps_and_ask_leave_keeps_every_invariant(tmp_path: Path) -> None:
    raw = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    (kind,) = raw["robot_types"]
    kind["maps"] = [{"id": raw["roadmap"]["map"], "version": "2", "link": "https://maps.site.internal/2.zip"}]
    raw["robot_types"].append({**kind, "id": "third", "vda5050": "3.0"})
    for robot in raw["robots"][::2]:
        robot["type"] = "third"
    for zone in raw["zones"]:
        zone |= {"speed": 900, "ask_leave": True}
    site = tmp_path / "zones.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    report = one_day((str(site), 3, 0.25, "all", 60.0, None))
    assert report.broken == []
    assert report.orders["shipped"] > 0


@pytest.mark.parametrize("seed", [*SEEDS[:1], 5])
def test_a_day_on_two_floors_with_a_lift_and_every_fault_keeps_every_invariant(seed: int) -> None:
    report = one_day((str(LIFTS), seed, 0.25, "all", 60.0, None))
    assert report.broken == []


@pytest.mark.timeout(600)
def test_the_judge_sees_robots_that_do_not_wait_for_lifts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LiftKeeper, "told", lambda _keeper, way, _still: way.granted)
    report = one_day((str(LIFTS), 1, 0.1, "none", 60.0, None))
    assert [line for line in report.broken if " in the door of lift LIFT-1" in line]


@pytest.mark.timeout(600)
def test_the_same_seed_gives_the_same_journal_byte_for_byte() -> None:
    hashes = []
    for hash_seed in ("1", "2"):
        command = [sys.executable, "-m", "edge.cli", "simulate", "--site", str(DEMO), "--seed", "7", "--hours", "0.1"]
        done = subprocess.run(
            [*command, "--faults", "all", "--json"],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
        )
        report = json.loads(done.stdout)[0]
        hashes.append((report["journal"], report["journal_hash"]))
    assert hashes[0] == hashes[1]
    assert hashes[0][0] > 500


def test_days_are_lived_one_after_the_other_by_processes_that_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edge.commands.simulate.cli.DAYS_PER_PROCESS", 1)
    simulate(DEMO, seeds="1-3", hours=0.05, faults="none", jobs=2, as_json=True)
    told = capsys.readouterr()
    assert told.err.splitlines() == ["1/3: seed 1 held", "2/3: seed 2 held", "3/3: seed 3 held"]
    days = json.loads(told.out)
    assert [day["seed"] for day in days] == [1, 2, 3]
    assert not any(day["broken"] for day in days)


def setting(site: Path = DEMO) -> Setting:
    raw: dict[str, Any] = yaml.safe_load(site.read_text())
    return Setting(load_site(site), parse(raw), raw, seed=5, hours=3, orders_per_hour=60, stop_orders_at=0.05)


def steal(world: World, _tx: Tx) -> None:
    place = next(
        unit.place for unit in world.floor.warehouse.units.values() if unit.place in world.setting.plan.locations
    )
    world.floor.warehouse.steal(place)


def lose_a_row(_world: World, tx: Tx) -> None:
    tx.delete(journal, journal.c.seq == 100)


def reopen(_world: World, tx: Tx) -> None:
    tx.update(orders, orders.c.state == "shipped", state="picking")


def ship_more(_world: World, tx: Tx) -> None:
    tx.connection.execute(update(order_lines).values(shipped=order_lines.c.shipped + 1))


def promise(_world: World, tx: Tx) -> None:
    tx.update(allocations, allocations.c.state == "picked", state="reserved")


def forget_stock(_world: World, tx: Tx) -> None:
    tx.connection.execute(update(stock).values(quantity=stock.c.quantity + 1))


def move_together(world: World, _tx: Tx) -> None:
    world.ground.meetings["R1 and R2 on N1"] = None


def stand_long(world: World, _tx: Tx) -> None:
    world.standstill.jams["R1"] = 1000.0


def scare(world: World, _tx: Tx) -> None:
    world.floor.people[0].unknown["dance", "tango"] += 1


def forget_tags(_world: World, tx: Tx) -> None:
    tx.update(meta, meta.c.key == "point/STAGING-1", value=msgspec.json.encode(Kept(START, ["AA"], 1, True)).decode())


def stand_unseen(world: World, _tx: Tx) -> None:
    parcel = next(iter(world.floor.warehouse.parcels.values()))
    world.floor.warehouse.stand(parcel, "staging")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("tamper", "word"),
    [
        (steal, "stock:"),
        (lose_a_row, "journal:"),
        (reopen, "order:"),
        (ship_more, "shipped:"),
        (promise, "promises:"),
        (forget_stock, "wms:"),
        (move_together, "robots:"),
        (scare, "people:"),
        (stand_long, "jam:"),
        (forget_tags, "points:"),
        (stand_unseen, "points:"),
    ],
)
def test_the_judge_sees_what_was_tampered_with(tamper: Callable[[World, Tx], None], word: str, tmp_path: Path) -> None:
    async def day() -> tuple[list[str], list[str]]:
        world = World(setting(STAGING if word == "points:" else DEMO), tmp_path)
        await world.run()
        edge = await world.running_edge()
        before = await edge.store.read(lambda reader: judge(world, reader))
        await edge.store.run(lambda tx: tamper(world, tx))
        after = await edge.store.read(lambda reader: judge(world, reader))
        await world.close()
        return before, after

    before, after = run_virtual(day(), 5, START)
    assert before == []
    assert [line for line in after if line.startswith(word)], after


def test_a_supervisor_whose_word_the_edge_dies_over_says_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a robot that is well again stays out of service, and everybody waits for it for the rest of the day."""
    said: list[str] = []

    def return_to_service(tx: Tx, robot_id: str) -> None:
        said.append(robot_id)
        really_return(tx, robot_id)

    async def day() -> tuple[int, list[str]]:
        world = World(setting(), tmp_path)
        robot = next(iter(world.floor.robots.robots.values()))
        world.crash = lambda _point: bool(said) and not world.tally.crashes
        world.loop.call_later(60, robot.vanish)
        await world.run()
        edge = await world.running_edge()
        dead = await edge.store.read(lambda reader: [row.id for row in reader.all(robots, dead=True)])
        await world.close()
        return world.tally.crashes, dead

    monkeypatch.setattr("edge.commands.simulate.world.return_to_service", return_to_service)
    assert run_virtual(day(), 5, START) == (1, [])
    assert len(said) == 2
