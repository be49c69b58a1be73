"""What readers at no gate have read, on the devices page."""

import pytest

from edge.live import DeviceView, PointView
from edge.processes.orders import accept_order
from edge.site import Device
from edge.store.tables import items, parcels
from edge.store.tx import Tx
from tests.edge.web.console.conftest import Console

ORDER = {
    "order_key": "K1",
    "owner": "ACME",
    "carrier": "yamato",
    "ship_to": {"name": "山田 花子", "phone": "0312345678"},
    "lines": [{"line": 1, "sku": "SKU1", "quantity": 2}],
}
HERE, GONE, STRANGE = "3134257BF400B7800004CB2F", "3134257BF400B7800004CB30", "E2801160600002054CC2096F"


def two_parcels(tx: Tx) -> None:
    """Add a parcel that is here and one that has left, both with tags."""
    tx.insert(items, owner="ACME", sku="SKU1", name_ja="Tシャツ", name_en="T-shirt")
    accept_order(tx, ORDER)
    for number, epc, state in (("123456789013", HERE, "packed"), ("223456789010", GONE, "shipped")):
        tx.insert(
            parcels,
            id=number,
            order_id="ACME/K1",
            state=state,
            station="PACK-1",
            carton="C60",
            expected_g=1,
            tracking=number,
            epc=epc,
            carrier="yamato",
        )


@pytest.mark.parametrize(
    ("person", "words"),
    [("mori", ["読んだタグ: 3 枚", "構内の荷物: 1 個"]), ("brown", ["3 tags read within 10 minutes", "1 of them"])],
)
async def test_I12_an_inventory_point_shows_its_tags_and_the_parcels_among_them(
    console: Console, person: str, words: list[str]
) -> None:
    await console.login(person)
    await console.web.store.run(two_parcels)
    services, now = console.web.services, console.web.clock.time
    shelf = Device.model_validate({"id": "shelf-1", "kind": "rfid", "address": "tcp://10.0.0.9:5084"})
    services.site = services.site.model_copy(update={"devices": [*services.site.devices, shelf]})
    services.live.devices["shelf-1"] = DeviceView("shelf-1", "rfid", shelf.address, up=True)
    services.live.points["shelf-1"] = PointView("shelf-1", dict.fromkeys((STRANGE, GONE, HERE), now))
    page = (await console.get("/console/devices")).text
    assert all(word in page for word in words)
    assert ">123456789013</a>" in page
    assert "223456789010" not in page
