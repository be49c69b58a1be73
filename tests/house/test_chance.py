"""One clock, one dice (P05, P44): time, chance and ids come from outside; and nothing depends on the order of a set."""

import ast
from collections.abc import Iterator, Mapping

import pytest

from tests.house.source import Finding, check, dotted, imported_names, python_files, told, tree

CLOCKS = (
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.sleep", "time.localtime", "time.gmtime", "time.strftime",
)  # fmt: skip
DICE = ("secrets", "uuid", "random", "numpy.random")
DICE_CALLS = ("os.urandom", "os.getrandom")
GOOD_DICE = ("random.Random",)
"""A dice that is handed in, or made from a seed."""
TANGLED = ("asyncio.wait_for", "asyncio.get_event_loop")
"""`wait_for` of Python 3.11 may swallow a cancellation (I17): asyncio.timeout; the loop is the running one."""

ALLOWED: Mapping[tuple[str, str], str] = {
    ("edge/clock.py", "datetime.datetime.now"): "the one clock",
    ("edge/clock.py", "time.monotonic"): "its steady sister",
    ("edge/clock.py", "random.SystemRandom"): "the one dice",
    ("edge/commands/simulate/run.py", "time.perf_counter"): "says how long the machine took; decides nothing",
    ("edge/host/epcis/events.py", "uuid.UUID"): "the name space of ids that are made of the journal, not by chance",
    ("edge/host/epcis/events.py", "uuid.uuid5"): "a hash of what names an entry; no chance in it",
    ("drivers/mqtt/serve.py", "os.urandom"): "salt of broker passwords; injected, this is the real default",
}
ENTRANCE, VIRTUAL = "edge/commands/", "edge/commands/simulate/"
ENTRANCE_DICE = ("secrets", "random.SystemRandom")
"""Commands at a real keyboard make passwords, keys and PINs by themselves; whole days in virtual time do not."""


def chance(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find direct clocks, dice, ids and sleeps."""
    names = imported_names(module)
    seen: dict[int, None] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and dotted(node.func, names) == "random.Random" and not node.args:
            yield Finding(file, node.lineno, "random.Random() without a seed is another dice")
        if not isinstance(node, ast.Attribute | ast.Name) or id(node) in seen:
            continue
        seen.update(dict.fromkeys(id(part) for part in ast.walk(node)))
        name = dotted(node, names)
        if name and _is_chance(name) and (file, name) not in ALLOWED and not _is_entrance(file, name):
            yield Finding(file, node.lineno, f"{name}: time, chance and ids come from edge/clock.py's Source")


def _is_chance(name: str) -> bool:
    if name in (*CLOCKS, *TANGLED):
        return True
    if name in GOOD_DICE or name.startswith(tuple(f"{good}." for good in GOOD_DICE)):
        return False
    return name in DICE_CALLS or name.startswith(tuple(f"{dice}." for dice in DICE))


def _is_entrance(file: str, name: str) -> bool:
    if not file.startswith(ENTRANCE) or file.startswith(VIRTUAL):
        return False
    return any(name == dice or name.startswith(f"{dice}.") for dice in ENTRANCE_DICE)


def order(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find loops over sets: their order changes with PYTHONHASHSEED."""
    for node in ast.walk(module):
        loops = [node.iter] if isinstance(node, ast.For | ast.AsyncFor) else []
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
            loops = [generator.iter for generator in node.generators]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("list", "tuple", "next"):
            loops = node.args[:1]
        for loop in loops:
            if _is_set(loop) and not _order_is_free(node, module):
                yield Finding(file, loop.lineno, "the order of a set is chance: sort it, or use a dict")


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("set", "frozenset")
    return isinstance(node, ast.Set | ast.SetComp)


FREE = ("sorted", "sum", "any", "all", "min", "max", "set", "frozenset", "len")


def _order_is_free(node: ast.AST, module: ast.Module) -> bool:
    """Tell whether a comprehension goes straight into something that does not care for order."""
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in FREE and node in call.args
        for call in ast.walk(module)
    )


CODE = tuple(python_files("edge", "drivers"))


def test_P44_time_chance_and_ids_come_from_one_place() -> None:
    found = check(chance, CODE)
    assert not found, told(found)


def test_every_exception_from_P44_is_still_needed() -> None:
    for file, name in ALLOWED:
        module = tree(file)
        names = imported_names(module)
        used = {dotted(node, names) for node in ast.walk(module) if isinstance(node, ast.Attribute | ast.Name)}
        assert name in used, f"{file} no longer uses {name}; take it off the list"


def test_nothing_depends_on_the_order_of_a_set() -> None:
    found = check(order, [*CODE, *python_files("simulators")])
    assert not found, told(found)


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\nx = datetime.now()",
        "import datetime as d\nx = d.datetime.now()",
        "import time\nx = time.time()",
        "from time import monotonic as m\nx = m()",
        "import random\nx = random.random()",
        "import random\nx = random.Random()",
        "from random import choice\nx = choice([1])",
        "import uuid\nx = uuid.uuid4()",
        "import secrets\nx = secrets.token_hex()",
        "def f():\n    import os; return os.urandom(3)",
        "import numpy as np\nx = np.random.default_rng()",
        "import asyncio\nx = asyncio.wait_for(y, 1)",
    ],
)
def test_P44_rule_can_fail(source: str) -> None:
    found = list(chance("edge/store/tx.py", ast.parse(source)))
    assert [finding.line for finding in found] == [2]


@pytest.mark.parametrize(
    "source",
    [
        "import random\ndef f(dice: random.Random) -> float: return dice.random()",
        "import random\nx = random.Random(3)",
        "from datetime import datetime\nx = datetime.fromisoformat('2026-11-24')",
        "import asyncio\nx = asyncio.timeout(3)",
    ],
)
def test_P44_rule_can_pass(source: str) -> None:
    assert not list(chance("edge/store/tx.py", ast.parse(source)))


@pytest.mark.parametrize("source", ["for x in {1, 2}: f(x)", "y = [x for x in set(z)]", "y = list(frozenset(z))"])
def test_order_rule_can_fail(source: str) -> None:
    assert list(order("edge/x.py", ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["y = sorted({x for x in z})", "y = sum(x for x in {1, 2})", "for x in sorted(set(z)): f(x)"]
)
def test_order_rule_can_pass(source: str) -> None:
    assert not list(order("edge/x.py", ast.parse(source)))


def test_commands_at_a_keyboard_may_make_secrets_but_not_read_clocks() -> None:
    secret, clock = ast.parse("import secrets\nx = secrets.choice([1])"), ast.parse("import time\nx = time.time()")
    assert not list(chance("edge/commands/users.py", secret))
    assert list(chance("edge/commands/simulate/run.py", secret))
    assert list(chance("edge/commands/users.py", clock))
