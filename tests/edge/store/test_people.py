"""People and keys are the same on both databases: blocks, sessions, the use of keys, and what the console reads."""

from datetime import timedelta
from pathlib import Path

from edge.processes import people, staff
from edge.processes.people import Attempt, Face, KeyRole
from edge.web.console.queries.people import GROUPS, PeopleFilter, all_keys, one_person, people_chunk, people_page
from tests.support.store import START, HandClock, make_store, small_site


async def test_blocks_sessions_and_the_use_of_keys_are_kept(url: str, tmp_path: Path) -> None:
    clock = HandClock()
    store = make_store(tmp_path, small_site(), clock, url=url)
    await store.run(people.sync_people)
    for person in ("sato", "kim"):
        await store.run(people.set_badge, person, f"B-{person}")
        await store.run(people.set_pin, person, "hash")
        await store.run(people.log_in, Attempt(f"B-{person}", "HH", Face.HANDHELD, True, "hash", person))
    await store.run(staff.block, "kim", "mori")
    await store.run(people.add_key, "wms", KeyRole.WMS, "hash")
    await store.run(people.note_use, {"wms": clock(), "gone": clock()})
    clock.pass_(minutes=1)

    assert [row.person_id for row in await store.read(staff.logged_in)] == ["sato"]
    found = {
        group: [row.id for row in (await store.read(people_page, PeopleFilter(group), 1)).page.rows] for group in GROUPS
    }
    everybody = ["kim", "mori", "sato"]
    assert found == {"active": everybody, "in": ["sato"], "blocked": ["kim"], "left": [], "all": everybody}
    assert [row.id for row in await store.read(people_chunk, PeopleFilter("all", "KI"), 5, 0)] == ["kim"]
    kim = await store.read(one_person, "kim")
    assert kim.row.blocked_at == START
    assert kim.history[0].kind == "session.ended"
    (key,) = await store.read(all_keys)
    assert key.last_used_at == clock() - timedelta(minutes=1)
    store.close()
