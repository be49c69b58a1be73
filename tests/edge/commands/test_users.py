"""`genba user` and `genba key` on a database of their own."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from typer.testing import CliRunner, Result

from edge.clock import real_source
from edge.commands.keys import keys
from edge.commands.users import users
from edge.processes import people
from edge.sitefile import load_site
from edge.store.database import Database
from edge.store.store import Store
from edge.store.tables import journal, logins
from edge.store.tx import Reader
from edge.web.pins import ArgonHasher, digest
from tests.edge.commands.conftest import Box, end
from tests.support.broker import free_port

T = TypeVar("T")
SITE = Path(__file__).parents[3] / "config" / "demo.yaml"


class Desk:
    """Runs the commands and looks at what they left."""

    def __init__(self, folder: Path) -> None:
        self.site = SITE
        self.folder = folder
        self.database = f"sqlite:///{folder / 'genba.db'}"

    def user(self, *words: str, typed: str = "") -> Result:
        """Run `genba user …`."""
        return CliRunner().invoke(users, [*words, *self._where()], input=typed)

    def key(self, *words: str, typed: str = "") -> Result:
        """Run `genba key …`."""
        return CliRunner().invoke(keys, [*words, *self._where()], input=typed)

    def read(self, query: Callable[..., T], *args: object) -> T:
        """Run a query on the database."""

        async def look() -> T:
            store = Store.open(Database(self.database), load_site(self.site), real_source(), inline=True)
            found: T = await store.read(query, *args)
            store.close()
            return found

        return asyncio.run(look())

    def _where(self) -> list[str]:
        return ["--site", str(self.site), "--data", str(self.folder)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def pin_hash_of(reader: Reader, person_id: str) -> str | None:
    found: str | None = next(row.pin_hash for row in people.everybody(reader) if row.id == person_id)
    return found


def test_list_shows_everybody(desk: Desk) -> None:
    shown = desk.user("list")
    assert shown.exit_code == 0, shown.output
    for person in ("sato", "nguyen", "mori"):
        assert person in shown.output


def test_pin_is_asked_twice_and_only_its_hash_kept(desk: Desk) -> None:
    assert desk.user("pin", "sato", typed="2580\n2580\n").exit_code == 0
    hashed = desk.read(pin_hash_of, "sato")
    assert isinstance(hashed, str)
    assert asyncio.run(ArgonHasher(off_loop=False).verify(hashed, "2580"))


def test_generated_pin_is_shown_once_and_fits(desk: Desk) -> None:
    shown = desk.user("pin", "sato", "--generate")
    pin = re.search(r"is (\d{6})\.", shown.output)
    assert pin is not None, shown.output
    hashed = desk.read(pin_hash_of, "sato")
    assert isinstance(hashed, str)
    assert asyncio.run(ArgonHasher(off_loop=False).verify(hashed, pin.group(1)))


def test_weak_pin_and_unknown_person_are_refused_in_words(desk: Desk) -> None:
    weak = desk.user("pin", "sato", typed="1111\n1111\n")
    assert weak.exit_code == 1
    assert "4 to 8 digits" in weak.output
    unknown = desk.user("badge", "nobody", "B-1")
    assert unknown.exit_code == 1
    assert "nobody" in unknown.output


def test_unlock_and_badge(desk: Desk) -> None:
    assert desk.user("badge", "sato", "Ｂ－１００").exit_code == 0
    assert desk.read(people.credentials, "B-100") is not None
    assert desk.user("unlock", "sato").exit_code == 0


def test_a_person_is_blocked_and_let_in_again_but_not_the_last_engineer(desk: Desk) -> None:
    assert desk.user("block", "sato").exit_code == 0
    assert "blocked" in desk.user("list").output
    assert desk.user("unblock", "sato").exit_code == 0
    assert "blocked" not in desk.user("list").output
    assert "person" in desk.user("sessions").output
    assert desk.user("logout", "sato").exit_code == 0
    refused = desk.user("block", "lee")
    assert refused.exit_code == 1
    assert "engineer" in refused.output


def test_key_is_shown_once_listed_and_revoked(desk: Desk) -> None:
    made = desk.key("new", "wms-main", "--role", "wms")
    assert made.exit_code == 0, made.output
    key = made.output.split()[-1]
    assert desk.read(people.machine, digest(key)) is not None
    listed = desk.key("list")
    assert "wms-main" in listed.output
    assert "never" in listed.output
    assert key not in listed.output
    assert desk.key("revoke", "wms-main").exit_code == 0
    assert desk.read(people.machine, digest(key)) is None
    assert desk.key("revoke", "wms-main").exit_code == 1


def test_a_running_edge_that_cannot_be_found_is_told_with_the_remedy(desk: Desk) -> None:
    database = Database(desk.database)
    shown = desk.user("list", "--edge", f"127.0.0.1:{free_port()}", typed="B-1\n2580\n")
    database.close()
    assert shown.exit_code == 1
    assert "--edge" in shown.output


async def test_P57_people_and_keys_of_a_running_site_are_changed_in_a_persons_name(desk: Desk, box: Box) -> None:
    data = Desk(box.folder / "data")
    for person, badge in (("lee", "B-L"), ("sato", "B-S")):
        assert (await asyncio.to_thread(data.user, "badge", person, badge)).exit_code == 0
        assert (await asyncio.to_thread(data.user, "pin", person, typed="2580\n2580\n")).exit_code == 0
    edge = await box.start()
    await box.told("READY=1")

    async def genba(command: str, *words: str, badge: str = "B-L", pin: str = "2580") -> Result:
        run = data.user if command == "user" else data.key
        return await asyncio.to_thread(run, *words, "--edge", f"127.0.0.1:{box.port}", typed=f"{badge}\n{pin}\n")

    made = await genba("key", "new", "wms-main", "--role", "wms")
    assert made.exit_code == 0, made.output
    key = made.output.split()[-1]
    head = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{box.port}") as client:
        assert (await client.get("/host/v1/stock", headers=head)).status_code == 200
        listed = await genba("key", "list")
        assert "wms-main" in listed.output
        assert key not in listed.output
        assert (await genba("key", "revoke", "wms-main")).exit_code == 0
        assert (await client.get("/host/v1/stock", headers=head)).status_code == 401
    for refused in (
        await genba("key", "new", "other", "--role", "wms", badge="B-S"),
        await genba("key", "new", "other", "--role", "wms", pin="9999"),
        await genba("key", "revoke", "nothing"),
    ):
        assert refused.exit_code == 1
        assert "Traceback" not in refused.output
    assert (await genba("user", "badge", "mori", "B-K")).exit_code == 0
    assert "lee" in (await genba("user", "sessions")).output
    assert (await genba("user", "block", "sato")).exit_code == 0
    listed = await genba("user", "list")
    assert "blocked" in listed.output
    assert "B-K" not in listed.output
    for refused in (await genba("user", "list", badge="B-S"), await genba("user", "block", "lee")):
        assert refused.exit_code == 1
    assert (await genba("user", "unblock", "sato")).exit_code == 0
    assert (await genba("user", "logout", "sato")).exit_code == 0
    await end(edge)
    made_and_revoked = await asyncio.to_thread(data.read, about_key, "wms-main")
    blocked = await asyncio.to_thread(data.read, about_person, "sato")
    assert [entry for entry in blocked if "block" in entry[0]] == [
        ("person.blocked", "person:lee"),
        ("person.unblocked", "person:lee"),
    ]
    assert made_and_revoked == [("key.added", "person:lee"), ("key.revoked", "person:lee")]
    assert await asyncio.to_thread(data.read, sessions_of, "lee") == 0


def about_key(reader: Reader, key: str) -> list[tuple[str, str]]:
    return [(row.kind, row.actor) for row in reader.all(journal, subject=f"key/{key}")]


def about_person(reader: Reader, person: str) -> list[tuple[str, str]]:
    return [(row.kind, row.actor) for row in reader.all(journal, subject=f"person/{person}")]


def sessions_of(reader: Reader, person: str) -> int:
    return len(reader.all(logins, person_id=person))
