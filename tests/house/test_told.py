"""What commands say to a person they say in Japanese and in English, of the same things."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.source import Finding, check, python_files, told

JAPANESE = re.compile(r"[、-ヿ一-鿿]")
SPOKEN = re.compile(r"[A-Za-z]{2}.* ")
"""A sentence or words of English: not a name, not a sign."""


def pairs(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find `told(ja, en)` whose halves are swapped, or speak of different things."""
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "told"):
            continue
        if len(node.args) != 2 or any(isinstance(one, ast.Starred) for one in node.args):
            continue
        ja, en = node.args
        if JAPANESE.search(words(en)):
            yield Finding(file, node.lineno, "the second is English")
        if SPOKEN.search(words(en)) and not JAPANESE.search(words(ja)):
            yield Finding(file, node.lineno, "the first is Japanese")
        if names(ja) != names(en):
            yield Finding(file, node.lineno, f"they name different things: {names(ja) ^ names(en)}")


def words(node: ast.expr) -> str:
    """Return the text of a string, without what is put into it."""
    return "".join(one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def names(node: ast.expr) -> frozenset[str]:
    """Return what is put into a string."""
    return frozenset(ast.unparse(one.value) for one in ast.walk(node) if isinstance(one, ast.FormattedValue))


def loud(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find what is printed or raised in one language alone."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        said = words(node.args[0]) if isinstance(node.args[0], ast.Constant | ast.JoinedStr) else ""
        if called in LOUD and SPOKEN.search(said):
            yield Finding(file, node.lineno, f"{called} speaks one language: {said[:40]}")


LOUD = ("out.print", "typer.echo", "typer.prompt", "Failed")
OWN = ("edge/commands/bench/", "edge/commands/simulate/", "edge/commands/sim.py")
"""Tools of those who build Genba: they speak English."""


def test_japanese_and_english_say_the_same() -> None:
    assert told(check(pairs, python_files("edge"))) == ""


def test_commands_speak_both_languages() -> None:
    files = (file for file in python_files("edge/commands") if not file.startswith(OWN))
    assert told(check(loud, files)) == ""


@pytest.mark.parametrize(
    "line",
    [
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
