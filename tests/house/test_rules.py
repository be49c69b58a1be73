"""Every rule that is cited is explained in docs/rules.md, and every rule of drivers is proved or answered for."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, Finding, project_files, python_files, text, told

DOCUMENT = "docs/rules.md"
NUMBER = re.compile(r"(?<![A-Za-z0-9])(?<!Impinj )([RIFHPU])(\d{2,3})([a-z]?)(?![A-Za-z0-9])")
SPAN = re.compile(r"(?<![A-Za-z0-9])([RIFHPU])(\d{2,3}) ?[-–] ?\1?(\d{2,3})(?![A-Za-z0-9])")
ENTRY = re.compile(r"^- \*\*([RIFHPU]\d{2,3}[a-z]?)\*\* (.+)$")
KINDS = (".py", ".md", ".js", ".css", ".html", ".conf", ".service", ".yaml", ".toml", ".sh", ".yml")
TEST = re.compile(r"def (test_\w+)")
NAMED = re.compile(r"(?<=_)([RIFHPU]\d{2,3})(?=_)")
NOT_READ = ("config/", "pyproject.toml", DOCUMENT)
"""Site files have nodes called F01."""


def cited(content: str) -> Iterator[tuple[int, str]]:
    """Return (line, rule) of every citation; of a span its ends."""
    for number, line in enumerate(content.splitlines(), start=1):
        found: dict[str, None] = {}
        for letter, digits, sign in NUMBER.findall(line):
            found[f"{letter}{digits}{sign}"] = None
        for letter, first, last in SPAN.findall(line):
            found[f"{letter}{first}"] = found[f"{letter}{last}"] = None
        yield from ((number, rule) for rule in found)


def entries(content: str) -> list[str]:
    """Return the rules a document explains, in its order."""
    return [match[1] for line in content.splitlines() if (match := ENTRY.match(line))]


def explained(rule: str, known: dict[str, None]) -> bool:
    """Tell whether a rule is explained; P69m is a part of P69."""
    return rule in known or rule.rstrip("abcdefghijklmnopqrstuvwxyz") in known


def answered_for(content: str) -> Iterator[str]:
    """Return the rules that a QUALITY.md speaks of; of a span all."""
    yield from (rule for _, rule in cited(content))
    for letter, first, last in SPAN.findall(content):
        yield from (f"{letter}{number:02d}" for number in range(int(first), int(last) + 1))


def proved(content: str) -> Iterator[str]:
    """Return the rules that the names of tests in a file hold."""
    yield from (rule for name in TEST.findall(content) for rule in NAMED.findall(name))


def test_every_rule_of_robots_is_proved_by_a_test_of_its_name() -> None:
    known = [rule for rule in entries(text(DOCUMENT) or "") if rule.startswith("R")]
    tests = [rule for file in python_files("tests") for rule in proved(text(file) or "")]
    assert len(known) > 100
    assert sorted({*known} - {*tests}) == []


def test_every_rule_of_identification_is_proved_by_a_test_or_answered_for_in_a_quality_document() -> None:
    known = [rule for rule in entries(text(DOCUMENT) or "") if rule.startswith("I")]
    tests = [rule for file in python_files("tests") for rule in proved(text(file) or "")]
    documents = [file for file in project_files() if file.startswith("drivers/") and file.endswith("/QUALITY.md")]
    written = [rule for file in documents for rule in answered_for(text(file) or "")]
    assert len(known) >= 65
    assert sorted({*known} - {*tests, *written}) == []


def test_every_rule_that_is_cited_is_explained() -> None:
    known = dict.fromkeys(entries(text(DOCUMENT) or ""))
    assert known
    found = [
        Finding(file, line, f"{rule} is not explained in {DOCUMENT}")
        for file in project_files()
        if file.endswith(KINDS) and not file.startswith(NOT_READ)
        for line, rule in cited(text(file) or "")
        if not explained(rule, known)
    ]
    assert not found, told(found)


def test_every_rule_is_explained_once_and_in_order() -> None:
    known = entries((ROOT / DOCUMENT).read_text(encoding="utf-8"))
    assert len(known) == len(set(known))
    for letter in "RIFHPU":
        group = [rule for rule in known if rule[0] == letter]
        assert group
        assert group == sorted(group, key=lambda rule: (int(re.sub(r"\D", "", rule)), rule))


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("see R79.", ["R79"]),
        ("def test_F53_two_scans() -> None:", ["F53"]),
        ("(P36c, H09)", ["P36c", "H09"]),
        ("(I01-I03)", ["I01", "I03"]),
        ("H12–14", ["H12", "H14"]),
        ("H12–H14", ["H12", "H14"]),
        ("A01N12 XR79 R1 UTF08x", []),
    ],
)
def test_citations_are_found(line: str, rules: list[str]) -> None:
    assert [rule for _, rule in cited(line)] == rules


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        ("def test_R05_R07_a_cut_robot() -> None:", ["R05", "R07"]),
        ("async def test_R79_lost(x):", ["R79"]),
        ("def test_a_robot_R2D2(): ...  # R80", []),
        ("call(test_R79_lost)", []),
    ],
)
def test_rules_in_the_names_of_tests_are_found(content: str, rules: list[str]) -> None:
    assert list(proved(content)) == rules


def test_the_rule_can_fail() -> None:
    known = dict.fromkeys(entries("- **R79** A lost order is sent again.\nR80 is only mentioned"))
    assert explained("R79", known)
    assert not explained("R80", known)
    assert explained("P69m", {"P69": None})
