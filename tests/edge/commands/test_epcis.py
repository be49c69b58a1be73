"""`genba epcis`: a document that is checked, and days that are written to a file."""

import asyncio
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from drivers.epcis.faults import events_of, faults
from edge.clock import real_source
from edge.commands.epcis import epcis
from edge.commands.failed import Failed
from edge.processes.inventory import apply_stock, put_item
from edge.sitefile import load_site
from edge.store.store import Store
from edge.store.tx import Tx
from tests.drivers.epcis.samples import document
from tests.edge.commands.conftest import SITE
from tests.support.store import database

FOREVER = ("--from", "2020-01-01", "--to", "2120-01-01")
LONG_AGO = ("--from", "2020-01-01", "--to", "2020-01-31")


def call(*words: str) -> Result:
    return CliRunner().invoke(epcis, list(words))


def failed(*words: str) -> str:
    """Return what a command says that does not do its work."""
    result = call(*words)
    assert result.exit_code == 1
    return str(result.exception) if isinstance(result.exception, Failed) else result.output


def site_file(folder: Path, *, named: bool = True) -> Path:
    """Write the demo site with names for EPCIS, and let goods come in there."""
    raw = yaml.safe_load(SITE.read_text(encoding="utf-8"))
    if named:
        raw |= {"epcis": {"base": "https://shop.example/os1"}, "rules": {"company_prefix": "4912345"}}
    site = folder / "site.yaml"
    site.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")

    def book(tx: Tx) -> None:
        put_item(tx, "ACME", "S", {"name": {"ja": "x", "en": "x"}, "codes": []})
        line = {"owner": "ACME", "sku": "S", "location": next(iter(tx.site.location)), "reason": "x"}
        apply_stock(tx, [{**line, "quantity": units} for units in range(1, 1501)])

    async def happen() -> None:
        store = Store.open(database(folder), load_site(site), real_source(), inline=True)
        await store.run(book)
        store.close()

    asyncio.run(happen())
    return site


def export(folder: Path, site: Path, *words: str) -> tuple[str, ...]:
    return ("export", *words, "--site", str(site), "--data", str(folder))


def test_H28_days_are_written_to_a_file_that_is_sound(tmp_path: Path) -> None:
    site, file = site_file(tmp_path), tmp_path / "events.json"
    written = call(*export(tmp_path, site, *FOREVER, str(file)))
    assert (written.exit_code, "1500 events" in written.output) == (0, True)
    told = json.loads(file.read_text(encoding="utf-8"))
    events = events_of(told) or ()
    assert (told["type"], faults(told)) == ("EPCISDocument", [])
    assert [event["quantityList"][0]["quantity"] for event in events] == list(range(1, 1501))
    assert not any("recordTime" in event for event in events)
    assert "1500 events" in call("check", str(file)).output
    assert "0 events" in call(*export(tmp_path, site, *LONG_AGO, str(file))).output


def test_H28_an_export_that_cannot_be_says_what_to_do(tmp_path: Path) -> None:
    site = site_file(tmp_path, named=False)
    assert "The site file has no epcis" in failed(*export(tmp_path, site, *FOREVER, str(tmp_path / "x.json")))
    site = site_file(tmp_path)
    assert "It cannot be written" in failed(*export(tmp_path, site, *LONG_AGO, "/nowhere/x.json"))


@pytest.mark.parametrize(("lang", "text"), [("en", "nothing is wrong, 5 events"), ("ja", "問題は見つかりません")])
def test_I48_a_sound_document_is_called_sound(tmp_path: Path, lang: str, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(document()), encoding="utf-8")
    shown = call("check", str(file), "--lang", lang)
    assert (shown.exit_code, text in shown.output) == (0, True)


@pytest.mark.parametrize(
    ("lang", "text"), [("en", "This is no word of the standard: wrapping"), ("ja", "規格の語ではありません")]
)
def test_I48_each_fault_is_told_with_its_place_in_both_languages(tmp_path: Path, lang: str, text: str) -> None:
    told, file = document(), tmp_path / "x.json"
    told["epcisBody"]["eventList"][0]["bizStep"] = "wrapping"
    told["epcisBody"]["eventList"][1]["epcList"] = []
    file.write_text(json.dumps(told), encoding="utf-8")
    first, *others = failed("check", str(file), "--lang", lang).splitlines()
    assert f"{file}: events[0].bizStep: {text}" in first
    assert [line.split(": ")[1] for line in others] == ["events[1].epcList"]


@pytest.mark.parametrize("content", [None, b"{", b"\xff\xfe"])
def test_I48_what_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x.json"
    if content is not None:
        file.write_bytes(content)
    assert "It cannot be read" in failed("check", str(file), "--lang", "en")
