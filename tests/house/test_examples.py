"""The examples in docs/devices/ load: of a site file joined to the demo's site, of label templates beside it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.sitefile import SiteError, load_site
from tests.house.source import project_files, text

DOCUMENTS = [file for file in project_files() if file.startswith("docs/devices/")]
DEMO = "config/demo.yaml"
LIFTS = "config/lifts.yaml"
EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
ALL = [example for document in DOCUMENTS for example in EXAMPLE.findall(text(document) or "")]
EXAMPLES = [example for example in ALL if "devices" in yaml.safe_load(example)]
LABELS = [example for example in ALL if example not in EXAMPLES]


def joined(example: str, base: str = DEMO) -> str:
    """Return a site file with an example's entries put in the place of those with the same id, or added.

    An example of a lift is joined to the site on two floors.
    """
    given = yaml.safe_load(example)
    site: dict[str, Any] = yaml.safe_load(text(LIFTS if "lifts" in given else base) or "")
    for key, entries in given.items():
        known = {entry["id"]: entry for entry in site.get(key, [])}
        site[key] = list((known | {entry["id"]: entry for entry in entries}).values())
    return yaml.safe_dump(site, allow_unicode=True)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads(tmp_path: Path, example: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(joined(example), encoding="utf-8")
    devices = load_site(file).device
    assert all(entry["id"] in devices for entry in yaml.safe_load(example)["devices"])


@pytest.mark.parametrize("example", EXAMPLE.findall(text("docs/putwall.md") or ""))
def test_F08_an_example_of_a_put_wall_loads(tmp_path: Path, example: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(joined(example, "config/putwall.yaml"), encoding="utf-8")
    shown = yaml.safe_load(example)["put_walls"][0]["slots"]
    assert [slot.id for slot in load_site(file).wall["WALL-1"].slots] == [slot["id"] for slot in shown]


@pytest.mark.parametrize("example", EXAMPLE.findall(text("docs/picklight.md") or ""))
def test_F04_an_example_of_lights_at_locations_loads(tmp_path: Path, example: str) -> None:
    given = yaml.safe_load(example)
    lights = given.pop("pick_lights")
    file = tmp_path / "site.yaml"
    bare = yaml.safe_load(joined(yaml.safe_dump(given), "config/picklight.yaml"))
    file.write_text(yaml.safe_dump(bare | {"pick_lights": lights}, allow_unicode=True), encoding="utf-8")
    assert list(load_site(file).face) == [location for entry in lights for location in entry["locations"]]


@pytest.mark.parametrize("example", LABELS)
def test_an_example_of_label_templates_loads(tmp_path: Path, example: str) -> None:
    (tmp_path / "labels.yaml").write_text(example, encoding="utf-8")
    file = tmp_path / "site.yaml"
    file.write_text(f"{text(DEMO)}\nlabels: labels.yaml\n", encoding="utf-8")
    shown = [entry["id"] for entry in yaml.safe_load(example)["labels"]]
    assert [template.id for template in load_site(file).templates][: len(shown)] == shown


def test_every_family_of_devices_has_an_example() -> None:
    shown = {entry["kind"] for example in EXAMPLES for entry in yaml.safe_load(example)["devices"]}
    assert shown == {"rfid", "modbus", "scanner", "scale", "zpl"}


@pytest.mark.parametrize(
    "example",
    [
        'devices: [{id: scale-9, kind: scales, address: "tcp://10.0.0.1:1"}]',
        'devices: [{id: scale-9, kind: scale, address: "10.0.0.1:1"}]',
        'devices: [{id: scanner-9, kind: scanner, address: "tcp://10.0.0.1:1", station: PACK-99}]',
    ],
)
def test_the_rule_can_fail(tmp_path: Path, example: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(joined(example), encoding="utf-8")
    with pytest.raises(SiteError):
        load_site(file)
