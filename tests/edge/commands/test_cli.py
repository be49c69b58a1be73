"""The `genba` command: answers at once, and says in one line what cannot work."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli import COMMANDS, app
from edge.commands.failed import Failed
from edge.commands.lazy import load
from edge.commands.said import said
from edge.commands.sim import SIMULATORS
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
    assert answer.stderr.strip() == "no-such-site.yaml: cannot be read (No such file or directory). Check the path."


def test_only_errors_meant_for_people_are_put_in_words() -> None:
    problem = Problem("s.yaml", 3, "wms", "is wrong", "Mend it.")
    assert said(Failed("this")) == "this"
    assert said(StoreError("that")) == "that"
    assert said(SiteError([problem])) == "s.yaml:3: wms: is wrong. Mend it."
    assert said(Refusal("key.unknown", key="wms"))
    assert said(ValueError("a bug")) is None


def test_the_package_installs_the_command() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"genba": "edge.cli:main"}
