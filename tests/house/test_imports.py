"""Who may import whom: the rooms of the house and the doors between them (docs/architecture.md, "Rooms")."""

import ast
from collections.abc import Iterator, Mapping

import pytest

from tests.house.source import Finding, check, imports, module_of, python_files, text, told, tree, within

BASE = ("edge.model", "edge.clock", "edge.site", "edge.sitefile", "edge.sitecheck", "edge.secret", "edge.fastyaml")
DECIDING = (*BASE, "edge.store", "edge.planning", "edge.processes", "drivers.codes")
INWARD = (*DECIDING, "edge.fleet", "edge.live")
"""What those who do I/O may call; `live` is what is true this second, for whoever shows it."""

DOORS: Mapping[str, tuple[str, ...]] = {
    "drivers": ("drivers",),
    "simulators": ("simulators", "drivers"),
    "edge.model": ("edge.model",),
    "edge.clock": (),
    "edge.labels": ("edge.labels", "edge.model", "edge.fastyaml", "drivers.printer", "drivers.codes"),
    "edge.site": (
        "edge.model",
        "edge.site",
        "edge.labels",
        "drivers.codes.digits",
        "drivers.codes.own",
        "drivers.modbus.profiles",
    ),
    "edge.sitecheck": ("edge.model", "edge.site", "edge.sitecheck", "drivers.modbus.points", "drivers.rfid.patterns"),
    "edge.siteshape": ("edge.model", "edge.site"),
    "edge.siteyaml": ("edge.model", "edge.fastyaml"),
    "edge.sitefile": ("edge.model", "edge.labels", "edge.site", "edge.sitecheck", "edge.siteshape", "edge.siteyaml"),
    "edge.fastyaml": (),
    "edge.secret": ("edge.model", "edge.sitefile"),
    "edge.sketch": (),
    "edge.outside": ("drivers",),
    "edge.live": (),
    "edge.store": (*BASE, "edge.store"),
    "edge.planning": DECIDING,
    "edge.processes": DECIDING,
    "edge.fleet": (*BASE, "edge.store", "edge.fleet", "drivers.codes"),
    "edge.devices": (*INWARD, "edge.devices", "edge.labels", "drivers"),
    "edge.host": (*INWARD, "edge.host", "drivers.epcis"),
    "edge.web": (*INWARD, "edge.web", "edge.host", "edge.labels", "drivers.printer"),
    "edge.steward": (*DECIDING, "edge.fleet"),
    "edge.caretaker": (*BASE, "edge.store"),
    "edge.app": ("edge", "drivers"),
    "edge.cli": ("edge", "drivers"),
    "edge.commands": ("edge", "drivers", "simulators"),
}
"""Each room with what it may import; the longest matching name counts."""
KNOW_ALL = ("edge.app", "edge.cli", "edge.commands", "edge.steward")
NOBODY = ("edge.app", "edge.cli", "edge.commands")
"""Only those of `KNOW_ALL` may import these."""

PURE = ("edge.model", "edge.planning", "edge.processes", "edge.fleet")
IO_MODULES = (
    "asyncio", "aiomqtt", "concurrent", "http", "httpx", "multiprocessing", "paho", "pathlib", "pymodbus", "requests",
    "select", "serial", "signal", "socket", "ssl", "subprocess", "tempfile", "threading", "urllib", "uvicorn",
)  # fmt: skip
IO_CALLS = ("open", "print", "input", "exec", "eval")


def room_of(module: str) -> str | None:
    """Return the room of DOORS a module stands in."""
    rooms = [room for room in DOORS if within(module, room)]
    return max(rooms, key=len, default=None)


