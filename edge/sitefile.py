"""Reads a site file and says what is wrong with it: file, line, fault, remedy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from edge.fastyaml import SAFE
from edge.site import Site
from edge.sitecheck import Finding, cross_check

MOST_TOLD = 50
"""Problems told at once: one slip of the hand may put thousands of places wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a site file, and how to mend it."""

    file: str
    line: int | None
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return `file:line: where: what. remedy`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.where, f"{self.what}. {self.remedy}") if part)


class SiteError(Exception):
    """The site file cannot be used; `problems` says why, one each."""

    def __init__(self, problems: list[Problem]) -> None:
        more = [f"and {len(problems) - MOST_TOLD} more"] if len(problems) > MOST_TOLD else []
        super().__init__("\n".join([*map(str, problems[:MOST_TOLD]), *more]))
        self.problems = problems


def load_site(path: Path) -> Site:
    """Read and validate a site file; raises SiteError naming file, line, fault and remedy."""
    file = str(path)
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SiteError([Problem(file, None, "", f"cannot be read ({error.strerror})", "Check the path.")]) from error
    except UnicodeDecodeError as error:
        raise SiteError([Problem(file, None, "", "is not UTF-8", "Save it as UTF-8.")]) from error
    try:
        tree, data = _parsed(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = str(getattr(error, "problem", None) or error)
        line = mark.line + 1 if mark else None
        remedy = "Check indentation, colons and quotes on this line and the one above."
        raise SiteError([Problem(file, line, "", what, remedy)]) from error
    doubles = [
        Problem(file, key.start_mark.line + 1, "", f"'{key.value}' stands twice", "Keep one of them, or join both.")
        for key in _double_keys(tree)
    ]
    if doubles:
        raise SiteError(doubles)
    if not isinstance(data, dict):
        raise SiteError([Problem(file, 1, "", "holds no site", "Start from config/demo.yaml.")])
    try:
        site = Site.model_validate(data)
    except ValidationError as error:
        raise SiteError([_from_pydantic(file, tree, data, dict(fault)) for fault in error.errors()]) from error
    problems = _located(file, tree, data, cross_check(site))
    if problems:
        raise SiteError(problems)
    return site


def locate(path: Path, findings: Iterable[Finding]) -> list[Problem]:
    """Return findings about a readable site file with their lines."""
    tree, data = _parsed(path.read_text(encoding="utf-8"))
    return _located(str(path), tree, data, findings)


def _located(file: str, tree: Any, data: Any, findings: Iterable[Finding]) -> list[Problem]:
    return [Problem(file, _line(tree, where), _spell(where, data), what, remedy) for where, what, remedy in findings]


def _parsed(source: str) -> tuple[Any, Any]:
    """Return the tree of a YAML text, for its lines, and what it says."""
    loader = _Loader(source)
    try:
        tree = loader.get_single_node()
        return tree, None if tree is None else loader.construct_document(tree)
    finally:
        loader.dispose()


def _as_text(loader: Any, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader: Any = type("_Loader", (SAFE,), {})
"""Reads YAML as the site file means it: no dates, which are nowhere in it and may be impossible ones."""
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def _double_keys(node: Any) -> Iterator[yaml.ScalarNode]:
    """Return keys that stand twice in one place; YAML itself would take the last in silence."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, None] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen[key.value] = None
            yield from _double_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _double_keys(value)


def _from_pydantic(file: str, tree: Any, data: Any, fault: dict[str, Any]) -> Problem:
    where = tuple(fault["loc"])
    remedies = {
        "missing": "Add it.",
        "extra_forbidden": "Remove it, or correct its spelling.",
        "string_pattern_mismatch": "Correct the spelling of the value.",
    }
    remedy = remedies.get(fault["type"], "Correct the value.")
    what = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "missing":
        what = f"'{where[-1]}' is missing"
    elif fault["type"] == "extra_forbidden":
        what = f"'{where[-1]}' is not a key of the site file"
    return Problem(file, _line(tree, where), _spell(where, data), what, remedy)


def _line(tree: Any, where: tuple[Any, ...]) -> int | None:
    """Find the line of a path in the YAML tree, or of its nearest parent."""
    node = tree
    line = node.start_mark.line + 1 if node is not None else None
    for step in where:
        found = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line = key.start_mark.line + 1
                    found = value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is None:
            return line
        node = found
    return line


def _spell(where: tuple[Any, ...], data: Any) -> str:
    """Write a path as a person would say it: `robots R3 › home`."""
    words: list[str] = []
    for step in where:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        if isinstance(step, int):
            words[-1] += f" {data['id']}" if isinstance(data, dict) and "id" in data else f" no. {step + 1}"
        else:
            words.append(str(step))
    return " › ".join(words)
