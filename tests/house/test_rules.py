"""Every rule number that code, tests or documents cite is explained in docs/rules.md."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, Finding, project_files, text, told

DOCUMENT = "docs/rules.md"
NUMBER = re.compile(r"(?<![A-Za-z0-9])(?<!Impinj )([RIFHPU])(\d{2,3})([a-z]?)(?![A-Za-z0-9])")
SPAN = re.compile(r"(?<![A-Za-z0-9])([RIFHPU])(\d{2,3}) ?[-–] ?\1?(\d{2,3})(?![A-Za-z0-9])")
ENTRY = re.compile(r"^- \*\*([RIFHPU]\d{2,3}[a-z]?)\*\* (.+)$")
KINDS = (".py", ".md", ".js", ".css", ".html", ".conf", ".service", ".yaml", ".toml", ".sh", ".yml")
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


def test_the_rule_can_fail() -> None:
    known = dict.fromkeys(entries("- **R79** A lost order is sent again.\nR80 is only mentioned"))
    assert explained("R79", known)
    assert not explained("R80", known)
    assert explained("P69m", {"P69": None})
