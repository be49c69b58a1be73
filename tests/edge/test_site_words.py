"""Every fault of a site file has words in both languages, and they say all there is to say (R124, U41)."""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.model.faults import Fault
from edge.model.words import WORDS, site
from edge.site import Site
from edge.site.forms import ID
from edge.sitefile import Problem, SiteError, load_site
from edge.siteshape import LIMITS, OF_TYPE, PATTERNS, shape_faults
from tests.edge.broken import SMALL, problem_of, write
from tests.house.test_words import fields

NAMES = {"GS1", "ID", "IANA", "RFID", "YAML", "MQTT", "UTF", "Modbus", "LLRP"}
"""Latin words of Japanese texts that stand for themselves."""
JAPANESE = re.compile(r"[\u3040-\u30ff]")


def latin(text: str) -> set[str]:
    """Return the Latin words of a text."""
    return set(re.findall(r"[A-Za-z]\w+", text))


def test_words_are_there_for_every_fault_and_for_nothing_else() -> None:
    assert {code for table in site.TABLES for code in table} == set(Fault)


@pytest.mark.parametrize("fault", list(Fault))
def test_R124_every_fault_is_found_and_told_whole_in_both_languages(tmp_path: Path, fault: Fault) -> None:
    problem = problem_of(fault, tmp_path)
    ja, en = problem.words("ja"), problem.words("en")
    assert fields(*WORDS[fault]) <= set(problem.details)
    assert JAPANESE.search(ja.text)
    assert JAPANESE.search(ja.next)
    assert not JAPANESE.search(str(en))
    assert en.text
    assert en.next
    assert latin(str(ja)) <= latin(str(en)) | latin(" ".join(map(str, problem.details.values()))) | NAMES


def patterns(schema: Any) -> set[str]:
    """Return every pattern of a JSON schema."""
    if isinstance(schema, list):
        return set().union(*map(patterns, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    return own.union(*map(patterns, schema.values()))


def test_every_pattern_of_the_site_file_has_a_fault_of_its_own() -> None:
    assert ID in patterns(Site.model_json_schema()) <= set(PATTERNS)


def places(data: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a site file."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [here, *(place for step, value in inner for place in places(value, (*here, step)))]


SITE = yaml.safe_load(SMALL)
WHOLE = Site.model_validate(SITE).model_dump(mode="json", by_alias=True)
"""The same site with every key that may be left out, and the device with points first."""
WHOLE["massrobotics"] = {
    "silent_seconds": 30,
    "datums": [{"id": "4b8302da-21ad-401f-af45-1dfd956b80b5", "rotation": 0.0}],
}
WHOLE["devices"].sort(key=lambda device: not device["points"])
ODD: tuple[Any, ...] = (
    None, True, -(10**7), 10**7, 0, 2.5, float("nan"), float("inf"), "", "x", "A" * 41, "9" * 5000,
    [], [1], [1, 2, 3], {}, {1: 2}, {"a": {}}, {None: 1},
)  # fmt: skip


def odd_ones() -> Iterator[ValidationError]:
    """Put odd values at every place of a site that takes others; the parts of a list are alike, so into its first."""
    for place in places(WHOLE):
        if any(step != 0 for step in place if isinstance(step, int)):
            continue
        for odd in ODD:
            data = {"": deepcopy(WHOLE)}
            part: Any = data
            for step in ("", *place)[:-1]:
                part = part[step]
            part[("", *place)[-1]] = odd
            try:
                Site.model_validate(data[""])
            except ValidationError as error:
                yield error


def test_all_that_pydantic_can_say_of_a_site_has_a_fault_of_its_own_and_no_fault_is_idle() -> None:
    met: set[str] = set()
    for error in odd_ones():
        met |= {told["type"] for told in error.errors()}
        assert all(finding.fault is not Fault.UNUSABLE for finding in shape_faults(error)), str(error)
    assert {*OF_TYPE, *LIMITS} <= met


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.sampled_from(["", "x", "12", "A" * 50])
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SCALARS, inner, max_size=2)),
    max_leaves=4,
)


def found_in(path: Path) -> list[Problem]:
    """Return what the loader finds wrong; anything but a SiteError is a bug."""
    try:
        load_site(path)
    except SiteError as error:
        return error.problems
    return []


def assert_told(problem: Problem, lines: int) -> None:
    """Hold that a problem names a line of the file, and that its words are complete."""
    assert problem.fault is not Fault.UNUSABLE
    assert problem.line is None or 1 <= problem.line <= lines + 1
    assert fields(*WORDS[problem.fault]) <= set(problem.details)
    assert JAPANESE.search(str(problem.words("ja")))
    assert "nput should" not in problem.told("en")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(places(SITE)), junk=JUNK, key=SCALARS)
def test_any_value_anywhere_is_told_in_our_words(tmp_path: Path, place: tuple[Any, ...], junk: Any, key: Any) -> None:
    data = deepcopy(SITE)
    part = data
    for step in place[:-1]:
        part = part[step]
    if place:
        part[place[-1]] = junk
        if isinstance(part, dict):
            part[key] = junk
    text = yaml.safe_dump(data if place else junk, allow_unicode=True)
    for problem in found_in(write(tmp_path, text)):
        assert_told(problem, len(text.splitlines()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(SMALL)),
    cut=st.integers(0, 30),
    more=st.text(max_size=3) | st.sampled_from(list("\t:{}[]'\"*&!|>%@`-#?")),
)
def test_any_slip_of_the_hand_is_told_in_our_words(tmp_path: Path, at: int, cut: int, more: str) -> None:
    text = SMALL[:at] + more + SMALL[at + cut :]
    for problem in found_in(write(tmp_path, text.encode("utf-8", "replace"))):
        assert_told(problem, text.count("\n") + text.count("\r") + 1)
