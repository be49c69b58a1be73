"""What is wrong with EPCIS documents, each mistake made in a sound one; and the official schema beside our checks."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.epcis.faults import Fault, Finding, faults
from tests.drivers.epcis.samples import GTIN, SSCC, document
from tests.support.need import require_module

WHERE = "GENBA_EPCIS_SCHEMAS"
CHECKERS = ("rfc3339_validator", "rfc3986_validator")
"""By them jsonschema checks times and URIs, and without them it lets most mistakes through; of the extra
`format-nongpl` these are the two whose formats the schema asks for."""
PACKING, SHIPPING, COUNT, WRONG, ANEW = range(5)
Change = Callable[[dict[str, Any]], object]


def official() -> Path:
    """Return the folder with the official schema, or skip."""
    folder = os.environ.get(WHERE)
    if folder is None:
        pytest.skip(f"{WHERE} names no folder with the official EPCIS-JSON-Schema.json")
    return Path(folder)


def validator() -> jsonschema.Draft7Validator:
    """Return the official schema with checkers of its formats."""
    for module in CHECKERS:
        require_module(module)
    checker = jsonschema.FormatChecker()
    schema = json.loads((official() / "EPCIS-JSON-Schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, format_checker=checker)


def put(event: int, name: str, value: object) -> Change:
    """Return a change of one field of one event; `...` takes it away."""

    def change(told: dict[str, Any]) -> None:
        place: Any = told["epcisBody"]["eventList"][event]
        *way, last = [int(step) if step.isdecimal() else step for step in name.split("/")]
        for step in way:
            place = place[step]
        if value is ...:
            del place[last]
        else:
            place[last] = value

    return change


def found_after(change: Change) -> list[tuple[str, Fault]]:
    told = document()
    change(told)
    return [(one.where, one.fault) for one in faults(told)]


def test_I48_a_sound_document_has_no_fault() -> None:
    assert faults(document()) == []


def test_I48_the_official_schema_takes_a_sound_document() -> None:
    validator().validate(document())


def test_I48_official_examples_pass_but_for_words_of_nobody_elses() -> None:
    files = sorted(official().glob("*.jsonld"))
    assert files
    found = {file.name: faults(json.loads(file.read_text(encoding="utf-8"))) for file in files}
    odd = {fault.fault for told in found.values() for fault in told}
    assert odd <= {Fault.NO_WORD}
    assert sum(not told for told in found.values()) > len(found) / 2


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("eventTime", "2026-11-25 09:00:00", Fault.NO_TIME),
        ("eventTime", "2026-11-25T09:00:00", Fault.NO_TIME),
        ("eventTime", "2026-02-30T09:00:00+09:00", Fault.NO_TIME),
        ("eventTime", 20261125, Fault.NO_TIME),
        ("eventTime", ..., Fault.NO_TIME),
        ("recordTime", "today", Fault.NO_TIME),
        ("eventTimeZoneOffset", ..., Fault.NO_OFFSET),
        ("eventTimeZoneOffset", "+9:00", Fault.NO_OFFSET),
        ("eventTimeZoneOffset", "+14:30", Fault.NO_OFFSET),
        ("eventTimeZoneOffset", "JST", Fault.NO_OFFSET),
        ("eventTimeZoneOffset", "+08:00", Fault.OFFSET_CONTRADICTS),
        ("eventTimeZoneOffset", "-09:00", Fault.OFFSET_CONTRADICTS),
    ],
)
def test_I49_times_have_an_offset_that_agrees(name: str, value: object, fault: Fault) -> None:
    assert found_after(put(PACKING, name, value)) == [(f"events[0].{name}", fault)]


@pytest.mark.parametrize("offset", ["+09:00", "-11:00", "+00:00"])
def test_I49_a_time_in_utc_contradicts_no_offset(offset: str) -> None:
    assert found_after(put(SHIPPING, "eventTimeZoneOffset", offset)) == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("bizStep", "urn:epcglobal:cbv:bizstep:packing", Fault.OLD_WORD),
        ("bizStep", "https://ns.gs1.org/cbv/BizStep-packing", Fault.OLD_WORD),
        ("bizStep", "https://shop.example/step/packing", Fault.NO_WORD),
        ("bizStep", "wrapping", Fault.NO_WORD),
        ("disposition", "urn:epcglobal:cbv:disp:in_progress", Fault.OLD_WORD),
        ("disposition", "in_a_hurry", Fault.NO_WORD),
        ("action", "add", Fault.NO_WORD),
        ("action", ..., Fault.NO_WORD),
        ("bizTransactionList/0/type", "so", Fault.NO_WORD),
    ],
)
def test_I50_only_bare_words_of_the_cbv_pass(name: str, value: object, fault: Fault) -> None:
    where = name.replace("/0/", "[0].")
    assert found_after(put(PACKING, name, value)) == [(f"events[0].{where}", fault)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("parentID", "https://id.gs1.org/00/049123450000000010"),
        ("parentID", "https://id.gs1.org/00/04912345000000001"),
        ("parentID", "urn:epc:id:sscc:4912345.00000001"),
        ("parentID", "urn:epc:id:sscc:49123.450000000001"),
        ("childQuantityList/0/epcClass", "https://id.gs1.org/01/04901234567890"),
        ("childQuantityList/0/epcClass", "https://id.gs1.org/01/04901234567890/10/A"),
        ("childQuantityList/0/epcClass", "urn:epc:class:lgtin:4912345.01234.L1"),
        ("childQuantityList/0/epcClass", "urn:epc:class:lgtin:49123.01234567.L1"),
        ("childQuantityList/0/epcClass", "urn:epc:idpat:sgtin:4912345.*"),
        ("readPoint/id", "https://id.gs1.org/414/4912345000003/254/PACK-1"),
        ("readPoint/id", "urn:epc:id:sgln:4912345.000000.1"),
    ],
)
def test_I48_an_identifier_of_gs1_holds_digits_and_check_digit(name: str, value: str) -> None:
    told = found_after(put(PACKING, name, value))
    assert [fault for _, fault in told] == [Fault.UNSOUND]
    assert found_after(put(PACKING, name, "SSCC 1"))[0][1] is Fault.NO_URI


@pytest.mark.parametrize("value", [0, -1, "2", True, float("nan"), float("inf")])
def test_I48_a_quantity_is_a_number_above_0(value: object) -> None:
    where = "events[0].childQuantityList[0].quantity"
    assert found_after(put(PACKING, "childQuantityList/0/quantity", value)) == [(where, Fault.QUANTITY)]


def test_I51_a_quantity_may_be_missing_a_unit_of_measure_may_not_be_made_up() -> None:
    assert found_after(put(PACKING, "childQuantityList/0/quantity", ...)) == []
    assert found_after(put(COUNT, "quantityList/0/uom", "kg"))[0][1] is Fault.NO_WORD


@pytest.mark.parametrize(
    ("event", "name", "value", "where"),
    [
        (SHIPPING, "epcList", [], "epcList"),
        (SHIPPING, "epcList", ..., "epcList"),
        (PACKING, "childQuantityList", [], "childQuantityList"),
        (PACKING, "childQuantityList", ..., "childEPCs"),
        (PACKING, "bizTransactionList", [], "bizTransactionList"),
        (WRONG, "errorDeclaration/correctiveEventIDs", [], "errorDeclaration.correctiveEventIDs"),
    ],
)
def test_I51_no_list_is_empty(event: int, name: str, value: object, where: str) -> None:
    assert (f"events[{event}].{where}", Fault.EMPTY) in found_after(put(event, name, value))


@pytest.mark.parametrize(
    ("event", "name", "value"),
    [
        (SHIPPING, "epcList/1", SSCC),
        (SHIPPING, "epcList/1", "urn:epc:id:sscc:4912345.0000000001"),
        (PACKING, "childQuantityList/1", {"epcClass": GTIN, "quantity": 9}),
        (WRONG, "errorDeclaration/correctiveEventIDs", ["urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f004"] * 2),
        (WRONG, "errorDeclaration/correctiveEventIDs/0", "urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f001"),
    ],
)
def test_I51_nothing_stands_twice_in_a_list_however_it_is_written(event: int, name: str, value: object) -> None:
    assert [fault for _, fault in found_after(put(event, name, value))] == [Fault.DOUBLE]


def test_I51_one_class_may_stand_twice_in_different_units() -> None:
    assert found_after(put(PACKING, "childQuantityList/1", {"epcClass": GTIN, "quantity": 9, "uom": "KGM"})) == []


@pytest.mark.parametrize(
    ("event", "name", "value", "fault"),
    [
        (PACKING, "parentID", ..., Fault.MISSING),
        (PACKING, "eventID", "1", Fault.NO_URI),
        (WRONG, "errorDeclaration", None, Fault.MISSING),
        (WRONG, "errorDeclaration/declarationTime", ..., Fault.NO_TIME),
        (WRONG, "errorDeclaration/reason", "oops", Fault.NO_WORD),
        (WRONG, "errorDeclaration/correctiveEventIDs/0", "oops", Fault.NO_URI),
        (WRONG, "errorDeclaration", ..., Fault.SAME_ID),
        (ANEW, "eventID", "urn:uuid:0b3f3a1e-6f62-5b5a-8a53-1df6f9e9f001", Fault.SAME_ID),
        (ANEW, "type", "RepackEvent", Fault.NO_EVENT),
        (COUNT, "quantityList/0", 7, Fault.MISSING),
    ],
)
def test_I52_ids_parents_and_declarations_are_whole(event: int, name: str, value: object, fault: Fault) -> None:
    assert fault in [found for _, found in found_after(put(event, name, value))]


@pytest.mark.parametrize("told", [None, [], "", {}, {"type": "EPCISDocument"}, {"type": []}, {"type": "ObjectEvent"}])
def test_I48_what_is_no_document_is_told_so(told: object) -> None:
    assert faults(told) == [Finding("", Fault.NO_DOCUMENT)]


def test_I48_a_document_has_its_context_its_date_and_the_right_version() -> None:
    told = document() | {"schemaVersion": "1.2", "creationDate": "today"}
    del told["@context"]
    assert [one.where for one in faults(told)] == ["@context", "creationDate", "schemaVersion"]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([SSCC, GTIN, "packing"])
NAMES = st.sampled_from(
    [*document()["epcisBody"]["eventList"][WRONG], "epcList", "quantityList", "id", "persistentDisposition"]
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(event=st.integers(0, 4), name=NAMES, value=JSON)
def test_I48_whatever_stands_in_a_field_is_judged_and_breaks_nothing(event: int, name: str, value: object) -> None:
    told = document()
    told["epcisBody"]["eventList"][event][name] = value
    assert all(isinstance(one, Finding) for one in faults(told))
    assert isinstance(faults(value), list)
