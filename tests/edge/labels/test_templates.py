"""Label templates: the built-in one, those of a site, the choice among them, and what is told of a wrong file."""

import re
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.drawing import draw
from drivers.printer.raster import find_font
from drivers.printer.zpl import zpl
from edge.labels.layout import lay_out
from edge.labels.reading import BUILT_IN, built_in
from edge.labels.template import ALLOWED, NEEDED, SAMPLE, LabelElement, LabelFile, LabelTemplate, fields_of, filled
from edge.sitefile import load_labels, load_site
from simulators.printer.labels import read_label
from tests.edge.broken import LABELS, SMALL, TEMPLATE, LabelSample, labels_of, write
from tests.edge.test_site_file import line_of

FIRST = {**SAMPLE, "reprint": ""}
needs_font = pytest.mark.skipif(find_font() is None, reason="no Japanese font on this machine")


@pytest.mark.parametrize("sample", LABELS, ids=lambda sample: f"{sample.fault}-{sample.new[:20]}")
def test_R124_a_fault_is_told_with_file_line_what_and_remedy(tmp_path: Path, sample: LabelSample) -> None:
    (problem,) = (one for one in labels_of(tmp_path, sample.text) if one.fault is sample.fault)
    assert problem.line == line_of(sample.text, sample.mark)
    for language in ("ja", "en"):
        assert problem.told(language).startswith(f"{tmp_path / 'labels.yaml'}:{problem.line}: ")
        assert problem.words(language).next
        assert not re.search(r"\{\{|\}\}", problem.told(language))


def test_a_file_of_templates_that_is_absent_or_empty_is_told(tmp_path: Path) -> None:
    (problem,) = labels_of(tmp_path, "")
    assert problem.told("en").endswith("labels.yaml:1: 'labels' is missing. Add it.")
    (tmp_path / "labels.yaml").unlink()
    site = write(tmp_path, f"{SMALL}labels: labels.yaml\n")
    with pytest.raises(Exception, match=r"labels.yaml: There is no such file"):
        load_site(site)


def test_the_built_in_template_is_right_for_every_print_head(tmp_path: Path) -> None:
    printer = 'id: printer-1, kind: zpl, address: "tcp://127.0.0.1:9100"'
    for dpi in (203, 300, 600):
        site = load_site(write(tmp_path, SMALL.replace(printer, f"{printer}, dpi: {dpi}")))
        assert site.dpi_of("printer-1") == dpi
        assert load_labels(BUILT_IN, site) == built_in()


@needs_font
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_H74_a_foreign_decoder_reads_all_codes_of_the_built_in_label(dpi: int) -> None:
    sheet = lay_out(built_in().labels[0], SAMPLE, dpi=dpi)
    assert sheet.warnings == []
    found = zxingcpp.read_barcodes(np.asarray(draw(sheet).convert("L")))
    own = f"(00){SAMPLE['sscc']}"
    assert {code.format.name: code.text for code in found} == {
        "Code128": SAMPLE["tracking"],
        "QRCode": SAMPLE["order"],
        "DataMatrix": own,
    }
    read = read_label(zpl(sheet))
    assert (read.tracking, read.qr, read.epc) == (SAMPLE["tracking"], SAMPLE["order"], SAMPLE["epc"])
    assert read.own == f"00{SAMPLE['sscc']}"


@needs_font
def test_only_a_reprint_says_so() -> None:
    template = built_in().labels[0]
    first, second = (lay_out(template, values, dpi=203) for values in (FIRST, SAMPLE))
    assert len(second.elements) == len(first.elements) + 1


def test_a_text_whose_fields_are_all_empty_is_left_out() -> None:
    values = {**SAMPLE, "postcode": "", "phone": ""}
    assert filled("〒{postcode}", values) == ""
    assert filled("{postcode} {name}", values) == SAMPLE["name"]
    assert filled("fixed", values) == "fixed"
    assert filled("{{}} {name}", values) == f"{{}} {SAMPLE['name']}"


@given(st.text(max_size=20))
def test_any_value_has_fields_or_is_told(value: str) -> None:
    try:
        found = fields_of(value)
    except ValueError:
        return
    assert filled(value, dict.fromkeys(found, "x")) or not value.strip() or found == ()


def test_keys_of_every_kind_are_keys_of_an_element() -> None:
    kinds = set(LabelElement.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]
    assert set(NEEDED) == kinds
    for keys in (*NEEDED.values(), *ALLOWED.values()):
        assert set(keys) <= set(LabelElement.model_fields)


def template(name: str, *, owners: list[str], carriers: list[str]) -> LabelTemplate:
    return built_in().labels[0].model_copy(update={"id": name, "owners": owners, "carriers": carriers})


def test_the_nearest_template_is_a_parcels_own() -> None:
    both = template("both", owners=["A"], carriers=["y"])
    owner = template("owner", owners=["A", "B"], carriers=[])
    carrier = template("carrier", owners=[], carriers=["y", "s"])
    rest = template("rest", owners=[], carriers=[])
    file = LabelFile(labels=[rest, carrier, owner, both])
    wanted = {("y", "A"): "both", ("s", "A"): "owner", ("y", "B"): "owner", ("s", "C"): "carrier", ("p", "C"): "rest"}
    assert {key: found.id for key in wanted if (found := file.of(*key))} == wanted
    assert LabelFile(labels=[both]).of("s", "A") is None


def test_a_site_uses_its_own_template_and_the_built_in_one_for_the_rest(tmp_path: Path) -> None:
    own = TEMPLATE.replace("    width: 100", "    owners: [ACME]\n    width: 100")
    assert labels_of(tmp_path, own) == []
    site = load_site(tmp_path / "site.yaml")
    owner = next(iter(site.owner))
    assert site.label_of("yamato", owner).elements[0].value == "{name}"
    assert site.label_of("yamato", "another") == built_in().labels[0]
    assert [one.id for one in site.templates] == ["parcel", "parcel"]
