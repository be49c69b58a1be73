"""The project stands alone: no file names a package registry or a place outside the project."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source import Finding, project_files, text, told

REGISTRIES = (
    "py" + "pi.org", "python" + "hosted", "npm" + "js", "crates" + ".io", "docker" + ".io", "gh" + "cr.io",
    "quay" + ".io", "rubygems" + ".org", "gcr" + ".io", "deb.debian" + ".org",
)  # fmt: skip
"""In two pieces, so that this file does not name them either."""
OUTSIDE = re.compile(r"\.\./" + r"shared\b|(?<![\w.}])/work" + r"/|/home/\w+/|/Users/\w+/")


def names(file: str, content: str) -> Iterator[Finding]:
    """Find registries and places outside the project."""
    for number, line in enumerate(content.splitlines(), start=1):
        found = [registry for registry in REGISTRIES if registry in line.lower()] + OUTSIDE.findall(line)
        if found:
            yield Finding(file, number, f"names {', '.join(found)}")


def test_no_file_names_a_registry_or_a_place_outside() -> None:
    found = [finding for file in project_files() for finding in names(file, text(file) or "")]
    assert not found, told(found)


@pytest.mark.parametrize(
    "line",
    [
        "pip install -i https://" + "py" + "pi.org/simple",
        "see ../" + "shared/x",
        "/work" + "/main/x",
        "FROM gh" + "cr.io/a/b",
    ],
)
def test_the_rule_can_fail(line: str) -> None:
    assert [finding.line for finding in names("x", f"fine\n{line}")] == [2]


@pytest.mark.parametrize("line", ["GET /console/work/3", "edge/processes/work.py", "registry=services.registry"])
def test_the_rule_can_pass(line: str) -> None:
    assert not list(names("x", line))
