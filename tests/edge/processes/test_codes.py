"""Codes of a site's own prove goods as the maker's do."""

from pathlib import Path

from edge.site.codes import OwnCode
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store, small_site


async def test_F38_a_code_of_the_sites_own_proves_the_item_and_not_another_lot(tmp_path: Path) -> None:
    pattern = OwnCode.model_validate({"id": "shelf", "pattern": "{item}/{lot}"})
    site, clock = small_site().model_copy(update={"codes": [pattern]}), HandClock()
    floor = Floor(make_store(tmp_path, site, clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 5, lot="L1")
    await floor.order("1", ("SKU1", 1))
    clock.pass_(minutes=1)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    answer = await floor.act("sato", "scan", f"{JAN['SKU1']}/L2")
    assert answer["result"]["code"] == "scan.wrong_item"
    answer = await floor.act("sato", "scan", f"{JAN['SKU1']}/L1")
    assert (answer["result"]["kind"], answer["screen"]["step"]) == ("right", "tote")
    floor.store.close()
