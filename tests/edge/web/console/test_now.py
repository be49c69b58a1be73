"""The first view's figures: bars, pace, prediction, what stands still, and the one sentence on top."""

from datetime import timedelta
from typing import Any

from edge.live import RobotView
from edge.processes.trouble import raise_trouble
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
    assert verdict(None, due=300) == "good"
    assert verdict(None, due=-1, packed=0) == "done"


async def test_what_stands_still_comes_worst_first_and_in_words(console: Console) -> None:
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


async def test_many_robots_in_one_trouble_are_one_line(console: Console) -> None:
    for i in range(9):
        console.web.services.live.robots[f"X{i}"] = RobotView(id=f"X{i}", code="robot.silent")
    page = (await console.get("/console")).text
    assert "ロボット 9 台: 応答なし。" in page
    assert "X0、X1、X2、X3、X4、X5 ほか" in page


async def test_nothing_to_do_is_said_calmly(console: Console) -> None:
    live = console.web.services.live
    live.wms_up, live.wms_since = True, console.web.clock.time
    assert await headline(console) == "今日の仕事はありません。離れて大丈夫です。"
