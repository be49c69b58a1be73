"""`genba decode`: both languages, every kind of code, every scheme of tag."""

import pytest
from typer.testing import CliRunner

from drivers.codes import epc
from drivers.codes.epc.flaws import WORDS, Fault
from drivers.codes.gs1 import Problem
from drivers.codes.normalise import Change
from edge.cli import app
from edge.commands.code_words import CHANGES, PROBLEMS
from edge.commands.tags import FAULTS_JA, FIELDS, tag_lines
from tests.drivers.codes.epc.examples import EXAMPLES, Example

GTIN = "4912345000316"


def asked(code: str, lang: str) -> str:
    answer = CliRunner().invoke(app, ["decode", code, "--lang", lang])
    assert answer.exit_code == 0, answer.output
    return answer.output


def english(_: str, en: str) -> str:
    return en


@pytest.mark.parametrize(
    ("code", "lang", "wanted"),
    [
        (GTIN, "ja", ["GTIN", GTIN]),
        ("]C10104912345000316172512311010AB", "en", ["GS1", GTIN, "2025-12-31", "10AB"]),
        ("31552BD36400000001000000", "en", ["EPC", "urn:epc:id:sscc:"]),
        ("000000000011", "ja", ["送り状番号", "000000000011"]),
        ("000000000011", "en", ["Parcel number", "000000000011"]),
        ("T-0001", "ja", ["社内コード", "T-0001"]),
        ("", "ja", ["空です"]),
        ("https://id.gs1.org/01/04912345000316/10/AB?17=261231", "en", [GTIN, "lot: AB", "2026-12-31"]),
        ("4912345000317", "en", ["no item code", "would have to be 6"]),
        ("4912345000317", "ja", ["商品コードではありません", "最後の数字が 6"]),
        ("123456789014", "en", ["no item code", "no parcel number", "would have to be 3"]),
        ("049123450000000034", "ja", ["SSCC", "最後の数字が 3"]),
        ("RR123456789JP", "en", ["S10", "would have to be 5"]),
        ("A123456789013A", "en", ["NW-7", "parcel number 123456789013"]),
        ("ｔｏｔｅー1", "ja", ["tote-1", "日本語入力", "ハイフン"]),
        ("010491234500031610AB1221XYZ", "ja", ["読み取れない", "FNC1"]),
    ],
)
def test_a_code_is_told_in_the_language_asked_for(code: str, lang: str, wanted: list[str]) -> None:
    output = asked(code, lang)
    assert all(word in output for word in wanted), output


def test_the_language_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for locale, word in (("ja_JP.UTF-8", "送り状番号"), ("en_US.UTF-8", "Parcel number")):
        monkeypatch.setenv("LC_ALL", locale)
        assert word in CliRunner().invoke(app, ["decode", "000000000011"]).output


def test_what_is_wrong_with_a_code_is_told() -> None:
    assert "wrong:" in asked("]C10104912345000317", "en")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.scheme)
def test_every_scheme_is_told_field_by_field(example: Example) -> None:
    ja, en = asked(example.hex, "ja"), asked(example.hex.lower(), "en")
    for output in (ja, en):
        assert f": {example.scheme} (" in output
        assert f": {example.element}\n" in output
        assert f"https://{example.host}/" in output
        assert all(f"({ai}): {value}" in output for ai, value in example.data)
        assert (f"EPC tag URI: {example.tag_uri}" in output) is (example.tag_uri is not None)
    assert "フィルター: " in ja
    assert f"filter: {example.filter} (" in en


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.tag_uri], ids=lambda example: example.scheme)
def test_a_uri_is_told_like_the_tag_it_stands_for(example: Example) -> None:
    tag = epc.decode(example.hex)
    assert example.tag_uri is not None
    assert tag.uri is not None
    assert tag_lines(example.tag_uri, english)[:-1] == tag_lines(example.hex, english)[:-1]
    pure = tag_lines(tag.uri, english)
    assert f"  element string: {example.element}" in pure
    assert all(line in tag_lines(example.hex, english) for line in pure)


@pytest.mark.parametrize(
    ("code", "ja", "en"),
    [
        ("E28011602000123456789012", "GS1 のコードではありません", "no GS1 code, 96 bits"),
        ("3F76451FD612640000000001", "sgcn-96 のヘッダーですが読めません", "the header of sgcn-96"),
        ("307E451FD40C0E400000162E", "パーティション 7 はありません", "there is no partition 7"),
        ("urn:epc:id:sgtin:4912345.00031.1", "6 桁の数字ではありません", "is not 6 digits"),
        ("urn:epc:tag:sgtin-96:1.4912345.000031.01", "先頭の 0", "without leading zeros"),
        ("urn:epc:tag:sgtin-96:1.49123456.00031.1", "7 桁、9 桁または 10 桁", "7, 9 or 10 digits"),
        ("https://example.com/x", "の形ではありません", "is not of the form"),
    ],
)
def test_what_does_not_hold_says_why_and_is_kept_as_it_is(code: str, ja: str, en: str) -> None:
    output = asked(code, "ja")
    assert ja in output
    assert code.rpartition(".")[0].rpartition(":")[2].removeprefix("1.") in output
    assert en in asked(code, "en")


def test_short_codes_that_happen_to_be_hexadecimal_are_not_called_tags() -> None:
    assert tag_lines("FACE", english) == tag_lines("000000000011", english) == tag_lines("T-0001", english) == []


def test_I38_what_is_understood_is_not_called_a_broken_tag_besides() -> None:
    assert "RFID" not in asked("00049123450000000033", "en")
    assert "wrong" not in asked("https://id.gs1.org/01/04912345000316/10/AB?17=261231", "en")


def test_every_problem_and_change_of_a_code_has_words() -> None:
    assert set(PROBLEMS) == set(Problem)
    assert set(CHANGES) == set(Change)


def test_every_fault_has_words_in_both_languages() -> None:
    assert set(FAULTS_JA) == set(WORDS) == set(Fault)
    assert all(ja and en for ja, en in FIELDS.values())
