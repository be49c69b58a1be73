"""The first view's figures: bars, pace, prediction, what stands still, and the one sentence on top."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from edge.live import DeviceView, RobotView
from edge.processes.everybody import call_home, drive_on, stop_all, work_again
from edge.processes.trouble import raise_trouble
from edge.site import Device
from edge.store.queue import add_task
from edge.store.tables import orders
from edge.store.tx import Tx
from edge.web.console.queries.now import CutOffState, read_now
from tests.edge.web.console.conftest import Console
from tests.support.store import START


def order(tx: Tx, key: str, state: str, *, minutes: float = 0, due: float = 120, **more: Any) -> None:
    """Insert an order due in so many minutes, ended `minutes` ago."""
    values = {"closed_at": tx.now - timedelta(minutes=minutes)} if state in ("shipped", "cancelled", "short") else {}
    tx.insert(
        orders,
        id=f"ACME/{key}",
        owner="ACME",
        order_key=key,
        state=state,
        carrier="yamato",
        cutoff_at=START + timedelta(hours=2, minutes=due),
        payload_hash="",
        received_at=tx.now,
        **(values | more),
    )


async def at_eleven(console: Console) -> None:
    console.web.clock.time = START + timedelta(hours=2)
    console.web.services.live.wms_up = True
    await console.login("mori")


async def headline(console: Console) -> str:
    page = (await console.get("/console")).text
    return page.partition('class="sentence">')[2].partition("<")[0]


async def test_a_bar_counts_what_leaves_and_nothing_else(console: Console) -> None:
    await at_eleven(console)

    def write(tx: Tx) -> None:
        for i, state in enumerate(
            ("accepted", "allocated", "picking", "packing", "packed", "shipped", "cancelled", "short")
        ):
            order(tx, str(i), state, hold=i == 0)

    await console.web.store.run(write)
    (cutoff,) = (await console.web.store.read(read_now)).cutoffs
    assert (cutoff.shipped, cutoff.packed, cutoff.picking, cutoff.todo, cutoff.on_hold) == (1, 1, 2, 2, 1)
    assert (cutoff.total, cutoff.left) == (6, 5)


async def test_the_finish_follows_the_measured_pace(console: Console) -> None:
    await at_eleven(console)

    def write(tx: Tx) -> None:
        for i in range(11):  # one every two minutes: 30 an hour
            order(tx, f"gone{i}", "shipped", minutes=i * 2)
        for i in range(15):
            order(tx, f"packed{i}", "packed")

    await console.web.store.run(write)
    now = await console.web.store.read(read_now)
    assert round(now.rate) == 30
    assert now.cutoffs[0].finish == START + timedelta(hours=2, minutes=30)
    assert await headline(console) == "順調です。13:30 にすべて終わる見込みです。離れて大丈夫です。"


@pytest.mark.parametrize(("stop", "go"), [(stop_all, drive_on), (call_home, work_again)])
async def test_nobody_may_walk_away_from_work_while_all_robots_are_stopped(
    console: Console, stop: Callable[[Tx], object], go: Callable[[Tx], object]
) -> None:
    await at_eleven(console)
    await console.web.store.run(lambda tx: order(tx, "1", "accepted", due=200))
    await console.web.store.run(stop)
    assert await level(console) == "amber"
    assert await headline(console) == "人の指示でロボットを止めています。再開するまで仕事は進みません。"
    await console.web.store.run(go)
    assert await headline(console) == "順調です。離れて大丈夫です。"


async def test_a_few_orders_are_no_pace_and_raise_no_alarm(console: Console) -> None:
    await at_eleven(console)

    def write(tx: Tx) -> None:
        order(tx, "gone", "shipped", minutes=1, due=200)
        for i in range(40):
            order(tx, f"{i}", "accepted", due=200)

    await console.web.store.run(write)
    assert (await console.web.store.read(read_now)).cutoffs[0].finish is None
    assert await headline(console) == "順調です。離れて大丈夫です。"


async def test_later_cutoffs_wait_for_the_earlier_ones(console: Console) -> None:
    await at_eleven(console)

    def write(tx: Tx) -> None:
        for i in range(11):
            order(tx, f"gone{i}", "shipped", minutes=i * 2, due=90)
        for i in range(30):
            order(tx, f"early{i}", "packed", due=90)
            order(tx, f"late{i}", "packed", due=100)

    await console.web.store.run(write)
    early, late = (await console.web.store.read(read_now)).cutoffs
    assert late.finish is not None
    assert early.finish is not None
    assert late.finish - early.finish == timedelta(hours=1)
    assert "間に合いません" in await headline(console)


def test_verdicts() -> None:
    def verdict(finish: float | None, *, due: float = 60, packed: int = 1) -> str:
        ends = None if finish is None else START + timedelta(minutes=finish)
        return CutOffState("y", START + timedelta(minutes=due), 1, packed, 0, 0, 0, ends).verdict(START)

    assert verdict(10) == "good"
    assert verdict(50) == "tight"
    assert verdict(61) == "missed"
    assert verdict(10, due=-1) == "late"
    assert verdict(None) == "unknown"
    assert verdict(None, due=300) == "early"
    assert verdict(None, due=-1, packed=0) == "done"


async def test_R130_what_stands_still_comes_worst_first_and_in_words(console: Console) -> None:
    await at_eleven(console)

    def write(tx: Tx) -> None:
        order(tx, "held", "accepted", hold=True, due=300)
        due = {"priority": 5, "due_at": tx.now + timedelta(minutes=30)}
        add_task(tx, "pick", "batch/1", place="ZONE:A", needs="picker", **due)  # type: ignore[arg-type]
        raise_trouble(tx, "exception.gate_alarm", "gate/GATE-1", gate="GATE-1")

    await console.web.store.run(write)
    page = (await console.get("/console")).text
    red, amber, calm = (page.find(f'class="stuck {level}"') for level in ("red", "amber", "green"))
    assert 0 < red < amber < calm
    assert "ピック 1 件が A で待っています。" in page
    assert "保留中の注文が 1 件あります。" in page
    assert await headline(console) == "止まっているものが 1 件あります。下を見てください。"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("TimeoutError: no answer in 5 s", "時間内に応答がありません。"),
        (
            "ConnectionRefusedError: [Errno 111] Connect call failed",
            "アドレスに機器はありますが、このポートを開いていません。",
        ),
        ("", "接続できません。"),
    ],
)
async def test_I55_a_lost_device_is_explained_in_words_with_what_to_do(console: Console, error: str, said: str) -> None:
    await at_eleven(console)
    lost = {"device": "printer-1", "error": error}
    await console.web.store.run(raise_trouble, "exception.device_lost", "device/printer-1", **lost)
    page = (await console.get("/console")).text
    assert f"機器 printer-1 につながりません。{said}" in page
    assert "Error" not in page


async def test_many_robots_in_one_trouble_are_one_line(console: Console) -> None:
    console.web.services.live.robots["R1"] = RobotView(id="R1", online=True, code="traffic.going")
    for i in range(9):
        console.web.services.live.robots[f"X{i}"] = RobotView(id=f"X{i}", code="robot.silent")
    page = (await console.get("/console")).text
    assert "ロボット 9 台: 応答なし。" in page
    assert "X0、X1、X2、X3、X4、X5 ほか" in page


async def flowing(console: Console) -> None:
    """Let everything be well: links up, robots at work, orders leaving in time."""
    await at_eleven(console)
    live, site = console.web.services.live, console.web.services.site
    for device in site.devices:
        live.devices[device.id] = DeviceView(device.id, device.kind, device.address, up=True)
    for robot in site.robots:
        live.robots[robot.id] = RobotView(id=robot.id, online=True, code="traffic.going", driving=True)

    def write(tx: Tx) -> None:
        for i in range(11):
            order(tx, f"gone{i}", "shipped", minutes=i * 2)
        for i in range(5):
            order(tx, f"picked{i}", "picking")
            tx.journal("order.packed", f"order/ACME/gone{i}")
        order(tx, "packed", "packed")

    await console.web.store.run(write)


async def level(console: Console) -> str:
    return (await console.get("/console")).text.partition('id="headline" class="headline ')[2].partition('"')[0]


def robot_dies(console: Console) -> None:
    console.web.services.live.robots["R1"].code = "robot.dead"


def robot_falls_silent(console: Console) -> None:
    console.web.services.live.robots["R1"].online = False


def wms_goes_away(console: Console) -> None:
    live = console.web.services.live
    live.wms_up, live.wms_since = False, console.web.clock.time - timedelta(minutes=1)


def printer_goes_down(console: Console) -> None:
    printer = Device(id="printer-9", kind="zpl", address="tcp://127.0.0.1:9100")
    console.web.services.site.devices.append(printer)
    console.web.services.live.devices[printer.id] = DeviceView(printer.id, printer.kind, printer.address, up=False)


async def test_green_is_when_all_is_well(console: Console) -> None:
    await flowing(console)
    assert await level(console) == "green"


@pytest.mark.parametrize("mishap", [robot_dies, robot_falls_silent, wms_goes_away, printer_goes_down])
async def test_green_is_never_shown_when_somebody_has_to_look(
    console: Console, mishap: Callable[[Console], None]
) -> None:
    await flowing(console)
    mishap(console)
    assert await level(console) == ("red" if mishap is robot_dies else "amber")


async def test_a_cutoff_that_will_be_missed_is_red(console: Console) -> None:
    await flowing(console)

    def more(tx: Tx) -> None:
        for i in range(90):  # at 30 an hour, two hours to go
            order(tx, f"more{i}", "packed")

    await console.web.store.run(more)
    assert await level(console) == "red"
    assert "間に合いません" in await headline(console)


async def test_a_floor_that_stands_still_is_never_green_and_predicts_nothing(console: Console) -> None:
    await flowing(console)
    console.web.clock.pass_(minutes=11)
    assert await level(console) == "amber"
    console.web.services.live.robots["R1"].code = "traffic.jam"
    console.web.clock.pass_(minutes=12)
    page = (await console.get("/console")).text
    assert await level(console) == "red"
    assert await headline(console) == "23分 何も動いていません。フロアを見てください。"
    assert "5 件の注文が作業中です。" in page
    assert "ロボット R1: 通路待ち" in page
    assert (await console.web.store.read(read_now)).cutoffs[0].finish is None


async def test_red_is_said_before_amber_whatever_it_is_about(console: Console) -> None:
    await flowing(console)

    def tight(tx: Tx) -> None:
        for i in range(49):
            order(tx, f"more{i}", "packed")

    await console.web.store.run(tight)
    assert await level(console) == "amber"
    robot_dies(console)
    assert (await level(console), await headline(console)) == (
        "red",
        "止まっているものが 1 件あります。下を見てください。",
    )


async def test_robots_that_all_fall_silent_point_at_the_broker(console: Console) -> None:
    await flowing(console)
    for i in range(4):
        console.web.services.live.robots[f"X{i}"] = RobotView(id=f"X{i}", code="robot.silent")
    assert await level(console) == "amber"
    robot_falls_silent(console)
    assert await level(console) == "red"
    assert "ブローカー" in (await console.get("/console")).text


async def test_nothing_to_do_is_said_calmly(console: Console) -> None:
    live = console.web.services.live
    live.wms_up, live.wms_since = True, console.web.clock.time
    assert await headline(console) == "今日の仕事はありません。離れて大丈夫です。"
