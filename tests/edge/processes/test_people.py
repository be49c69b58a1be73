"""People and machines: badges, PINs, locks, sessions, keys."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes import people
from edge.processes.people import MAX_FAILURES, Attempt, Face, KeyRole, Session
from edge.site import Worker
from edge.store.store import Store
from tests.support.store import HandClock, make_store, name, small_site


@dataclass
class Gate:
    """A store with the people of the small site and a hand-moved clock."""

    store: Store
    clock: HandClock

    async def try_login(self, *, correct: bool = True, key: str = "t", face: Face = Face.HANDHELD) -> Session | Refusal:
        """Try to log in as Sato."""
        return await self.store.run(people.log_in, Attempt("B-sato", "HH-1", face, correct, "hash", key))

    async def session(self, key: str = "t") -> Session | None:
        """Return the session of a token."""
        return await self.store.read(people.session, key)

    def kinds(self) -> list[str]:
        """Return the journal's kinds in order."""
        with self.store.database.engine.connect() as connection:
            return [row[0] for row in connection.exec_driver_sql("select kind from journal order by seq")]


@pytest_asyncio.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    """Give a gate where Sato has a badge and a PIN."""
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock)
    await store.run(people.sync_people)
    await store.run(people.set_badge, "sato", "B-sato")
    await store.run(people.set_pin, "sato", "hash")
    yield Gate(store, clock)
    store.close()


async def test_sync_brings_the_site_file_in_and_is_quiet_when_nothing_changed(gate: Gate) -> None:
    before = gate.kinds()
    assert before.count("person.added") == 3
    await gate.store.run(people.sync_people)
    assert gate.kinds() == before


async def test_sync_keeps_badge_and_pin_and_logs_out_who_left(gate: Gate) -> None:
    await gate.try_login()
    gone = gate.store.site.model_copy(update={"people": [Worker(id="kim", name=name("Kim Y."), roles=[Role.PACKER])]})
    gate.store.writer._group._site = gone
    await gate.store.run(people.sync_people)
    assert await gate.session() is None
    assert [kind for kind in gate.kinds() if kind.startswith("person.")][-3:] == [
        "person.changed",
        "person.removed",
        "person.removed",
    ]
    gate.store.writer._group._site = gate.store.site
    await gate.store.run(people.sync_people)
    assert isinstance(await gate.try_login(), Session)


async def test_P57_right_pin_opens_a_session_for_the_site_s_hours(gate: Gate) -> None:
    opened = await gate.try_login()
    assert isinstance(opened, Session)
    assert opened.may(Role.PICKER)
    assert not opened.may(Role.SUPERVISOR)
    gate.clock.pass_(hours=11, minutes=59)
    assert await gate.session() is not None
    gate.clock.pass_(minutes=1)
    assert await gate.session() is None


async def test_P57_fifth_failure_locks_and_the_right_pin_does_not_help(gate: Gate) -> None:
    for _ in range(MAX_FAILURES - 1):
        refusal = await gate.try_login(correct=False)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "login.wrong"
    for correct in (False, True):
        refusal = await gate.try_login(correct=correct)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "login.locked"
        assert refusal.details == {"minutes": 5}
    gate.clock.pass_(minutes=5)
    assert isinstance(await gate.try_login(), Session)


async def test_success_forgets_earlier_failures(gate: Gate) -> None:
    for _ in range(3):
        for _ in range(MAX_FAILURES - 1):
            await gate.try_login(correct=False)
        assert isinstance(await gate.try_login(), Session)


async def test_unlock_lets_in_at_once(gate: Gate) -> None:
    for _ in range(MAX_FAILURES):
        await gate.try_login(correct=False)
    await gate.store.run(people.unlock, "sato")
    assert isinstance(await gate.try_login(), Session)


async def test_pin_that_changed_while_it_was_checked_does_not_let_in(gate: Gate) -> None:
    await gate.store.run(people.set_pin, "sato", "new hash")
    assert isinstance(await gate.try_login(), Refusal)


async def test_person_without_pin_cannot_log_in(gate: Gate) -> None:
    await gate.store.run(people.set_badge, "kim", "B-kim")
    attempt = Attempt("B-kim", "HH-1", Face.HANDHELD, correct=True, pin_hash=None, token_hash="t")
    assert isinstance(await gate.store.run(people.log_in, attempt), Refusal)


async def test_P58_every_try_is_in_the_journal(gate: Gate) -> None:
    start = len(gate.kinds())
    await gate.try_login(correct=False)
    await gate.try_login()
    await gate.store.run(people.log_out, "t")
    assert gate.kinds()[start:] == ["login.failed", "login.ok", "session.ended"]


async def test_F62_handheld_moves_and_console_sessions_stay(gate: Gate) -> None:
    await gate.try_login(key="one")
    await gate.try_login(key="desk", face=Face.CONSOLE)
    await gate.try_login(key="two")
    assert await gate.session("one") is None
    assert await gate.session("two") is not None
    assert await gate.session("desk") is not None


async def test_badge_belongs_to_one_person(gate: Gate) -> None:
    with pytest.raises(Refusal, match=r"person\.badge_taken"):
        await gate.store.run(people.set_badge, "kim", "B-sato")
    with pytest.raises(Refusal, match=r"person\.unknown"):
        await gate.store.run(people.set_badge, "nobody", "B-9")
    with pytest.raises(Refusal, match=r"person\.bad_badge"):
        await gate.store.run(people.set_badge, "kim", "x")


async def test_new_badge_ends_sessions(gate: Gate) -> None:
    await gate.try_login()
    await gate.store.run(people.set_badge, "sato", "B-other")
    assert await gate.session() is None


async def test_language_is_journalled_once(gate: Gate) -> None:
    await gate.store.run(people.set_language, "sato", "en")
    await gate.store.run(people.set_language, "sato", "en")
    assert gate.kinds().count("person.language") == 1


async def test_key_lives_until_it_is_revoked_and_its_name_is_used_once(gate: Gate) -> None:
    await gate.store.run(people.add_key, "wms-main", KeyRole.WMS, "k")
    found = await gate.store.read(people.machine, "k")
    assert found is not None
    assert (found.id, found.role, found.actor) == ("wms-main", KeyRole.WMS, "key:wms-main")
    await gate.store.run(people.revoke_key, "wms-main")
    assert await gate.store.read(people.machine, "k") is None
    with pytest.raises(Refusal, match=r"key\.taken"):
        await gate.store.run(people.add_key, "wms-main", KeyRole.WMS, "k2")
    with pytest.raises(Refusal, match=r"key\.unknown"):
        await gate.store.run(people.revoke_key, "wms-main")
    with pytest.raises(Refusal, match=r"key\.bad_name"):
        await gate.store.run(people.add_key, "WMS main", KeyRole.WMS, "k3")


@pytest.mark.parametrize("pin", ["", "123", "1111", "1234", "98765", "123456789", "12a4", "１２３４５", "25 80"])
def test_guessable_pin_is_refused(pin: str) -> None:
    with pytest.raises(Refusal, match=r"person\.weak_pin"):
        people.check_pin(pin)


@given(st.text(max_size=12))
def test_accepted_pin_is_4_to_8_plain_digits(pin: str) -> None:
    try:
        people.check_pin(pin)
    except Refusal:
        return
    assert 4 <= len(pin) <= 8
    assert all(digit in "0123456789" for digit in pin)
