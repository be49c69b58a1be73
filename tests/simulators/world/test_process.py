"""`genba sim floor` says before it plays what it lacks."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli import app

DEMO = Path(__file__).parents[3] / "config" / "demo.yaml"


@pytest.mark.parametrize("content", ["{}", "[]", "sato: {badge: B-1}", "a: [", "sato: 3"])
def test_badges_that_are_not_those_of_the_site_are_named(tmp_path: Path, content: str) -> None:
    badges = tmp_path / "badges.yaml"
    badges.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["sim", "floor", str(DEMO), "--badges", str(badges)])
    assert result.exit_code == 2
    told = " ".join(result.output.replace("│", " ").split())
    assert "is no YAML" in told or "nguyen, suzuki" in told
