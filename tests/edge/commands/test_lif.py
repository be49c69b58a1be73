"""`genba lif`: what it prints is a part of a site file; what it writes it can read."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from edge.cli import app
from edge.commands.failed import Failed
from edge.sitefile import load_site

DEMO = Path(__file__).parents[3] / "config" / "demo.yaml"


def genba(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["lif", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_an_exported_roadmap_is_imported_into_the_same_site(tmp_path: Path) -> None:
    file, copy = tmp_path / "demo.lif", tmp_path / "site.yaml"
    assert "96 nodes" in genba("export", DEMO, file)
    data = yaml.safe_load(DEMO.read_text(encoding="utf-8")) | yaml.safe_load(genba("import", file))
    copy.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert load_site(copy).roadmap.nodes == load_site(DEMO).roadmap.nodes
    assert "# station PACK-1 at PACK1" in genba("import", file)


def test_a_file_that_is_not_there_or_no_lif_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(Failed, match="cannot be read"):
        genba("import", tmp_path / "none.lif")
    with pytest.raises(Failed, match=r"demo\.yaml: This is no LIF file"):
        genba("import", DEMO)
    with pytest.raises(Failed, match="cannot be written"):
        genba("export", DEMO, tmp_path / "no" / "folder.lif")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    with pytest.raises(Failed, match=r"demo\.yaml: LIF ファイルではありません"):
        genba("import", DEMO)
