"""`genba check`, `genba new` and the published schema."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from edge.cli import app
from edge.commands.check import map_problems, schema_text, sound_site
from edge.commands.failed import Failed
from edge.sitefile import SiteError, load_site
from edge.sketch import Plan, sketch

CONFIG = Path(__file__).parents[3] / "config"
DEMO = CONFIG / "demo.yaml"
BROKEN = Path(__file__).parent / "broken"
"""Broken site files, and beside each what is told of it in each language."""


def genba(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_demo_site_is_sound() -> None:
    answer = genba("check", str(DEMO))
    assert answer.exit_code == 0
    assert "site OS1 is sound" in answer.output


def test_R128_the_site_of_two_drivers_is_sound() -> None:
    assert "site OS2 is sound" in genba("check", str(CONFIG / "mixed.yaml"), "--lang", "en").output


def test_R128_ways_are_checked_in_each_part_of_the_floor(tmp_path: Path) -> None:
    broken = tmp_path / "site.yaml"
    text = (CONFIG / "mixed.yaml").read_text(encoding="utf-8")
    broken.write_text(text.replace("{from: M-F01, to: M-PACK1, ", "{from: M-F01, to: M-F03, "), encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        sound_site(broken)
    assert "PACK-1" in "".join(problem.where for problem in caught.value.problems)


def test_places_without_a_machine_are_named(tmp_path: Path) -> None:
    open_places = tmp_path / "open.yaml"
    named = "manufacturer: GenbaSim, serial: R8, "
    open_places.write_text(DEMO.read_text(encoding="utf-8").replace(named, ""), encoding="utf-8")
    answer = genba("check", str(open_places), "--lang", "en")
    assert answer.exit_code == 0
    assert "Places R8 name no machine" in answer.output
    assert "Places" not in genba("check", str(DEMO), "--lang", "en").output


def test_the_published_schema_is_that_of_the_code() -> None:
    assert (CONFIG / "site.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "run `genba check --schema > config/site.schema.json`"
    )


def test_the_schema_takes_the_demo_site_and_refuses_a_spelling_mistake() -> None:
    schema = json.loads(genba("check", "--schema").output)
    jsonschema.Draft202012Validator.check_schema(schema)
    site = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    jsonschema.validate(site, schema)
    site["robotz"] = site.pop("robots")
    with pytest.raises(jsonschema.ValidationError, match="robotz"):
        jsonschema.validate(site, schema)


def test_a_way_that_leads_nowhere_is_found_with_its_line(tmp_path: Path) -> None:
    text = DEMO.read_text(encoding="utf-8")
    broken = tmp_path / "site.yaml"
    kept = [line for line in text.splitlines(keepends=True) if "to: PACK1," not in line]
    broken.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        sound_site(broken)
    (node, station) = [problem for problem in caught.value.problems if "PACK" in problem.where]
    lines = broken.read_text(encoding="utf-8").splitlines()
    assert "id: PACK1" in lines[(node.line or 0) - 1]
    assert "id: PACK-1" in lines[(station.line or 0) - 1]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("file", sorted(path.name for path in BROKEN.glob("*.yaml")))
def test_U41_a_broken_file_is_told_word_for_word_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, file: str, language: str
) -> None:
    monkeypatch.chdir(BROKEN)
    told = Path(file).with_suffix(f".{language}.txt").read_text(encoding="utf-8").rstrip("\n")
    answer = genba("check", file, "--lang", language)
    assert isinstance(answer.exception, Failed)
    assert str(answer.exception) == told
    monkeypatch.setenv("LC_ALL", {"ja": "ja_JP.UTF-8", "en": "C"}[language])
    assert str(genba("check", file).exception) == told


def test_a_sound_file_is_told_so_in_both_languages() -> None:
    assert f"{DEMO}: site OS1 is sound (" in genba("check", str(DEMO), "--lang", "en").output
    assert f"{DEMO}: サイト OS1 に誤りはありません(棚 " in genba("check", str(DEMO), "--lang", "ja").output


@pytest.mark.parametrize(("language", "told"), [("ja", "どのサイトファイルか"), ("en", "Name the site file.")])
def test_without_a_file_it_asks_for_one(language: str, told: str) -> None:
    answer = genba("check", "--lang", language)
    assert isinstance(answer.exception, Failed)
    assert str(answer.exception).startswith(told)


def test_a_new_site_is_sound_and_is_not_replaced_by_accident(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    assert genba("new", str(file), "--zones", "1", "--robots", "2", "--id", "NG1").exit_code == 0
    assert genba("check", str(file)).exit_code == 0
    assert load_site(file).id == "NG1"
    assert isinstance(genba("new", str(file)).exception, Failed)
    assert genba("new", str(file), "--force").exit_code == 0
    assert load_site(file).id == "OS1"


@settings(max_examples=15, deadline=None)
@given(
    st.builds(
        Plan,
        zones=st.integers(1, 3),
        aisles=st.integers(1, 4),
        bays=st.integers(1, 6),
        levels=st.integers(1, 3),
        robots=st.integers(1, 8),
        packs=st.integers(1, 4),
        chargers=st.integers(1, 2),
        tote_stations=st.integers(1, 2),
        pickers=st.integers(1, 3),
    )
)
def test_every_sketch_is_a_sound_site(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    file = tmp_path_factory.mktemp("sketch") / "site.yaml"
    file.write_text(sketch(plan), encoding="utf-8")
    assert map_problems(load_site(file)) == []
