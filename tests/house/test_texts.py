"""The texts of pages have the same keys, and the same placeholders, in Japanese and English (F77, U41)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.source import ROOT

FOLDER = ROOT / "edge" / "web" / "texts"
AREAS = sorted({path.name.split(".", 1)[0] for path in FOLDER.glob("*.yaml")})
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LANGUAGES = ("ja", "en")
SINGULAR = ".one"
"""English says some things apart for one; Japanese does not."""


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return (path, text) of every text in a file; a key must be a word (YAML reads a bare no as False)."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} after {path or 'the top'} is no text: put it in quotes")
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from leaves(value, f"{path}[{number}]")
    elif isinstance(tree, str):
        yield path, tree
    else:
        raise TypeError(f"{path} is {tree!r}, not a text: put it in quotes")


def differences(one: Any, other: Any) -> list[str]:
    """Return what Japanese and English do not have in common."""
    ours, theirs = dict(leaves(one)), dict(leaves(other))
    apart = sorted(path for path in ours.keys() ^ theirs.keys() if not _is_singular(path, theirs))
    found = [f"{path} is missing in one language" for path in apart]
    uneven = [path for path in ours if path in theirs and _fields(ours[path]) != _fields(theirs[path])]
    return found + [f"{path} has other placeholders in the other language" for path in uneven]


def _fields(said: str) -> set[str]:
    return set(PLACEHOLDER.findall(said))


def _is_singular(path: str, theirs: Mapping[str, str]) -> bool:
    return path.endswith(SINGULAR) and path in theirs and path.removesuffix(SINGULAR) in theirs


def load(area: str, language: str) -> Any:
    """Read a file of texts; raises for a key that stands twice."""
    path = FOLDER / f"{area}.{language}.yaml"
    return yaml.load(path.read_text(encoding="utf-8"), _Unique)  # noqa: S506  a SafeLoader


class _Unique(yaml.SafeLoader):
    """Refuses keys that stand twice; plain YAML takes the last in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        doubles = {str(key) for key in keys if keys.count(key) > 1}
        if doubles:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {sorted(doubles)}", node.start_mark)
        return super().construct_mapping(node, deep)


def test_there_are_texts() -> None:
    assert {"console", "handheld", "login"} <= set(AREAS)


@pytest.mark.parametrize("area", AREAS)
def test_U41_both_languages_have_the_same_texts(area: str) -> None:
    ja, en = (load(area, language) for language in LANGUAGES)
    assert not differences(ja, en)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ({"a": "x"}, {"a": "y"}, 0),
        ({"a": "x"}, {"b": "y"}, 2),
        ({"a": {"b": "{n}"}}, {"a": {"b": "n"}}, 1),
        ({"a": ["x", "y"]}, {"a": ["x"]}, 1),
        ({"a": "x"}, {"a": "y", "a.one": "z"}, 0),
        ({"a": "x", "a.one": "z"}, {"a": "y"}, 1),
    ],
)
def test_the_rule_can_fail(one: Any, other: Any, count: int) -> None:
    assert len(differences(one, other)) == count


@pytest.mark.parametrize("source", ["no: x", "a: no", "a: 3"])
def test_a_text_that_yaml_takes_for_something_else_is_found(source: str) -> None:
    with pytest.raises(TypeError, match="quotes"):
        dict(leaves(yaml.safe_load(source)))


def test_a_key_that_stands_twice_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: x\na: y\n")
    with pytest.raises(yaml.constructor.ConstructorError, match="twice"):
        yaml.load(path.read_text(), _Unique)  # noqa: S506
