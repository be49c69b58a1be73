"""Tests wait on signals or live in virtual time; none sleeps (P69k)."""

import ast
from collections.abc import Iterator, Mapping

import pytest

from tests.house.source import Finding, check, dotted, imported_names, imports, python_files, told

VIRTUAL = "simulators.world.loop"
"""Whoever imports it lives in virtual time: a sleep there costs nothing and is exact."""

ALLOWED: Mapping[str, str] = {
    "tests/foreign/vehicles.py": "no test but a process of its own, whose robots take their time to drive",
    "tests/edge/web/test_handheld_page.py": "how fast a person scans is the input of these tests, in a real browser",
}


def sleeps(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find sleeps in real time; `asyncio.sleep(0)` is a turn of the loop, and a poll of a condition may pause."""
    names = imported_names(module)
    virtual = any(name.startswith(VIRTUAL) for _, name in imports(file, module))
    polls = {id(inner) for node in ast.walk(module) if isinstance(node, ast.While) for inner in ast.walk(node)}
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func, names)
        if name == "time.sleep":
            yield Finding(file, node.lineno, "no test sleeps")
        elif name == "asyncio.sleep" and not virtual and id(node) not in polls and not _is_turn(node):
            yield Finding(file, node.lineno, "no test sleeps: wait on a condition, or use the virtual loop")


def _is_turn(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def test_P69_no_test_sleeps() -> None:
    found = check(sleeps, [file for file in python_files("tests") if file not in ALLOWED])
    assert not found, told(found)


def test_every_exception_is_still_needed() -> None:
    assert all(check(sleeps, [file]) for file in ALLOWED)


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import time\ntime.sleep(1)", 1),
        ("import asyncio\nasync def f():\n    await asyncio.sleep(0.1)", 1),
        ("from asyncio import sleep\nasync def f():\n    await sleep(0.1)", 1),
        ("import asyncio\nasync def f():\n    await asyncio.sleep(0)", 0),
        ("import asyncio\nasync def f():\n    while not ready():\n        await asyncio.sleep(0.01)", 0),
        ("import asyncio\nfrom simulators.world.loop import run\nasync def f():\n    await asyncio.sleep(9)", 0),
        ("import time\nfrom simulators.world import loop\ntime.sleep(1)", 1),
    ],
)
def test_the_rule_can_fail(source: str, count: int) -> None:
    assert len(list(sleeps("tests/test_x.py", ast.parse(source)))) == count
