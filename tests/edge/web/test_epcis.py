"""EPCIS on the web: events for an export, the repository's card, its gauge, and reports it did not take."""

from pathlib import Path

import pytest

from edge.host.interests import EPCIS
from edge.host.outbox import Outcome, Result, begin_to_follow, parked, record, take
from edge.live import ReceiverView
from edge.processes.inventory import Goods, adjust
from edge.store.tx import Tx
from edge.web.metrics import Metrics
from tests.edge.host.epcis.telling import URL, telling_site
from tests.edge.web.console.conftest import Console, make_console

DAYS = "/api/epcis?from=2026-11-24T00:00:00%2B09:00&to=2026-11-25T00:00:00%2B09:00"


async def console_of(folder: Path) -> Console:
    """Return the console of a site that tells a repository, which has refused one event; Mori is logged in."""
    site = telling_site()
    told = site.model_copy(update={"epcis": site.epcis.model_copy(update={"url": URL})} if site.epcis else {})
    console = await make_console(folder, told)
    web = console.web

    def happen(tx: Tx) -> None:
        begin_to_follow(tx, EPCIS)
        for units in (1, 2):
            adjust(tx, "A-01-1", Goods("ACME", "SKU1"), units, "count.found")

    await web.store.run(happen)
    batch = await web.store.read(take, EPCIS, 1)
    await web.store.run(record, EPCIS, batch, {batch.entries[0].seq: Result(Outcome.REFUSED, "no such place")})
    await console.login("mori")
    return console


async def close(console: Console) -> None:
    web = console.web
    await console.client.aclose()
    await web.client.aclose()
    web.services.close()
    web.store.close()


async def test_H28_managers_fetch_events_for_an_export_and_nobody_else(tmp_path: Path) -> None:
    console = await console_of(tmp_path)
    web = console.web
    head = await web.token("B-mori")
    first = (await web.client.get(f"{DAYS}&limit=1", headers=head)).json()
    rest = (await web.client.get(f"{DAYS}&after={first['after']}", headers=head)).json()
    assert [event["quantityList"][0]["quantity"] for event in first["events"] + rest["events"]] == [1, 2]
    assert rest["after"] is None
    assert (await web.client.get(DAYS, headers=await web.token("B-sato"))).status_code == 403
    assert (await web.client.get(DAYS)).status_code == 401
    await close(console)


@pytest.mark.parametrize(("up", "gauge"), [(True, b'genba_epcis_up{follower="epcis"} 1.0'), (False, b'"epcis"} 0.0')])
async def test_P70_a_repository_that_is_told_has_a_gauge_and_a_backlog(tmp_path: Path, up: bool, gauge: bytes) -> None:
    console = await console_of(tmp_path)
    web = console.web
    web.services.live.epcis = ReceiverView(up=up)
    owners = [getattr(ending, "__self__", None) for ending in web.services.closing]
    metrics = next(one for one in owners if isinstance(one, Metrics))
    text = await metrics.text()
    assert gauge in text
    assert b'genba_outbox_waiting{follower="epcis"} 2.0' in text
    await close(console)


@pytest.mark.parametrize(("deed", "left"), [("report-retry", 2), ("report-discard", 1)])
async def test_H12_a_person_sends_a_refused_event_again_or_gives_it_up(tmp_path: Path, deed: str, left: int) -> None:
    console = await console_of(tmp_path)
    web = console.web
    shown = (await console.get("/console/exceptions")).text
    assert "no such place" in shown
    assert shown.count(f'name="follower" value="{EPCIS}"') == 2
    asked = await console.do("report-discard", id="stock/ACME/SKU1", follower=EPCIS)
    assert "EPCIS" in asked.text
    answer = await console.do(deed, id="stock/ACME/SKU1", follower=EPCIS, confirmed="1")
    assert answer.status_code < 400, answer.text
    assert await web.store.read(parked, EPCIS) == []
    assert (await web.store.read(take, EPCIS, 10)).waiting == left
    await close(console)


async def test_H28_the_repository_has_a_card_with_what_waits_for_it(tmp_path: Path) -> None:
    console = await console_of(tmp_path)
    web = console.web
    assert 'id="epcis"' not in (await console.get("/console/devices")).text
    web.services.live.epcis = ReceiverView(up=False, waiting=2)
    shown = (await console.get("/console/devices")).text
    assert 'id="epcis"' in shown
    assert URL in shown
    await close(console)
