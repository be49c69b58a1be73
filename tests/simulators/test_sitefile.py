"""The simulators' own reader of the site file."""

from pathlib import Path

import pytest

from simulators.sitefile import load, parse

YAML = """
site: {id: OS1, name: {ja: 大阪第一センター, en: Osaka Centre 1}, timezone: Asia/Tokyo}
wms: {url: "http://127.0.0.1:8071", secret: wms_token}
broker: {url: "mqtt://127.0.0.1:1883", user: edge, secret: broker_password, interface: uagv}
owners: [{id: ACME, name: {ja: アクメ, en: Acme}, on_short: ship_partial}]
carriers: [{id: yamato, name: {ja: ヤマト運輸, en: Yamato}}]
cutoffs: [{id: yamato-1430, carrier: yamato, at: "14:30"}]
zones: [{id: A, name: {ja: エー, en: A}, area: [[0,0],[30000,0],[30000,20000],[0,20000]]}]
locations: [{id: A-01-1, zone: A, node: A01N1, x: 3200, y: 4000, level: 1}]
roadmap:
  map: floor1
  nodes: [{id: A01N1, x: 3000, y: 4000}, {id: P1, x: 9000, y: 12000}]
  lanes: [{from: A01N1, to: P1, speed: 1200, both: true}]
robot_types: [{id: tote4, totes: 4, speed: 1500, battery_hours: 8, charge_below: 25, charge_to: 80}]
robots: [{id: R1, type: tote4, manufacturer: GenbaSim, serial: R1, home: PARK-1}]
stations: [{id: PACK-1, kind: pack, node: P1, scale: scale-1, printer: printer-1}]
docks: [{id: DOCK-1, gate: GATE-1, x: 100, y: 200, carriers: [yamato]}]
gates: [{id: GATE-1, reader: reader-1, io: plc-1, inner: g_in, outer: g_out, green: g_green, red: g_red}]
read_points: [{id: SHELF, name: {ja: 棚, en: Shelf}, readers: [reader-2, reader-3], repeat: 10, duration: 10}]
cartons: [{id: C60, name: {ja: 六十, en: sixty}, length: 250, width: 200, height: 150, weight: 120}]
people: [{id: sato, name: {ja: 佐藤, en: Sato}, roles: [picker, packer], language: ja}]
devices:
  - {id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084", antennas: [1, 2]}
"""


def test_it_reads_everything_a_simulator_needs(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(YAML, encoding="utf-8")
    site = load(path)
    assert (site.id, site.owners, site.interface, site.map) == ("OS1", ("ACME",), "uagv", "floor1")
    assert [(lane.start, lane.end) for lane in site.lanes] == [("A01N1", "P1"), ("P1", "A01N1")]
    assert site.stations["PACK-1"].scale == "scale-1"
    assert (site.stations["PACK-1"].x, site.stations["PACK-1"].y) == (9000, 12000)
    assert site.people["sato"].roles == ("picker", "packer")
    assert site.devices["reader-1"].options == {"antennas": [1, 2]}
    assert site.cartons["C60"].weight == 120
    assert site.cutoffs[0].at == "14:30"
    assert site.read_points == {"SHELF": ("reader-2", "reader-3")}


def test_every_code_on_the_floor_has_a_place(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(YAML, encoding="utf-8")
    site = load(path)
    places = {code: site.place(code) for code in ("A-01-1", "PACK-1", "DOCK-1", "GATE-1", "ZONE:A", "P1")}
    assert (places["ZONE:A"].x, places["ZONE:A"].y) == (15000, 10000)
    assert places["GATE-1"].id == "DOCK-1"
    assert site.walk(site.nodes["A01N1"], places["P1"]) == 10_000
    with pytest.raises(KeyError):
        site.place("B-99-9")


def test_a_missing_part_is_named() -> None:
    with pytest.raises(ValueError, match=r"demo\.yaml: 'site' is missing"):
        parse({}, "demo.yaml")
    with pytest.raises(ValueError, match="not laid out"):
        parse([], "demo.yaml")
    with pytest.raises(ValueError, match="'weight' is missing"):
        parse({"site": {"id": "X"}, "cartons": [{"id": "C", "length": 1, "width": 1, "height": 1}]})