def doors(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find imports through walls."""
    name = module_of(file)
    room = room_of(name)
    if room is None:
        if name not in ("edge", "drivers", "simulators"):
            yield Finding(file, 1, f"{name} stands in no room: give it one in DOORS of tests/house/test_imports.py")
        return
    for line, imported in imports(file, module):
        if imported.partition(".")[0] not in ("edge", "drivers", "simulators"):
            continue
        if not any(within(imported, door) for door in DOORS[room]):
            yield Finding(file, line, f"{room} may not import {imported}")
        elif room not in KNOW_ALL and any(within(imported, known) for known in NOBODY):
            yield Finding(file, line, f"only {', '.join(KNOW_ALL)} may import {imported}")


def no_io(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find I/O in the rooms that only decide."""
    room = room_of(module_of(file))
    if room not in PURE:
        return
    for line, imported in imports(file, module):
        if any(within(imported, io) for io in IO_MODULES):
            yield Finding(file, line, f"{room} does no I/O and may not import {imported}")
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IO_CALLS:
            yield Finding(file, node.lineno, f"{room} does no I/O and may not call {node.func.id}()")
        elif isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield Finding(file, node.lineno, f"{room} decides synchronously: no async, no await")


def begins_with_purpose(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find modules that do not say what they are for."""
    if (text(file) or "").strip() and not ast.get_docstring(module):
        yield Finding(file, 1, "a module begins with what it is for")


CODE = tuple(python_files("edge", "drivers", "simulators"))


def test_every_import_goes_through_a_door() -> None:
    found = check(doors, CODE)
    assert not found, told(found)


def test_what_decides_does_no_io() -> None:
    found = check(no_io, CODE)
    assert not found, told(found)


def test_every_module_says_what_it_is_for() -> None:
    found = check(begins_with_purpose, [file for file in CODE if "/migrations/" not in file])
    assert not found, told(found)


def test_doors_lead_somewhere() -> None:
    names = {module_of(file) for file in CODE}
    gone = [
        door for door in {door for doors in DOORS.values() for door in doors} if not any(within(n, door) for n in names)
    ]
    assert not gone


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        ("drivers/scale/link.py", "from edge.site import Site", "drivers may not import edge.site.Site"),
        ("drivers/scale/link.py", "def f():\n    import simulators.world", "drivers may not import simulators.world"),
        ("simulators/wms/app.py", "import edge.clock", "simulators may not import edge.clock"),
        ("edge/web/app.py", "from simulators.wms import app", "edge.web may not import simulators.wms.app"),
        ("edge/model/states.py", "from edge.site import Site", "edge.model may not import edge.site.Site"),
        ("edge/store/tx.py", "from edge.processes import pick", "edge.store may not import edge.processes.pick"),
        ("edge/fleet/assign.py", "from edge.processes import carry", "edge.fleet may not import edge.processes.carry"),
        ("edge/planning/plan.py", "from drivers.rfid import gate", "edge.planning may not import drivers.rfid.gate"),
        ("edge/planning/plan.py", "from ..web import app", "edge.planning may not import edge.web.app"),
        ("edge/host/wms.py", "from edge.devices.robots import K", "edge.host may not import edge.devices.robots.K"),
        ("edge/host/wms.py", "import_module('edge.app')", "edge.host may not import edge.app"),
        ("edge/newroom/x.py", "", "edge.newroom.x stands in no room"),
    ],
)
def test_the_import_rule_can_fail(file: str, source: str, rule: str) -> None:
    found = list(doors(file, ast.parse(source)))
    assert len(found) == 1
    assert found[0].rule.startswith(rule)
    assert found[0].line == (2 if "\n" in source else 1)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("edge/commands/demo.py", "from simulators.world import loop"),
        ("edge/processes/pick.py", "from drivers.codes import read"),
        ("edge/steward.py", "from edge.planning.plan import plan"),
        ("edge/devices/gates.py", "from drivers.rfid.gate import Gate"),
    ],
)
def test_the_import_rule_can_pass(file: str, source: str) -> None:
    assert not list(doors(file, ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    ["import asyncio", "import httpx", "def f():\n    return open('x')", "async def f(): ...", "import socket"],
)
def test_the_io_rule_can_fail(source: str) -> None:
    assert list(no_io("edge/planning/plan.py", ast.parse(source)))
    assert not list(no_io("edge/host/wms.py", ast.parse(source)))


def test_the_purpose_rule_can_fail() -> None:
    assert list(begins_with_purpose("edge/app.py", ast.parse("x = 1")))
    assert not list(begins_with_purpose("edge/app.py", tree("edge/app.py")))
