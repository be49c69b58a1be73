"""Every code that is said has words in both languages, and whoever says it gives what the words ask for (R124)."""

import ast
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pytest

from edge.fleet.reasons import Pick, Power, Reason
from edge.model.phrases import PHRASES
from edge.model.words import TABLES, WORDS
from tests.house.source import Finding, check, python_files, text, told

CODE = re.compile(r"^[a-z]+\.[a-z_]+$")
KINDS = ("right", "wrong", "info", "done")
KEYWORDS = -1
"""The details are the call's keywords."""

SAYERS: Mapping[str, tuple[int, int]] = {
    "Refusal": (0, KEYWORDS),
    "wrong": (0, KEYWORDS),
    "raise_trouble": (1, KEYWORDS),
    "solve_trouble": (1, 0),
    "raise_wait_reason": (2, KEYWORDS),
    "say": (0, 2),
    "Result": (1, 2),
}
"""Functions that say a code: where the code stands and where its details (0: it needs none)."""
AREAS = frozenset(code.partition(".")[0] for code in WORDS)


def reached(tests: str, reason: StrEnum) -> bool:
    """Say whether the text of the tests names a reason, by its name or by its code."""
    return f"{type(reason).__name__}.{reason.name}" in tests or f'"{reason}"' in tests


def test_R124_every_reason_of_the_fleet_is_reached_by_a_test() -> None:
    tests = "".join(text(file) or "" for file in python_files("tests") if not file.startswith("tests/house/"))
    assert [reason for kind in (Reason, Pick, Power) for reason in kind if not reached(tests, reason)] == []


def test_a_reason_that_no_test_names_is_found() -> None:
    assert reached("x = Reason.JAM", Reason.JAM)
    assert reached('code == "traffic.jam"', Reason.JAM)
    assert not reached("Reason.HELD, traffic.jam", Reason.JAM)


@dataclass(frozen=True, slots=True)
class Said:
    """A code that some line says; `given` are the names of its details, None when they cannot be told from the text."""

    line: int
    code: str
    given: frozenset[str] | None


def fields(*templates: str) -> frozenset[str]:
    """Return the placeholders of texts."""
    return frozenset(name for text in templates for _, name, _, _ in string.Formatter().parse(text) if name)


def said(module: ast.Module) -> Iterator[Said]:
    """Return every code that a module says."""
    scopes = _scopes(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield from _said_by_call(node, scopes.get(id(node)))
        elif isinstance(node, ast.Dict):
            yield from _said_by_dict(node)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
            for code in _codes(node.elts[0]):
                if code.partition(".")[0] in AREAS:  # pages have pairs of their own
                    yield Said(node.lineno, code, _names(node.elts[1], None))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_name(target).lower().endswith("code") for target in targets):
                yield from (Said(node.lineno, code, None) for code in _codes(node.value))


def _said_by_call(call: ast.Call, scope: ast.AST | None) -> Iterator[Said]:
    for keyword in call.keywords:
        if keyword.arg == "reason":
            yield from (Said(call.lineno, code, None) for code in _codes(keyword.value))
    name, shift = _sayer(call)
    if name not in SAYERS or (name == "Result" and not (call.args and _constant(call.args[0]) in KINDS)):
        return
    code_at, details_at = SAYERS[name]
    if name == "say" and isinstance(call.func, ast.Attribute):
        details_at = 1  # Words.say(code, details): the console knows the language
    if len(call.args) > code_at + shift:
        for code in _codes(call.args[code_at + shift]):
            yield Said(call.lineno, code, _given(call, details_at, scope))


def _sayer(call: ast.Call) -> tuple[str, int]:
    """Return which function says the code, and by how much its arguments are shifted."""
    name = _name(call.func)
    if name in ("run", "run_as"):  # store.run(raise_trouble, code, …): the store puts the transaction first
        at = next((i for i, arg in enumerate(call.args) if _name(arg) in SAYERS), None)
        return ("", 0) if at is None else (_name(call.args[at]), at)
    if isinstance(call.func, ast.Attribute):
        return ("say" if name == "say" and _name(call.func.value) != "seat" else ""), 0
    return name, 0


def _said_by_dict(node: ast.Dict) -> Iterator[Said]:
    """Return the code of an answer like `{"reason": "order.too_late", "details": {…}}`."""
    entries = {_constant(key): value for key, value in zip(node.keys, node.values, strict=True) if key is not None}
    if "reason" in entries:
        details = entries.get("details")
        given = _names(details, None) if isinstance(details, ast.Dict) else None if details else frozenset[str]()
        yield from (Said(node.lineno, code, given) for code in _codes(entries["reason"]))


def _given(call: ast.Call, details_at: int, scope: ast.AST | None) -> frozenset[str] | None:
    if details_at == 0:
        return None
    if details_at == KEYWORDS:
        names: frozenset[str] = frozenset()
        for keyword in call.keywords:
            more = frozenset({keyword.arg}) if keyword.arg else _names(keyword.value, scope)
            if more is None:
                return None
            names |= more
        return names
    return _names(call.args[details_at], scope) if len(call.args) > details_at else frozenset()


