"""Nothing half-done and nothing silenced wholesale; every driver says how good it is, and by which test."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, Finding, project_files, python_files, text, told

UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
WHOLESALE = (
    (re.compile(r"# *no" + r"qa(?!: ?[A-Z]+\d)"), "silences every rule of the linter"),
    (re.compile(r"# *type: *ig" + r"nore(?!\[)"), "silences every rule of the type checker"),
    (re.compile(r"# *(ruff|mypy): *(no" + r"qa|ig" + r"nore)"), "silences a whole file"),
    (
        re.compile(r"pytest\.mark\.(xf" + r"ail|sk" + r"ip)\b"),
        "leaves a test out: mend it, or skip by what the machine lacks",
    ),
)
TEST = re.compile(r"\btest_[A-Za-z0-9_]+\*?(?:\*|(?=\b|`))")
READ = (".py", ".js", ".css", ".html", ".md", ".yaml", ".conf", ".toml", ".sh")


def untidy(file: str, content: str) -> Iterator[Finding]:
    """Find marks of unfinished work and wholesale silence."""
    for number, line in enumerate(content.splitlines(), start=1):
        if UNFINISHED.search(line):
            yield Finding(file, number, "is not finished")
        yield from (Finding(file, number, why) for pattern, why in WHOLESALE if pattern.search(line))


def unproved(file: str, content: str, tests: frozenset[str]) -> Iterator[Finding]:
    """Find tests that a QUALITY.md names and nobody wrote; a name may end in *."""
    for number, line in enumerate(content.splitlines(), start=1):
        for name in TEST.findall(line):
            stem = name.removesuffix("*")
            known = any(test.startswith(stem) for test in tests) if name.endswith("*") else name in tests
            if not known:
                yield Finding(file, number, f"there is no test {name}")


def all_tests() -> frozenset[str]:
    """Return the names of all test functions, and of test files."""
    names = {file.rsplit("/", 1)[-1].removesuffix(".py") for file in python_files("tests")}
    for file in python_files("tests"):
        names.update(re.findall(r"def (test_\w+)", text(file) or ""))
    return frozenset(names)


def test_nothing_is_half_done_or_silenced() -> None:
    files = [file for file in project_files() if file.endswith(READ)]
    found = [finding for file in files for finding in untidy(file, text(file) or "")]
    assert not found, told(found)


def test_every_driver_says_how_good_it_is_and_by_which_test() -> None:
    tests = all_tests()
    found = []
    for folder in sorted(path for path in (ROOT / "drivers").iterdir() if (path / "__init__.py").is_file()):
        file = f"drivers/{folder.name}/QUALITY.md"
        if not (ROOT / file).is_file():
            found.append(Finding(file, 1, "is missing"))
            continue
        found += list(unproved(file, text(file) or "", tests))
    assert not found, told(found)


@pytest.mark.parametrize(
    "line",
    [
        "# TO" + "DO: later",
        "x = 1  # no" + "qa",
        "x = 1  # type: ig" + "nore",
        "@pytest.mark.xf" + "ail",
        "# ruff: no" + "qa",
    ],
)
def test_the_tidy_rule_can_fail(line: str) -> None:
    assert len(list(untidy("x.py", line))) >= 1


@pytest.mark.parametrize("line", ["x = 1  # noqa: S105  a name", "x = y  # type: ignore[misc]", "a method to do it"])
def test_the_tidy_rule_can_pass(line: str) -> None:
    assert not list(untidy("x.py", line))


@pytest.mark.parametrize(
    ("line", "count"),
    [("`test_R01_a`", 0), ("`test_R01_*`", 0), ("`test_R02_*`", 1), ("`test_R01_gone`", 1), ("`test_x.py`", 0)],
)
def test_the_quality_rule_can_fail(line: str, count: int) -> None:
    assert len(list(unproved("QUALITY.md", line, frozenset({"test_R01_a", "test_x"})))) == count
