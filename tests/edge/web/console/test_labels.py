"""Labels at the console: pictures a decoder reads, for supervisors only, and a reprint with reason (H65, H74)."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from edge.live import DeviceView
from edge.processes.orders import accept_order
from edge.site import Device
from edge.store.tables import items, journal, parcels, void_labels
from edge.store.tx import Tx
from tests.edge.web.console.conftest import Console
from tests.edge.web.console.test_pages import ORDER

NUMBER, EPC, OWN = "400000000006", "31552BD36400000011000000", "(00)049123450000000170"
PARCEL = "/console/labels/parcel/P1"


async def prepare(console: Console) -> None:
    """Write an order whose parcel is packed."""

    def write(tx: Tx) -> None:
        tx.insert(items, owner="ACME", sku="SKU1", name_ja="Tシャツ", name_en="T-shirt")
        accept_order(tx, ORDER | {"order_key": "1001"})
        parts: dict[str, Any] = {"station": "PACK-1", "carton": "C60", "carrier": "yamato", "expected_g": 1}
        tx.insert(parcels, id="P1", order_id="ACME/1001", state="packed", tracking=NUMBER, epc=EPC, **parts)

    await console.web.store.run(write)


def codes(png: bytes) -> set[str]:
    """Let zxing read a picture."""
    return {code.text for code in zxingcpp.read_barcodes(np.asarray(Image.open(BytesIO(png)).convert("L")))}


async def test_H74_a_parcels_label_is_a_picture_whose_codes_are_read(console: Console) -> None:
    await prepare(console)
    answer = await console.get(PARCEL)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "no-store")
    assert codes(answer.content) == {NUMBER, OWN, "1001"}
    assert f'src="{PARCEL}?1"' in (await console.get("/console/orders/ACME/1001")).text
    for nothing in ("/console/labels/parcel/P2", "/console/labels/template/9", "/console/labels/template/-1"):
        assert (await console.get(nothing)).status_code == 404


async def test_H74_every_template_is_shown_with_sample_data(console: Console) -> None:
    page = (await console.get("/console/labels")).text
    assert "送り状のひな形" in page
    assert 'src="/console/labels/template/0"' in page
    assert OWN in codes((await console.get("/console/labels/template/0")).content)


@pytest.mark.parametrize("path", ["/console/labels", "/console/labels/template/0", PARCEL])
async def test_P49_labels_are_for_supervisors(console: Console, path: str) -> None:
    await prepare(console)
    await console.login("aoki")
    assert (await console.get(path)).status_code == 403
    assert PARCEL not in (await console.get("/console/orders/ACME/1001")).text


async def test_H65_a_supervisor_prints_a_label_anew_after_being_asked(console: Console) -> None:
    await prepare(console)
    asked = (await console.do("label-reprint", id="P1", reason="damaged")).json()["ask"]
    assert asked["title"] == f"送り状 {NUMBER} を印刷し直しますか"
    assert "PACK-1" in asked["lines"][1]
    refused = await console.do("label-reprint", id="P1", reason="for fun", confirmed="1")
    assert refused.json()["error"]["code"] == "label.no_reason"
    done = await console.do("label-reprint", id="P1", reason="damaged", confirmed="1")
    assert done.json() == {"text": "送り状を印刷し直しています。前の送り状は無効です。"}
    row = await console.web.store.read(lambda reader: reader.get(void_labels, epc=EPC))
    assert (row.person, row.reason, row.issue) == ("mori", "damaged", 1)
    last = await console.web.store.read(
        lambda reader: reader.one(select(journal).where(journal.c.kind == "parcel.reprint"))
    )
    assert last.actor == "person:mori"
    page = (await console.get("/console/orders/ACME/1001")).text
    assert "を無効にして刷り直しました(2 枚目): 破損" in page
    assert f'src="{PARCEL}?2"' in page
    assert OWN not in codes((await console.get(PARCEL)).content)


async def test_F49_a_printer_says_what_waits_for_it_and_what_is_in_its_way(console: Console) -> None:
    site, live = console.web.services.site, console.web.services.live
    site.devices.append(Device(id="printer-9", kind="zpl", address="tcp://127.0.0.1:9100"))
    view = live.devices["printer-9"] = DeviceView("printer-9", "zpl", "tcp://127.0.0.1:9100", up=True)
    for waiting, trouble, words in ((0, "", "準備完了"), (2, "", "印刷中"), (2, "paper_out", "用紙切れ")):
        view.waiting, view.trouble = waiting, trouble
        page = (await console.get("/console/devices")).text
        assert words in page
        assert f"待ち {waiting} 枚" in page
