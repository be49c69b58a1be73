"""Every mistake in a site file is told with file, line, what is wrong and what to do; a right file is read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.site import Site
from edge.sitecheck import LISTS
from edge.sitefile import Problem, SiteError, load_site

DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"
SMALL = """\
site: {id: OS1, name: {ja: 大阪, en: Osaka}, timezone: Asia/Tokyo}
wms: {url: "http://127.0.0.1:8071"}
owners:
  - {id: ACME, name: {ja: アクメ, en: Acme}}
carriers:
  - {id: yamato, name: {ja: ヤマト, en: Yamato}}
cutoffs:
  - {id: y1, carrier: yamato, at: 14:30}
shifts:
  - {id: day, start: "08:00", end: 17:00}
zones:
  - {id: A, name: {ja: A, en: A}, area: [[0, 0], [9000, 0], [9000, 9000]]}
locations:
  - {id: A-1, zone: A, node: N1, x: 0, y: 1000}
roadmap:
  map: floor1
  nodes:
    - {id: N1, x: 0, y: 0}
    - {id: N2, x: 2000, y: 0}
    - {id: N3, x: 4000, y: 0}
  lanes:
    - {from: N1, to: N2, both: true}
    - {from: N1, to: N3}
    - {from: N3, to: N1}
robot_types:
  - {id: t4, totes: 4}
robots:
  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}
stations:
  - {id: PACK-1, kind: pack, node: N1, x: 0, y: 0, scale: scale-1, printer: printer-1}
  - {id: TOTES-1, kind: tote, node: N1, x: 0, y: 0}
  - {id: PARK-1, kind: park, node: N2, x: 0, y: 0}
  - {id: CHARGE-1, kind: charge, node: N3, x: 0, y: 0}
docks:
  - {id: DOCK-1, gate: GATE-1, x: 0, y: 0, carriers: [yamato]}
gates:
  - {id: GATE-1, reader: reader-1, io: plc-1, inner: in, outer: out, green: g, red: r}
cartons:
  - {id: C60, name: {ja: 箱, en: Box}, length: 250, width: 200, height: 150, weight: 120}
people:
  - {id: sato, name: {ja: 佐藤, en: Sato}, roles: [picker]}
devices:
  - {id: reader-1, kind: llrp, address: "tcp://127.0.0.1:5084"}
  - id: plc-1
    kind: modbus
    address: "tcp://127.0.0.1:1502"
    watchdog: g
    points:
      in: {table: discrete, address: 0}
      out: {table: discrete, address: 1}
      g: {table: coil, address: 0}
      r: {table: coil, address: 1}
  - {id: printer-1, kind: zpl, address: "tcp://127.0.0.1:9100"}
  - {id: scale-1, kind: scale, address: "serial:/dev/ttyS0?baud=9600"}
"""


def read(folder: Path, text: str | bytes) -> Site:
    """Write a site file and read it."""
    path = folder / "site.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_site(path)


def problems(folder: Path, text: str | bytes) -> list[Problem]:
    """Return what is wrong with a site file."""
    with pytest.raises(SiteError) as caught:
        read(folder, text)
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)
    return caught.value.problems


def line_of(text: str, part: str) -> int:
    """Return the first line that holds a part."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_demo_site_is_right() -> None:
    assert load_site(DEMO).id == "OS1"


def test_small_site_is_right_and_its_unquoted_times_are_read(tmp_path: Path) -> None:
    site = read(tmp_path, SMALL)
    assert site.cutoffs[0].at == "14:30"
    assert site.shifts[0].end == "17:00"


