"""Every mistake in a site file is told with file, line, what is wrong and what to do; a right file is read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.model.faults import Fault
from edge.site import Site
from edge.sitecheck import LISTS
from edge.sitefile import Problem, SiteError, load_site
from tests.edge.broken import CAR, ROW, SAMPLES, SMALL, WAYS, YAML, Sample, problems_of, write

DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"


def read(folder: Path, text: str | bytes) -> Site:
    """Write a site file and read it."""
    return load_site(write(folder, text))


def problems(folder: Path, text: str | bytes) -> list[Problem]:
    """Return what is wrong with a site file."""
    with pytest.raises(SiteError) as caught:
        read(folder, text)
    assert str(caught.value) == "\n".join(problem.told("en") for problem in caught.value.problems)
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


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.what)
def test_fault_is_told_with_file_line_what_and_remedy(tmp_path: Path, sample: Sample) -> None:
    assert_told(problems(tmp_path, sample.text), sample, tmp_path)


@pytest.mark.parametrize("sample", WAYS, ids=lambda sample: sample.what)
def test_a_site_that_is_right_but_for_its_ways_is_read(tmp_path: Path, sample: Sample) -> None:
    assert read(tmp_path, sample.text)
    assert_told(problems_of(tmp_path / "site.yaml"), sample, tmp_path)


def assert_told(found: list[Problem], sample: Sample, folder: Path) -> None:
    (problem,) = (one for one in found if one.fault is sample.fault and one.line == line_of(sample.text, sample.mark))
    assert problem.words("en").text.startswith(sample.what)
    assert problem.told("en").startswith(f"{folder / 'site.yaml'}:{problem.line}: ")
    assert problem.told("en").endswith(problem.words("en").next)


@pytest.mark.parametrize("name", [*LISTS, "nodes"])
def test_double_id_is_told_in_every_list(tmp_path: Path, name: str) -> None:
    data: dict[str, Any] = yaml.safe_load(SMALL)
    rows = data["roadmap"][name] if name == "nodes" else data[name]
    rows.append({**rows[0], "home": "PARK-1"} if name == "robots" else rows[0])
    found = problems(tmp_path, yaml.safe_dump(data, allow_unicode=True))
    assert any(one.fault is Fault.USED_TWICE and one.details["id"] == rows[0]["id"] and one.line for one in found)


def test_two_robots_of_one_serial_number_are_told(tmp_path: Path) -> None:
    text = SMALL.replace(ROW, ROW + ROW.replace("id: R1", "id: R2").replace("PARK-1", "PARK-2"))
    text = text.replace("docks:", "  - {id: PARK-2, kind: park, node: N1, x: 0, y: 0}\ndocks:", 1)
    (problem,) = problems(tmp_path, text)
    assert (problem.fault, problem.line) == (Fault.USED_TWICE, line_of(text, "id: R2"))
    assert problem.details == {"id": "GenbaSim/R1", "first": 1}


def test_two_robots_of_one_home_are_told(tmp_path: Path) -> None:
    text = SMALL.replace(ROW, ROW + ROW.replace("R1", "R2"))
    (problem,) = problems(tmp_path, text)
    assert (problem.fault, problem.details["id"]) == (Fault.USED_TWICE, "PARK-1")
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
    assert (problem.fault, problem.where) == (Fault.SAME_ADDRESS, "devices scanner-1 › address")
    assert problem.details == {"device": "scale-1"}
    (problem, _) = problems(tmp_path, SMALL + UNIT.replace("unit: 2", "unit: 1"))
    assert problem.details == {"device": "plc-1"}


@pytest.mark.parametrize(
    "point",
    [
        "in: {table: holding, address: 40011, base: 0}",
        "in: {table: holding, address: 11, base: 1, type: float32, words: low_first, scale: 0.1, safe: 2.5, valid: 3}",
        "in: {table: coil, address: 40011}",
        "in: {table: input, address: 40011}",
    ],
)
def test_I58_an_address_that_may_be_meant_is_taken_as_it_stands(tmp_path: Path, point: str) -> None:
    assert read(tmp_path, SMALL.replace("in: {table: discrete, address: 0}", point)).device["plc-1"].points["in"]


MODULE = """\
    profile: adam-6050
    points:
      di0: {invert: true}
      horn: {table: coil, address: 40}
