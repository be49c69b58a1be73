"""`genba robot` on a database of its own, and on a running edge; `genba check` on places without a machine."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.clock import real_source
from edge.commands.robots import robots
from edge.model.reasons import say
from edge.processes.everybody import said_to_all
from edge.processes.stays import sync_robots, take_in
from edge.sitefile import load_site
from edge.store.database import Database
from edge.store.store import Store
from tests.edge.commands.conftest import SITE, Box, end
from tests.edge.commands.test_users import Desk
from tests.support.store import database


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the demo site without a machine named for R8."""
    file = tmp_path / "open.yaml"
    named = "{id: R8, type: tote4, manufacturer: GenbaSim, serial: R8, "
    content = SITE.read_text(encoding="utf-8")
    assert named in content
    file.write_text(content.replace(named, "{id: R8, type: tote4, "), encoding="utf-8")
    return file


def robot(site: Path, *words: str, typed: str = "") -> Result:
    where = ["--site", str(site), "--data", str(site.parent)]
    return CliRunner().invoke(robots, [*words, *where], input=typed, env={"COLUMNS": "200"})


def manned(site: Path) -> None:
    """Let a machine have R8."""

    async def take() -> None:
        url = f"sqlite:///{site.parent / 'genba.db'}"
        store = Store.open(Database(url), load_site(site), real_source(), inline=True)
        await store.run(sync_robots)
        home = store.site.station[store.site.robots[-1].home].node
        await store.run(take_in, "R8", ("Acme", "X9"), home, lambda _one, _other: 0)
        store.close()

    asyncio.run(take())


def test_places_are_listed_with_whose_word_counts(site: Path) -> None:
    shown = robot(site, "list")
    assert shown.exit_code == 0, shown.output
    rows = {line.split()[1]: line for line in shown.output.splitlines() if " R" in line}
    assert "vacant" in rows["R8"]
    assert "GenbaSim/R1" in rows["R1"]
    assert "site file" in rows["R1"]


@pytest.mark.parametrize(("say_it", "take_back"), [("stop-all", "drive-on"), ("call-home", "work-again")])
def test_all_robots_are_told_by_one_word(site: Path, say_it: str, take_back: str) -> None:
    async def said() -> int:
        store = Store.open(database(site.parent), load_site(site), real_source(), inline=True)
        found = await store.read(said_to_all)
        store.close()
        return len(found)

    for word, halts in ((say_it, 1), (take_back, 0)):
        assert robot(site, word).exit_code == 0
        assert asyncio.run(said()) == halts


def test_without_the_edge_nobody_is_heard_and_nobody_taken_in(site: Path) -> None:
    refused = robot(site, "take-in", "R8", "Acme", "X9")
    assert refused.exit_code == 1
    assert say("robot.must_run", "en").next in refused.output


def test_a_machine_goes_while_the_edge_is_stopped(site: Path) -> None:
    manned(site)
    assert "Acme/X9" in robot(site, "list").output
    named = robot(site, "take-out", "R1", "--carried-away")
    assert named.exit_code == 1
    assert "site file" in named.output
    gone = robot(site, "take-out", "R8")
    assert (gone.exit_code, gone.output) == (0, "R8 is vacant.\n")
    assert "vacant" in robot(site, "list").output


async def test_a_running_edge_is_asked_in_a_persons_name(box: Box) -> None:
    folder = box.folder / "data"
    folder.mkdir()
    desk = Desk(folder)
    for words, typed in ((("badge", "mori", "B-M"), ""), (("pin", "mori"), "2580\n2580\n")):
        assert (await asyncio.to_thread(desk.user, *words, typed=typed)).exit_code == 0
    edge = await box.start()
    await box.told("READY=1")

    def ask(*words: str) -> Result:
        where = ["--site", str(SITE), "--data", str(folder), "--edge", f"127.0.0.1:{box.port}"]
        return CliRunner().invoke(robots, [*words, *where], input="B-M\n2580\n", env={"COLUMNS": "200"})

    shown = await asyncio.to_thread(ask, "list")
    assert shown.exit_code == 0, shown.output
    assert "GenbaSim/R8" in shown.output
    assert "Nobody else is heard on the broker." in shown.output
    refused = await asyncio.to_thread(ask, "take-in", "R8", "Acme", "X9")
    assert refused.exit_code == 1
    assert "GenbaSim/R8" in refused.output
    await end(edge)
