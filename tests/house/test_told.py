"""What commands say to a person they say in Japanese and in English, of the same things."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import Finding, check, python_files, told

JAPANESE = re.compile(r"[、-ヿ一-鿿]")
LATER = re.compile(r"\{(\w+)")
SPOKEN = re.compile(r"[A-Za-z]{2}.* ")
"""A sentence or words of English: not a name, not a sign."""


def pairs(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find `told(ja, en)` whose halves are swapped, or speak of different things."""
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "told"):
            continue
        ja, en = halves(node, module)
        if ja is None or en is None:
            continue
        if JAPANESE.search(words(en)):
            yield Finding(file, node.lineno, "the second is English")
        if SPOKEN.search(words(en)) and not JAPANESE.search(words(ja)):
            yield Finding(file, node.lineno, "the first is Japanese")
        if names(ja) != names(en):
            yield Finding(file, node.lineno, f"they name different things: {names(ja) ^ names(en)}")


def halves(call: ast.Call, module: ast.Module) -> tuple[ast.expr | None, ast.expr | None]:
    """Return what is said in Japanese and English, if it stands in this file: as arguments, or as a named pair."""
    if len(call.args) == 2:
        return call.args[0], call.args[1]
    pair = ast.unparse(call.args[0])
    for one in module.body:
        if (
            isinstance(one, ast.Assign)
            and isinstance(one.value, ast.Tuple)
            and pair == f"*{ast.unparse(one.targets[0])}"
        ):
            return one.value.elts[0], one.value.elts[1]
    return None, None


def words(node: ast.expr) -> str:
    """Return the text of a string, without what is put into it."""
    return "".join(one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def names(node: ast.expr) -> frozenset[str]:
    """Return what is put into a string, or is to be put into it later."""
    put = (ast.unparse(one.value) for one in ast.walk(node) if isinstance(one, ast.FormattedValue))
    return frozenset((*put, *LATER.findall(words(node))))


def loud(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find what is printed or raised in one language alone."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        said = words(node.args[0]) if isinstance(node.args[0], ast.Constant | ast.JoinedStr) else ""
        if called in LOUD and SPOKEN.search(said):
            yield Finding(file, node.lineno, f"{called} speaks one language: {said[:40]}")


def alone(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find what is said of a database in English alone."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "StoreError" and not node.keywords:
            yield Finding(file, node.lineno, "a database's fault is told in Japanese too")


LOUD = ("out.print", "typer.echo", "typer.prompt", "Failed")
OWN = ("edge/commands/bench/", "edge/commands/simulate/", "edge/commands/sim.py")
"""Tools of those who build Genba: they speak English."""


def test_japanese_and_english_say_the_same() -> None:
    assert told(check(pairs, python_files("edge"))) == ""


def test_commands_speak_both_languages() -> None:
    files = (file for file in python_files("edge/commands") if not file.startswith(OWN))
    assert told(check(loud, files)) == ""


def test_faults_of_a_database_are_told_in_both_languages() -> None:
    assert told(check(alone, python_files("edge"))) == ""


@pytest.mark.parametrize(
    "line",
    [
        'A = ("{a} です", "{b} is it")\ntold(*A)',
        'told("Hello you", "こんにちは")',
        'told("Hello you", "Hello you")',
        'told(f"{a} です", f"{b} is it")',
    ],
)
def test_a_bad_pair_is_found(line: str) -> None:
    assert list(pairs("x.py", ast.parse(line)))


@pytest.mark.parametrize(
    "line", ['out.print("All is well.")', 'Failed(f"{x} is not there")', 'typer.prompt("Your PIN")']
)
def test_one_language_is_found(line: str) -> None:
    assert list(loud("x.py", ast.parse(line)))
