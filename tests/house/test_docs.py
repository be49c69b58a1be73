"""Documents speak of what is there: paths, commands, keys of the site file, and code as it stands."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import get_args

import pytest
import typer
from pydantic import BaseModel

from edge.cli import COMMANDS
from edge.commands.bench import BENCHES
from edge.model.states import Role
from edge.site import Site
from tests.house.source import ROOT, Finding, project_files, text, told

DOCUMENTS = [file for file in project_files() if file.endswith(".md")]
PATH = re.compile(r"`((?:edge|drivers|simulators|tests|config|deploy|docs)/[\w./-]*[\w/])`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
COMMAND = re.compile(r"(?:^|/bin/|(?:\$|&&|;|\|) )genba ([a-z]+)\b(?: ([a-z][a-z-]*)\b)?")
BLOCK = re.compile(r"```python\n# (\S+)\n(.*?)```", re.DOTALL)


def paths(file: str, content: str) -> Iterator[Finding]:
    """Find paths and links that lead nowhere."""
    folder = (ROOT / file).parent
    for number, line in enumerate(content.splitlines(), start=1):
        for path in PATH.findall(line):
            if not (ROOT / path).exists():
                yield Finding(file, number, f"there is no {path}")
        for link in LINK.findall(line):
            if not (folder / link).exists():
                yield Finding(file, number, f"the link {link} leads nowhere")


def code(file: str, content: str) -> Iterator[Finding]:
    """Find excerpts that no longer stand in the file they name."""
    for name, excerpt in BLOCK.findall(content):
        if excerpt.strip() not in (text(name) or ""):
            yield Finding(file, 1, f"{name} no longer holds what is quoted from it")


def commands(file: str, content: str) -> Iterator[Finding]:
    """Find commands that `genba` does not have, in code spans and indented or fenced blocks."""
    fence = False
    for number, line in enumerate(content.splitlines(), start=1):
        fence ^= line.startswith("```")
        shown = [line.strip()] if fence or line.startswith("    ") else re.findall(r"`([^`]+)`", line)
        for command, part in (called for span in shown for called in COMMAND.findall(span)):
            if command not in COMMANDS:
                yield Finding(file, number, f"there is no command genba {command}")
            elif part and (parts := _parts(command)) and part not in parts:
                yield Finding(file, number, f"there is no command genba {command} {part}")


@cache
def _parts(command: str) -> tuple[str, ...]:
    """Return the subcommands of a command; none if it has none."""
    place = COMMANDS[command]
    if find_spec(place.module) is None:
        return ()
    found = getattr(import_module(place.module), place.name)
    if not isinstance(found, typer.Typer):
        return ()
    return tuple(
        one.name or one.callback.__name__.replace("_", "-") for one in found.registered_commands if one.callback
    )


def keys(model: type[BaseModel]) -> Iterator[str]:
    """Return every key of a model and of the models in it, as the site file spells them."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        for part in _models(field.annotation):
            yield from keys(part)


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def unmentioned(content: str) -> list[str]:
    """Return keys of the site file that a text does not mention as code."""
    spans = " ".join(re.findall(r"`([^`\n]+)`|```.*?```", content))
    blocks = " ".join(re.findall(r"```yaml\n(.*?)```", content, re.DOTALL))
    words = set(re.findall(r"\w+", f"{spans} {blocks}"))
    return sorted(set(keys(Site)) - words)


def test_paths_in_documents_lead_somewhere() -> None:
    found = [finding for file in DOCUMENTS for finding in paths(file, text(file) or "")]
    assert not found, told(found)


def test_code_in_documents_is_the_code() -> None:
    found = [finding for file in DOCUMENTS for finding in code(file, text(file) or "")]
    assert not found, told(found)
    assert BLOCK.search(text("docs/architecture.md") or "")


def test_commands_in_documents_exist() -> None:
    found = [finding for file in DOCUMENTS for finding in commands(file, text(file) or "")]
    assert not found, told(found)


def test_R132_every_bench_has_its_figures_published() -> None:
    figures = text("docs/figures.md") or ""
    assert [name for name in BENCHES if name != "all" and f"`genba bench {name}" not in figures] == []


def test_site_document_mentions_every_key_and_role() -> None:
    content = text("docs/site.md") or ""
    assert unmentioned(content) == []
    assert [role for role in Role if f"`{role}`" not in content] == []


@pytest.mark.parametrize(
    ("content", "count"),
    [("see `edge/nowhere.py`", 1), ("see `edge/site/whole.py`", 0), ("[x](gone.md)", 1), ("[x](rules.md)", 0)],
)
def test_the_path_rule_can_fail(content: str, count: int) -> None:
    assert len(list(paths("docs/x.md", content))) == count


def test_the_other_rules_can_fail() -> None:
    assert list(code("docs/x.md", "```python\n# edge/clock.py\ndef gone() -> None: ...\n```"))
    assert not list(code("docs/x.md", "```python\n# edge/clock.py\ndef real_source() -> Source:\n```"))
    assert list(commands("docs/x.md", "run `genba fly` now"))
    assert list(commands("docs/x.md", "run `genba key fly` now"))
    assert list(commands("docs/x.md", "    sudo -E -u genba /opt/genba/bin/genba fly"))
    assert not list(commands("docs/x.md", "    sudo -u genba cp x y"))
    assert not list(commands("docs/x.md", "run `genba run` now, genba is well, `genba key new wms`"))
    assert "wave_minutes" in unmentioned("nothing")
