"""A YAML file with the line of everything in it, and what is wrong with YAML in codes of the house."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from edge.fastyaml import SAFE
from edge.model.faults import Fault, Path

BOM = "\ufeff"
"""What some editors write before the text; YAML does not count it."""
FAULTS = (
    ("mapping values are not allowed", Fault.COLON),
    ("unexpected end of stream", Fault.QUOTE),
    ("expected ',' or", Fault.BRACKET),
    ("undefined alias", Fault.ALIAS),
    ("another document", Fault.SECOND),
)
"""What libyaml and PyYAML both say of a problem, and what we call it."""


class BrokenYaml(Exception):
    """The text is not YAML; says which fault on which line, and the details of its words."""

    def __init__(self, line: int | None, fault: Fault, **details: Any) -> None:
        super().__init__(line, fault, details)
        self.line = line
        self.fault = fault
        self.details = details


@dataclass(frozen=True, slots=True)
class Tree:
    """What a YAML text says, and its nodes, which know their lines; both are None for an empty text."""

    data: Any
    root: Any

    def line(self, where: Path) -> int | None:
        """Find the line of a place, or of its nearest parent."""
        node = self.root
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

    def spell(self, where: Path) -> str:
        """Write a place as a person would name it, in any language: `robots R3 › home`, `roadmap › lanes #2`."""
        words: list[str] = []
        data = self.data
        for step in where:
            listed = isinstance(data, list)
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                data = None
            if listed and isinstance(step, int) and words:
                words[-1] += f" {data['id']}" if isinstance(data, dict) and "id" in data else f" #{step + 1}"
            else:
                words.append(str(step))
        return " › ".join(words)

    def doubles(self) -> list[tuple[int, str]]:
        """Return line and key of keys that stand twice in one place; YAML itself would take the last in silence."""
        return [(key.start_mark.line + 1, str(key.value)) for key in _double_keys(self.root, {})]


def parsed(source: str) -> Tree:
    """Read a YAML text; raises BrokenYaml."""
    loader = _Loader(source)
    try:
        root = loader.get_single_node()
        return Tree(None if root is None else loader.construct_document(root), root)
    except yaml.reader.ReaderError as error:
        raise _control(source) from error
    except yaml.constructor.ConstructorError as error:
        raise BrokenYaml(_line(error.problem_mark), Fault.VALUE) from error
    except yaml.MarkedYAMLError as error:
        raise _named(source, error) from error
    finally:
        loader.dispose()


def _as_text(loader: Any, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _construct_object(loader: Any, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  PyYAML's
    """Read one value; what PyYAML itself stumbles over (`0x_`, `!!int many`) is a fault of the file, with its line."""
    try:
        return SAFE.construct_object(loader, node, deep)
    except (ValueError, KeyError) as error:
        raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


_Loader: Any = type("_Loader", (SAFE,), {"construct_object": _construct_object})
"""Reads YAML as the site file means it: no dates, which are nowhere in it and may be impossible ones."""
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def _double_keys(node: Any, been: dict[int, None]) -> Iterator[yaml.ScalarNode]:
    if id(node) in been:  # an alias: told where it is written, and it may lie within itself
        return
    been[id(node)] = None
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, None] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen[key.value] = None
            yield from _double_keys(value, been)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _double_keys(value, been)


def _control(source: str) -> BrokenYaml:
    found = yaml.reader.Reader.NON_PRINTABLE.search(source)
    if found is None:
        return BrokenYaml(None, Fault.SYNTAX)
    return BrokenYaml(source.count("\n", 0, found.start()) + 1, Fault.CONTROL, character=f"U+{ord(found[0]):04X}")


def _named(source: str, error: yaml.MarkedYAMLError) -> BrokenYaml:
    line, said = _line(error.problem_mark), str(error.problem)
    if "cannot start any token" in said and error.problem_mark is not None:
        character = source.removeprefix(BOM)[error.problem_mark.index :][:1]
        return BrokenYaml(line, Fault.TAB if character == "\t" else Fault.CHARACTER, character=character)
    fault = next((fault for part, fault in FAULTS if part in said), Fault.SYNTAX)
    if fault in (Fault.QUOTE, Fault.BRACKET):
        return BrokenYaml(line, fault, opened=_line(error.context_mark) or line)
    return BrokenYaml(line, fault)


def _line(mark: Any) -> int | None:
    return None if mark is None else int(mark.line) + 1