def _names(node: ast.expr, scope: ast.AST | None) -> frozenset[str] | None:
    """Return the keys of a dict display, or of the one a local name was given."""
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return frozenset(str(_constant(key)) for key in node.keys)
    if isinstance(node, ast.Name) and scope is not None:
        for statement in ast.walk(scope):
            if isinstance(statement, ast.Assign) and _name(statement.targets[0]) == node.id:
                return _names(statement.value, None)
    return None


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _codes(node.body)
        yield from _codes(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _codes(value)
    elif CODE.match(str(_constant(node) or "")):
        yield str(_constant(node))


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _scopes(module: ast.Module) -> dict[int, ast.AST]:
    """Return the innermost function of every call, by the call's identity."""
    scopes: dict[int, ast.AST] = {}
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            scopes |= {id(node): function for node in ast.walk(function) if isinstance(node, ast.Call)}
    return scopes


def words_are_there(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find codes without words, and words whose placeholders nobody fills."""
    for one in said(module):
        if one.code not in WORDS:
            yield Finding(file, one.line, f"{one.code} has no words in edge/model/words")
        elif one.given is not None and (missing := fields(*WORDS[one.code]) - one.given):
            yield Finding(file, one.line, f"the words of {one.code} also need {', '.join(sorted(missing))}")


def phrases_are_there(file: str, module: ast.Module) -> Iterator[Finding]:
    """Find phrases of the handheld that do not exist, or whose placeholders nobody fills."""
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say"):
            continue
        phrase_id = _constant(node.args[0]) if node.args else None
        if _name(node.func.value) != "seat" or not isinstance(phrase_id, str):
            continue
        if phrase_id not in PHRASES:
            yield Finding(file, node.lineno, f"there is no phrase {phrase_id} in edge/model/phrases.py")
        elif all(keyword.arg for keyword in node.keywords):
            missing = fields(*PHRASES[phrase_id]) - {keyword.arg for keyword in node.keywords}
            if missing:
                yield Finding(file, node.lineno, f"phrase {phrase_id} also needs {', '.join(sorted(missing))}")


EDGE = tuple(file for file in python_files("edge") if not file.startswith("edge/model/"))
ALL_CODES = (*Reason, *Pick, *Power)


def test_R124_every_code_that_is_said_has_words_and_its_details() -> None:
    found = check(words_are_there, EDGE)
    assert not found, told(found)


def test_every_phrase_that_is_shown_exists_and_has_its_details() -> None:
    found = check(phrases_are_there, EDGE)
    assert not found, told(found)


def test_R124_every_reason_of_the_fleet_has_words() -> None:
    assert [code for code in ALL_CODES if code not in WORDS] == []


def test_no_code_has_words_twice() -> None:
    codes = [code for table in TABLES for code in table]
    assert sorted(codes) == sorted(WORDS)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_words_say_the_same_in_both_languages(code: str) -> None:
    ja, next_ja, en, next_en = WORDS[code]
    assert CODE.match(code)
    assert ja, f"{code} has no Japanese text"
    assert en, f"{code} has no English text"
    assert bool(next_ja) == bool(next_en), f"{code} says what to do next in one language only"
    assert fields(ja, next_ja) == fields(en, next_en), f"{code} tells more in one language than in the other"


@pytest.mark.parametrize("phrase_id", sorted(PHRASES))
def test_phrases_say_the_same_in_both_languages(phrase_id: str) -> None:
    ja, en = PHRASES[phrase_id]
    assert ja
    assert en
    assert fields(ja) == fields(en)


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        ("raise Refusal('order.nonsense')", ["order.nonsense has no words"]),
        ("raise Refusal('order.unknown')", ["the words of order.unknown also need order"]),
        ("raise Refusal('order.unknown', order=1)", []),
        ("return_(wrong('a.b' if x else 'scan.enough'))", ["a.b has no words"]),
        ("self.tries.wrong('a.b')", []),
        ("def f():\n    facts = {'order': 1}\n    raise Refusal('order.unknown', **facts)", []),
        (
            "def f():\n    facts = {'ordr': 1}\n    raise Refusal('order.unknown', **facts)",
            ["the words of order.unknown"],
        ),
        ("store.run(raise_trouble, 'exception.gate_alarm', 's')", ["the words of exception.gate_alarm also need gate"]),
        ("raise_trouble(tx, 'exception.gate_alarm', 's', gate=1)", []),
        ("tx.journal('k', 's', reason='a.b')", ["a.b has no words"]),
        (
            "x = {'outcome': 'too_late', 'reason': 'order.too_late'}",
            ["the words of order.too_late also need at, order"],
        ),
        ("x = 'wait.nonsense', {}", ["wait.nonsense has no words"]),
        ("class A:\n    down_code = 'a.b'", ["a.b has no words"]),
        ("x = Result('info', 'gate.pass', {})", ["the words of gate.pass also need parcels"]),
        ("x = Result(outcome, 'the.text')", []),
        ("log.warning('robot.stranger')", []),
    ],
)
def test_the_rule_can_fail(source: str, rules: list[str]) -> None:
    found = [finding.rule for finding in words_are_there("edge/x.py", ast.parse(source))]
    assert len(found) == len(rules), found
    assert all(rule.startswith(begin) for rule, begin in zip(found, rules, strict=True)), found


@pytest.mark.parametrize(
    ("source", "count"),
    [("seat.say('ask.nothing')", 1), ("seat.say('lot')", 1), ("seat.say('lot', lot=1)", 0), ("other.say('x')", 0)],
)
def test_the_phrase_rule_can_fail(source: str, count: int) -> None:
    assert len(list(phrases_are_there("edge/x.py", ast.parse(source)))) == count
