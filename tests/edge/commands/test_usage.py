"""`genba usage` on a database of its own, and on a running edge."""

import asyncio
import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from edge.clock import real_source
from edge.commands.usage import usage as usage_command
from edge.model.usage import Amounts, Mark
from edge.processes.stays import sync_robots
from edge.processes.usage import Booking, book_usage, open_meter
from edge.sitefile import load_site
from edge.store.store import Store
from tests.edge.commands.conftest import SITE, Box, end
from tests.edge.commands.test_users import Desk
from tests.support.store import database

NOVEMBER = ("--from", "2026-11-01", "--to", "2026-11-30")


def no_length(_one: str, _other: str) -> int:
    return 0


def use(folder: Path) -> None:
    """Let R1 be used on two days."""

    async def book() -> None:
        store = Store.open(database(folder), load_site(SITE), real_source(), inline=True)
        await store.run(sync_robots)
        await store.run(open_meter, no_length)
        days = {day: Amounts(powered_ms=5_400_000, drained=10) for day in ("2026-11-24", "2026-11-25")}
        await store.run(book_usage, 1, [Booking("R1", days, Mark())], no_length)
        store.close()

    asyncio.run(book())


def usage(folder: Path, *words: str, typed: str = "") -> Result:
    command = Typer()
    command.command()(usage_command)
    where = ["--site", str(SITE), "--data", str(folder)]
    return CliRunner().invoke(command, [*words, *where], input=typed)


def test_days_and_totals_are_shown_in_the_language_of_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(tmp_path)
    shown = usage(tmp_path, *NOVEMBER)
    assert shown.exit_code == 0, shown.output
    assert [word in shown.output for word in ("2026-11-24", "1:30", "total", "3:00", "tours")] == [True] * 5
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "合計" in usage(tmp_path, *NOVEMBER).output


def test_files_hold_the_same_figures_under_the_same_names(tmp_path: Path) -> None:
    use(tmp_path)
    table, tree = tmp_path / "bill.csv", tmp_path / "bill.json"
    written = usage(tmp_path, *NOVEMBER, "--robot", "R1", "--csv", str(table), "--json", str(tree))
    assert (written.exit_code, written.output) == (0, "")
    with table.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    bill = json.loads(tree.read_text(encoding="utf-8"))
    assert rows == [
        {name: text_of(value) for name, value in {"site": bill["site"], **day}.items()} for day in bill["days"]
    ]
    assert [row["day"] for row in rows] == ["2026-11-24", "2026-11-25"]
    assert bill["totals"][0]["drained_percent"] == 20


def test_each_machine_has_a_line_in_a_file_of_its_own(tmp_path: Path) -> None:
    use(tmp_path)
    table = tmp_path / "machines.csv"
    written = usage(tmp_path, *NOVEMBER, "--machines", str(table))
    assert (written.exit_code, written.output) == (0, "")
    with table.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["site"], row["from"], row["to"]) == ("OS1", "2026-11-01", "2026-11-30")
    assert (row["serial"], row["places"], row["powered_s"], row["drained_percent"]) == ("R1", "1", "10800", "20")


def text_of(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*NOVEMBER, "--robot", "R9"), "R9"),
        (("--from", "2026-11-30", "--to", "2026-11-01"), "2026-11-30"),
        ((*NOVEMBER, "--csv", "/nowhere/bill.csv"), "/nowhere/bill.csv"),
    ],
)
def test_what_cannot_be_is_told_in_words(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    use(tmp_path)
    refused = usage(tmp_path, *words)
    assert refused.exit_code == 1
    assert told in refused.output


async def test_a_running_edge_is_asked_in_a_persons_name(box: Box) -> None:
    folder = box.folder / "data"
    folder.mkdir()
    await asyncio.to_thread(use, folder)
    desk = Desk(folder)
    for words, typed in ((("badge", "mori", "B-M"), ""), (("pin", "mori"), "2580\n2580\n")):
        assert (await asyncio.to_thread(desk.user, *words, typed=typed)).exit_code == 0
    edge = await box.start()
    await box.told("READY=1")
    table = box.folder / "bill.csv"
    asked = (*NOVEMBER, "--csv", str(table), "--edge", f"127.0.0.1:{box.port}")
    shown = await asyncio.to_thread(usage, folder, *asked, typed="B-M\n2580\n")
    assert shown.exit_code == 0, shown.output
    assert table.read_text(encoding="utf-8").count("\n") == 3
    await end(edge)
