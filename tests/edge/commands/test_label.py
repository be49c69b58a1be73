"""`genba label`: templates drawn before anything is printed."""

from pathlib import Path

import numpy as np
import pytest
import yaml
import zxingcpp
from PIL import Image
from typer.testing import CliRunner

from edge.cli import app
from edge.commands.failed import Failed
from edge.labels.template import SAMPLE
from simulators.printer.labels import read_label
from tests.edge.broken import SMALL, TEMPLATE, labels_of, write


def test_H71_the_built_in_template_is_printed_and_is_right_for_a_site(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["label", "--built-in"])
    assert answer.exit_code == 0
    assert yaml.safe_load(answer.output)["labels"][0]["id"] == "parcel"
    assert labels_of(tmp_path, answer.output) == []


@pytest.mark.parametrize("dpi", ["203", "300"])
def test_H74_a_sample_is_drawn_and_the_same_is_written_for_a_printer(tmp_path: Path, dpi: str) -> None:
    assert labels_of(tmp_path, TEMPLATE) == []
    png, zpl = tmp_path / "label.png", tmp_path / "label.zpl"
    words = ["label", str(tmp_path / "site.yaml"), "--png", str(png), "--zpl", str(zpl), "--dpi", dpi]
    assert CliRunner().invoke(app, words).exit_code == 0
    found = {code.text for code in zxingcpp.read_barcodes(np.asarray(Image.open(png).convert("L")))}
    assert found == {SAMPLE["tracking"], f"(00){SAMPLE['sscc']}"}
    assert read_label(zpl.read_bytes()).tracking == SAMPLE["tracking"]


def test_templates_are_named_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    site = str(write(tmp_path, SMALL))
    assert CliRunner().invoke(app, ["label", site]).output == "parcel: 100 x 150 mm, 15 elements\n"
    answer = CliRunner().invoke(app, ["label", site, "--template", "other"])
    assert isinstance(answer.exception, Failed)
    assert str(answer.exception) == "There is no label template other. There are: parcel."
