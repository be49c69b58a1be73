"""The `genba` command: answers at once, and says in one line what cannot work."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli import COMMANDS, app
from edge.commands.failed import Failed
from edge.commands.language import spoken
from edge.commands.lazy import load
from edge.commands.said import said
from edge.commands.sim import SIMULATORS
from edge.model.faults import Fault
from edge.model.reasons import Refusal
from edge.sitefile import Problem, SiteError
from edge.store.database import StoreError

ROOT = Path(__file__).parents[3]
HEAVY = ("fastapi", "sqlalchemy", "pydantic", "numpy", "scipy", "httpx", "aiomqtt", "pymodbus", "edge.app")
COMING = ("bench",)
"""Sub-commands whose modules may be absent from a partial installation."""


def genba(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge.cli", *words], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )


def test_the_help_names_every_command_and_imports_none() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from edge.cli import app; "
        "r = CliRunner().invoke(app, ['--help']); print(r.output); "
        f"print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "HEAVY []" in answer.stdout
    for name in COMMANDS:
        assert name in answer.stdout


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in COMING])
def test_every_command_has_its_own_help(name: str) -> None:
    assert load(COMMANDS[name], name).name == name
    answer = CliRunner().invoke(app, [name, "--help"])
    assert answer.exit_code == 0, answer.output
    assert "Usage" in answer.output


@pytest.mark.parametrize("name", list(SIMULATORS))
def test_every_simulator_has_its_own_help(name: str) -> None:
    answer = CliRunner().invoke(app, ["sim", name, "--help"])
    assert answer.exit_code == 0, answer.output


def test_a_mistake_is_one_line_without_a_trace() -> None:
    answer = genba("run", "no-such-site.yaml")
    assert answer.returncode == 1
    assert answer.stderr.strip() == "no-such-site.yaml: There is no such file. Check the path."


BROKEN = "tests/edge/commands/broken/shape.yaml"


@pytest.mark.parametrize(
    "words",
    [
        ("run", BROKEN),
        ("check", BROKEN),
        ("backup", BROKEN, "to"),
        ("simulate", "--site", BROKEN),
        ("user", "list", "--site", BROKEN),
    ],
    ids=" ".join,
)
def test_every_command_tells_a_broken_site_file_alike_in_the_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    monkeypatch.setenv("PYTHONUTF8", "1")
    answer = genba(*words)
    assert answer.returncode == 1
    told = (ROOT / BROKEN).with_suffix(".ja.txt").read_text(encoding="utf-8")
    assert answer.stderr == told.replace("shape.yaml", BROKEN)


def test_only_errors_meant_for_people_are_put_in_words() -> None:
    problem = Problem("s.yaml", 3, "wms", Fault.MISSING, {"key": "url"})
    assert said(Failed("this"), "en") == "this"
    assert said(StoreError("that", ja="それ"), "en") == "that"
    assert said(StoreError("that", ja="それ"), "ja") == "それ"
    assert said(SiteError([problem]), "en") == "s.yaml:3: wms: 'url' is missing. Add it."
    assert said(SiteError([problem]), "ja") == "s.yaml:3: wms: 「url」がありません。 追加してください。"
    assert said(Refusal("key.unknown", key="wms"), "en") != said(Refusal("key.unknown", key="wms"), "ja")
    assert said(ValueError("a bug"), "en") is None


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "", "LC_ALL": ""}, "ja"),
    ],
)
def test_the_language_is_that_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert spoken(environment) == language


def test_the_package_installs_the_command() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"genba": "edge.cli:main"}
