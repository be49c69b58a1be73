"""`genba decode`: both languages, every kind of code."""

import pytest
from typer.testing import CliRunner

from edge.cli import app

GTIN = "4912345000316"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (GTIN, ["GTIN", GTIN]),
        ("]C10104912345000316172512311010AB", ["GS1", GTIN, "2025-12-31", "10AB"]),
        ("31552BD36400000001000000", ["EPC", "urn:epc:id:sscc:"]),
        ("000000000011", ["送り状番号", "000000000011"]),
        ("T-0001", ["社内コード", "T-0001"]),
        ("", ["社内コード"]),
    ],
)
def test_a_code_is_told_in_both_languages(code: str, wanted: list[str]) -> None:
    answer = CliRunner().invoke(app, ["decode", code])
    assert answer.exit_code == 0, answer.output
    assert all(word in answer.output for word in wanted), answer.output


def test_what_is_wrong_with_a_code_is_told() -> None:
    answer = CliRunner().invoke(app, ["decode", "]C10104912345000317"])
    assert "wrong:" in answer.output
