"""What robots used, over the web: for those who check the bill, in days of the site."""

import pytest

from edge.model.usage import Amounts, Mark
from edge.processes.stays import sync_robots
from edge.processes.usage import Booking, book_usage, open_meter
from tests.edge.web.conftest import Web

NOVEMBER = "/api/usage?from=2026-11-01&to=2026-11-30"


async def use(web: Web) -> None:
    await web.store.run(sync_robots)
    await web.store.run(open_meter, lambda _one, _other: 0)
    amounts = Amounts(powered_ms=5_400_000, worked_ms=60_000, drained=7)
    await web.store.run(book_usage, 1, [Booking("R1", {"2026-11-24": amounts}, Mark())], lambda _one, _other: 0)


async def test_a_supervisor_reads_days_and_totals(web: Web) -> None:
    await use(web)
    head = await web.token("B-mori")
    bill = (await web.client.get(NOVEMBER, headers=head)).json()
    assert (bill["site"], bill["from"], bill["to"]) == ("T1", "2026-11-01", "2026-11-30")
    (day,), (total,) = bill["days"], bill["totals"]
    assert (day["day"], day["robot"], day["serial"], day["powered_s"]) == ("2026-11-24", "R1", "R1", 5400)
    assert (total["worked_s"], total["energy_wh"], total["drained_percent"]) == (60, None, 7)
    assert (await web.client.get(f"{NOVEMBER}&robot=R1", headers=head)).json()["days"] == [day]
    assert (await web.client.get("/api/usage?from=2026-11-25&to=2026-11-30", headers=head)).json()["days"] == []


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (f"{NOVEMBER}&robot=R9", 404, "robot.unknown"),
        ("/api/usage?from=2026-11-30&to=2026-11-01", 422, "usage.no_days"),
        ("/api/usage?from=yesterday&to=2026-11-01", 422, "request.invalid"),
        ("/api/usage", 422, "request.invalid"),
    ],
)
async def test_a_bill_that_cannot_be_is_refused_in_words(web: Web, asked: str, status: int, code: str) -> None:
    await use(web)
    refused = await web.client.get(asked, headers=await web.token("B-mori"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert refused.json()["error"]["next"]


async def test_P49_nobody_else_reads_it(web: Web) -> None:
    assert (await web.client.get(NOVEMBER, headers=await web.token("B-sato"))).status_code == 403
    assert (await web.client.get(NOVEMBER)).status_code == 401