"""


def test_a_profile_gives_a_device_its_points_and_the_site_changes_and_adds_some(tmp_path: Path) -> None:
    text = SMALL.replace("in, outer: out, green: g, red: r", "di0, outer: di1, green: do0, red: do1")
    start, end = text.index("    watchdog: g\n"), text.index("  - {id: printer-1")
    points = read(tmp_path, text[:start] + MODULE + text[end:]).device["plc-1"].points
    assert (points["di0"].address, points["di0"].base, points["di0"].invert) == (1, 1, True)
    assert (points["di1"].invert, points["do5"].table, points["horn"].address) == (False, "coil", 40)
    assert len(points) == 12 + 6 + 12 + 1


def test_a_part_of_a_point_that_no_profile_completes_is_told(tmp_path: Path) -> None:
    text = SMALL.replace("    watchdog: g", "    profile: adam-6050").replace(
        "in: {table: discrete, address: 0}", "in: {invert: true}"
    )
    assert {problem.fault for problem in problems(tmp_path, text)} == {Fault.MISSING}


@pytest.mark.parametrize(
    "line",
    ['"serial:/dev/serial/by-id/usb-485?baud=19200&parity=E&turnaround=5"', '"tcp://10.0.0.9:4001?framing=rtu"'],
)
def test_units_of_one_serial_line_are_read(tmp_path: Path, line: str) -> None:
    units = "".join(f"  - {{id: io-{n}, kind: modbus, address: {line}, unit: {n}}}\n" for n in (1, 247))
    assert read(tmp_path, SMALL + units).device["io-247"].unit == 247


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("zone: A, node", "zone: B, node").replace("type: t4", "type: t5").replace("to: N2,", "to: N7,")
    assert len(problems(tmp_path, text)) == 3


@pytest.mark.parametrize(("fault", "text", "line", "what"), YAML)
def test_yaml_that_cannot_be_read_is_told(tmp_path: Path, fault: Fault, text: str, line: int, what: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.fault, problem.line) == (fault, line)
    assert problem.words("en").text.startswith(what)


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
    assert (problem.fault, problem.details) == (Fault.KEY_TWICE, {"key": key})
    assert problem.line == len(text[: text.index(second)].splitlines())


def test_what_looks_like_a_date_is_text(tmp_path: Path) -> None:
    site = read(tmp_path, SMALL.replace("ja: 箱", "ja: 2026-13-45"))
    assert site.cartons[0].name.ja == "2026-13-45"


def test_file_that_is_not_utf_8_is_told_with_the_first_such_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SMALL.encode("cp932"))
    assert (problem.fault, problem.line) == (Fault.NOT_UTF8, 1)
    (problem,) = problems(tmp_path, SMALL.encode().replace("箱".encode(), "箱".encode("cp932")))
    assert problem.line == line_of(SMALL, "箱")


def test_a_value_that_holds_itself_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "site: &a\n  id: *a\nowners: &b [*b]\n")


def test_secrets_have_no_place_in_the_site_file(tmp_path: Path) -> None:
    """No key of a site file takes a secret: `secret` is a name, and it looks like one."""
    for key in ("token", "password", "pin", "badge"):
        text = SMALL.replace("id: sato,", f"id: sato, {key}: '1234',")
        assert [(one.fault, one.details) for one in problems(tmp_path, text)] == [(Fault.UNKNOWN_KEY, {"key": key})]
    demo = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"[a-z_]+", demo[part]["secret"]) for part in ("wms", "broker"))


def test_thousands_of_mistakes_are_told_by_the_first_and_their_number() -> None:
    error = SiteError([Problem("site.yaml", line, "", Fault.NOT_TEXT) for line in range(1, 201)])
    told = error.told("en").splitlines()
    assert told[0].startswith("site.yaml:1: This is no text.")
    assert told[-1] == "And 150 more."
    assert len(told) == 51
    assert error.told("ja").splitlines()[-1] == "ほかに 150 件あります。"


def test_a_lift_joins_the_floors_to_one_part_of_the_roadmap(tmp_path: Path) -> None:
    site = read(tmp_path, SMALL)
    assert (len({*site.part.values()}), site.worked_parts) == (1, [site.part["C2"]])
    apart = read(tmp_path, SMALL.replace(f"lifts:\n{CAR}", ""))
    assert apart.part["C2"] == apart.part["L2"] != apart.part["N1"] == apart.part["C1"]
