"""What an engineer alarms on is in /metrics: true, cheap, and for keys of role `metrics` alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, event

from edge.host.outbox import Outcome, Result, record, take
from edge.live import DeviceView, RobotView
from edge.processes import people
from edge.processes.people import KeyRole
from edge.processes.trouble import raise_trouble
from edge.site import Device
from edge.store.database import StoreError
from edge.store.tables import orders, tasks
from edge.store.tx import Tx
from edge.web.metrics import Metrics, figures_of
from edge.web.pins import digest, new_key
from tests.edge.host.model import happen
from tests.edge.web.conftest import Web

Samples = dict[tuple[str, ...], float]


async def scrape(web: Web) -> Samples:
    """Return the samples of a first scrape: (name, labels in the order of their names) → value."""
    key = new_key("prom", web.services.source.dice)
    await web.store.run(people.add_key, "prom", KeyRole.METRICS, digest(key))
    answer = await web.client.get("/metrics", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def put_tasks(tx: Tx, kind: str, state: str, count: int) -> None:
    """Put tasks into the table."""
    common = {"kind": kind, "state": state, "subject": "s", "place": "ZONE:A", "needs": "picker", "priority": 5}
    common |= {"due_at": tx.now, "created_at": tx.now}
    tx.insert_many(tasks, [common | {"id": f"{kind}-{state}-{number}"} for number in range(count)])


def put_order(tx: Tx, key: str, state: str, hours: float) -> None:
    """Put an order into the table whose cut-off is some hours away."""
    tx.insert(
        orders, id=f"ACME/{key}", owner="ACME", order_key=key, state=state, carrier="yamato", payload_hash="",
        cutoff_at=tx.now + timedelta(hours=hours), received_at=tx.now,
    )  # fmt: skip


async def test_backlog_age_and_parked_events_are_told_for_each_follower(web: Web) -> None:
    await web.store.run(happen, ["stock/A/1", "stock/A/1", "stock/A/2", "stock/A/3"])
    web.clock.pass_(seconds=90)
    await web.store.run(happen, ["stock/A/4"])
    batch = await web.store.read(take, "webhook", 10)
    results = {entry.seq: Result(Outcome.DELIVERED) for entry in batch.entries}
    results[batch.entries[0].seq] = Result(Outcome.REFUSED, "no")
    await web.store.run(record, "webhook", batch, results)
    found = await scrape(web)
    assert found["genba_outbox_waiting", "wms"] == 5
    assert found["genba_outbox_oldest_seconds", "wms"] == 90
    assert found["genba_outbox_parked", "wms"] == 0
    assert found["genba_outbox_waiting", "webhook"] == 2
    assert found["genba_outbox_parked", "webhook"] == 1
    assert found["genba_exceptions_open", "exception.parked"] == 1
    assert found["genba_wms_up",] == 0


async def test_work_orders_and_exceptions_are_counted_while_they_are_open(web: Web) -> None:
    await web.store.run(put_tasks, "pick", "ready", 3)
    await web.store.run(put_tasks, "pick", "done", 9)
    await web.store.run(put_tasks, "pack", "running", 1)
    for key, state, hours in (("1", "accepted", 1.0), ("2", "accepted", -1.0), ("3", "shipped", -1.0)):
        await web.store.run(put_order, key, state, hours)
    await web.store.run(raise_trouble, "exception.device_lost", "device/x", device="x")
    found = await scrape(web)
    assert (found["genba_tasks", "pick", "ready"], found["genba_tasks", "pack", "running"]) == (3, 1)
    assert ("genba_tasks", "pick", "done") not in found
    assert (found["genba_orders_open", "accepted"], found["genba_orders_late",]) == (2, 1)
    assert ("genba_orders_open", "shipped") not in found
    assert found["genba_exceptions_open", "exception.device_lost"] == 1
    assert found["genba_events_total", "exception.raised"] == 1


async def test_robots_and_devices_are_told_as_they_are_now(web: Web) -> None:
    web.services.site.devices.append(Device(id="scale-1", kind="scale", address="tcp://127.0.0.1:1"))
    web.services.site.devices.append(Device(id="scale-2", kind="scale", address="tcp://127.0.0.1:2"))
    live = web.services.live
    live.wms_up = True
    live.devices["scale-1"] = DeviceView(id="scale-1", kind="scale", address="", up=True)
    live.views |= {f"R{n}": RobotView(id=f"R{n}", online=n > 1, driving=True, code="traffic.going") for n in range(4)}
    found = await scrape(web)
    assert (found["genba_robots", "silent"], found["genba_robots", "driving"]) == (2, 2)
    assert (found["genba_device_up", "scale-1", "scale"], found["genba_device_up", "scale-2", "scale"]) == (1, 0)
    assert found["genba_wms_up",] == 1


async def test_P70_each_commit_is_timed_and_its_decisions_counted(web: Web) -> None:
    for _ in range(3):
        await web.store.run(happen, ["stock/A/1"])
    found = await scrape(web)
    assert found["genba_commit_seconds_count",] == found["genba_commit_decisions_count",] >= 3
    assert found["genba_commit_decisions_sum",] >= 3
    assert found["genba_writer_queue",] == 0
    assert found["genba_database_up",] == 1
    assert found["genba_outbox_waiting", "wms"] == 3
    assert ("process_resident_memory_bytes",) in found


async def test_a_scrape_reads_no_table_from_end_to_end(web: Web) -> None:
    """On 100,000 tasks and years of journal the counts follow indexes of what is open."""
    await web.store.run(happen, ["stock/A/1"])
    statements: list[tuple[str, Any]] = []
    with heard(web, statements):
        await web.store.read(figures_of)
    assert len(statements) >= 5
    with web.store.database.engine.connect() as connection:
        for sql, values in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
            scanned = [row[3] for row in plan if row[3].startswith("SCAN ")]
            assert all(step.split()[1] in ("cursor", "held") for step in scanned), (sql, scanned)


@contextmanager
def heard(web: Web, statements: list[tuple[str, Any]]) -> Iterator[None]:
    """Hear which statements the database runs."""

    def hear(_connection: Connection, _cursor: object, sql: str, values: Any, *_more: object) -> None:
        if sql.lstrip().upper().startswith("SELECT"):
            statements.append((sql, values))

    engine = web.store.database.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def test_without_a_database_counts_are_missing_and_the_rest_is_told(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = Metrics(CollectorRegistry(), web.store, web.services.site, web.services.live)
    assert b"genba_outbox_waiting{" in await metrics.text()

    async def broken(*_asked: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(web.store, "read", broken)
    monkeypatch.setattr("edge.web.metrics.FRESH_SECONDS", -1.0)
    told = await metrics.text()
    assert b"genba_database_up 0.0" in told
    assert b"genba_outbox_waiting{" not in told
    assert b"genba_writer_queue 0.0" in told
    metrics.close()


async def test_counts_are_good_for_a_moment(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics(CollectorRegistry(), web.store, web.services.site, web.services.live)
    asked = 0
    read = web.store.read

    async def counted(*asking: object) -> object:
        nonlocal asked
        asked += 1
        return await read(*asking)  # type: ignore[arg-type]

    monkeypatch.setattr(web.store, "read", counted)
    for _ in range(5):
        await metrics.text()
    assert asked == 1
    metrics.close()