FAULTS: list[tuple[str, str, str, str, str]] = [
    # what is written, what instead, the line's mark, where and what is told, the remedy
    ("wms: {url", "wmx: {url", "site: ", "'wms' is missing", "Add it."),
    ("wms: {url", "wmx: {url", "wmx: ", "'wmx' is not a key of the site file", "spelling"),
    ("node: N1, x: 0, y: 1000", "x: 0, y: 1000", "id: A-1", "'node' is missing", "Add it."),
    ("zone: A, node", "zoone: A, node", "zoone", "'zoone' is not a key of the site file", "spelling"),
    ("zone: A, node", "zone: B, node", "zone: B", "there is no zone 'B'", "Use the id of a zone"),
    ("node: N1, x: 0, y: 1000", "node: N9, x: 0, y: 1000", "N9", "there is no node 'N9'", "Use the id of a node"),
    ("to: N2,", "to: N7,", "N7", "there is no node 'N7'", "Use the id of a node"),
    ("carrier: yamato, at", "carrier: sagawa, at", "sagawa", "there is no carrier 'sagawa'", "carrier"),
    ("type: t4", "type: t5", "t5", "there is no robot type 't5'", "robot type"),
    ("home: PARK-1", "home: PACK-1", "home: PACK-1", "there is no park or charge station 'PACK-1'", "park"),
    ("gate: GATE-1", "gate: GATE-2", "GATE-2", "there is no gate 'GATE-2'", "gate"),
    ("reader: reader-1", "reader: plc-1", "reader: plc-1", "there is no LLRP reader 'plc-1'", "LLRP reader"),
    ("inner: in,", "inner: inn,", "inner: inn", "there is no point of plc-1 'inn'", "point"),
    ("scale: scale-1", "scale: printer-1", "scale: printer-1", "there is no scale 'printer-1'", "scale"),
    (
        "id: N2, x: 2000",
        "id: N1, x: 2000",
        "id: N1, x: 2000",
        "'N1' is used twice (first at no. 1)",
        "Give each its own",
    ),
    ("carriers: [yamato]", "carriers: []", "id: yamato", "no dock serves this carrier", "Add it to the carriers"),
    ("kind: pack", "kind: park", "stations:", "there is no pack station", "Add a station of kind pack"),
    ("kind: tote", "kind: park", "stations:", "there is no tote station", "Add a station of kind tote"),
    ("kind: pack", "kind: packing", "kind: packing", "Input should be 'pack', 'tote'", "Correct the value"),
    ("Asia/Tokyo", "Asia/Tokio", "Tokio", "'Asia/Tokio' is no IANA time zone", "Correct the value"),
    ("at: 14:30", "at: 24:30", "24:30", "String should match pattern", "Correct the spelling"),
    ("at: 14:30", "at: yes", "at: yes", "string", "Correct the value"),
    ("roles: [picker]", "roles: [pickr]", "pickr", "Input should be 'picker', 'packer'", "Correct the value"),
    ("x: 2000, y: 0", "x: 2.5, y: 0", "x: 2.5", "Input should be a valid integer", "Correct the value"),
    ("totes: 4", "totes: -1", "totes: -1", "greater than or equal to 0", "Correct the value"),
    ('"tcp://127.0.0.1:9100"', '"127.0.0.1:9100"', "printer-1, kind", "String should match pattern", "spelling"),
    ("id: sato", "id: 佐藤", "id: 佐藤", "String should match pattern", "spelling"),
    ("id: ACME", "id: 12", "id: 12", "valid string", "Correct the value"),
    ("owners:", "owners: []\nowner_list:", "owners: []", "at least 1 item", "Correct the value"),
    (
        "totes: 4",
        "totes: 4, charge_below: 80",
        "charge_below: 80",
        "it charges below 80 % but only up to 80 %",
        "larger than",
    ),
    ("watchdog: g", "watchdog: gg", "watchdog: gg", "there is no point of plc-1 'gg'", "point"),
    ("outer: out, green", "outer: in, green", "outer: in,", "inner and outer are the same point 'in'", "photo-eyes"),
    ("red: r}", "red: g}", "red: g}", "green and red are the same point 'g'", "two lights"),
    ("to: N2,", "to: N1,", "to: N1,", "the lane leads from N1 to itself", "Correct one of its ends"),
    ("to: N3}", "to: N2}", "to: N2}", "there is a lane N1>N2 already (no. 1)", "Keep one of them"),
    ("from: N3, to: N1}", "from: N2, to: N1}", "from: N2", "there is a lane N2>N1 already (no. 1)", "both: true"),
    ("1:9100", "1:5084", 'kind: zpl, address: "tcp://127.0.0.1:5084', "reader-1 has the same address", "its own"),
    ("1:1502", "1:5084", "    address: ", "reader-1 has the same address", "its own unit"),
    ("kind: charge", "kind: park", "stations:", "the robots have no charger", "Add a station of kind charge"),
    (
        "//127.0.0.1:9100",
        "//[fe80:1]:9100",
        "fe80:1",
        "does not appear to be an IPv4 or IPv6 address",
        "Correct the value",
    ),
    ("//127.0.0.1:9100", "//127.0.0.1:91000", "91000", "Port out of range", "Correct the value"),
    ("wms: {url:", "wms: {token: abc, url:", "token: abc", "'token' is not a key of the site file", "Remove it"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[3])
def test_fault_is_told_with_file_line_what_and_remedy(tmp_path: Path, fault: tuple[str, str, str, str, str]) -> None:
    old, new, mark, what, remedy = fault
    assert SMALL.count(old) >= 1
    text = SMALL.replace(old, new, 1)
    found = [problem for problem in problems(tmp_path, text) if what in problem.what]
    assert len(found) == 1
    problem = found[0]
    assert problem.file == str(tmp_path / "site.yaml")
    assert problem.line == line_of(text, mark)
    assert remedy in problem.remedy
    assert str(problem).startswith(f"{problem.file}:{problem.line}: ")


@pytest.mark.parametrize("name", [*LISTS, "nodes"])
def test_double_id_is_told_in_every_list(tmp_path: Path, name: str) -> None:
    data: dict[str, Any] = yaml.safe_load(SMALL)
    rows = data["roadmap"][name] if name == "nodes" else data[name]
    rows.append({**rows[0], "home": "PARK-1"} if name == "robots" else rows[0])
    found = problems(tmp_path, yaml.safe_dump(data, allow_unicode=True))
    assert any(f"'{rows[0]['id']}' is used twice" in problem.what and problem.line for problem in found)


def test_two_robots_of_one_serial_number_are_told(tmp_path: Path) -> None:
    two = "  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}\n"
    text = SMALL.replace(two, two + two.replace("id: R1", "id: R2").replace("PARK-1", "PARK-2"))
    text = text.replace("docks:", "  - {id: PARK-2, kind: park, node: N1, x: 0, y: 0}\ndocks:", 1)
    (problem,) = problems(tmp_path, text)
    assert (problem.what, problem.line) == ("'GenbaSim/R1' is used twice (first at no. 1)", line_of(text, "id: R2"))


def test_two_robots_of_one_home_are_told(tmp_path: Path) -> None:
    row = "  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}\n"
    text = SMALL.replace(row, row + row.replace("R1", "R2"))
    (problem,) = problems(tmp_path, text)
    assert problem.what.startswith("'PARK-1' is used twice")
    assert problem.where == "robots R2 › home"


@pytest.mark.parametrize("address", ["tcp://[::1]:9100", "tcp://[fe80::1%eth0]:9100", "tcp://printer.site:9100"])
def test_addresses_of_any_kind_are_read(tmp_path: Path, address: str) -> None:
    assert read(tmp_path, SMALL.replace("tcp://127.0.0.1:9100", address)).device["printer-1"].address == address


UNIT = """\
  - {id: plc-2, kind: modbus, address: "tcp://127.0.0.1:1502", unit: 2}
  - {id: scanner-1, kind: scanner, address: "serial:/dev/ttyS0?baud=19200"}
"""


def test_modbus_units_share_a_line_but_a_serial_port_is_one_device_s(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SMALL + UNIT)
    assert (problem.what, problem.where) == ("scale-1 has the same address", "devices scanner-1 › address")
    (problem, _) = problems(tmp_path, SMALL + UNIT.replace("unit: 2", "unit: 1"))
    assert problem.what == "plc-1 has the same address"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("zone: A, node", "zone: B, node").replace("type: t4", "type: t5").replace("to: N2,", "to: N7,")
    assert len(problems(tmp_path, text)) == 3


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("site: {id: OS1\nwms: x", 2, "expected"),
        ("site:\n\tid: OS1", 2, "cannot start any token"),
        ("site: a: b", 1, "mapping values are not allowed"),
        ("a: 'x\nb: y", 2, "unexpected end of stream"),
        ("a: *unknown", 1, "undefined alias"),
        ("a: 1\n---\nb: 2", 2, "but found another document"),
    ],
)
def test_yaml_that_cannot_be_read_is_told(tmp_path: Path, text: str, line: int, what: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert what in problem.what
    assert problem.line == line
    assert problem.remedy


@pytest.mark.parametrize(
    ("old", "new", "key", "second"),
    [
        ("gates:", "devices: []\ngates:", "devices", ":\n  - {id: reader-1, kind"),
        ("id: sato,", "id: mori, id: sato,", "id", " sato, name"),
    ],
)
def test_key_that_stands_twice_is_told(tmp_path: Path, old: str, new: str, key: str, second: str) -> None:
    text = SMALL.replace(old, new, 1)
    (problem,) = problems(tmp_path, text)
    assert problem.what == f"'{key}' stands twice"
    assert problem.line == len(text[: text.index(second)].splitlines())
    assert problem.remedy == "Keep one of them, or join both."


def test_what_looks_like_a_date_is_text(tmp_path: Path) -> None:
    site = read(tmp_path, SMALL.replace("ja: 箱", "ja: 2026-13-45"))
    assert site.cartons[0].name.ja == "2026-13-45"


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "just words"])
def test_file_without_a_site_is_told(tmp_path: Path, text: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.what) == (1, "holds no site")


def test_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SMALL.encode("cp932"))
    assert problem.what == "is not UTF-8"
    assert problem.remedy == "Save it as UTF-8."


@pytest.mark.parametrize("path", ["nowhere.yaml", "."])
def test_file_that_cannot_be_opened_is_told(tmp_path: Path, path: str) -> None:
    with pytest.raises(SiteError, match=r"cannot be read .* Check the path\."):
        load_site(tmp_path / path)


def test_secrets_have_no_place_in_the_site_file(tmp_path: Path) -> None:
    """No key of a site file takes a secret: `secret` is a name, and it looks like one."""
    for key in ("token", "password", "pin", "badge"):
        text = SMALL.replace("id: sato,", f"id: sato, {key}: '1234',")
        assert [problem.what for problem in problems(tmp_path, text)] == [f"'{key}' is not a key of the site file"]
    demo = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"[a-z_]+", demo[part]["secret"]) for part in ("wms", "broker"))


def test_thousands_of_mistakes_are_told_by_the_first_and_their_number() -> None:
    error = SiteError([Problem("site.yaml", line, "", "is wrong", "Mend it.") for line in range(1, 201)])
    told = str(error).splitlines()
    assert told[0] == "site.yaml:1: is wrong. Mend it."
    assert told[-1] == "and 150 more"
    assert len(told) == 51
