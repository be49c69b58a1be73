"""The console's words: complete in both languages, and complete for everything the site may write down."""

import re
from pathlib import Path

import edge
from edge.model.states import BatchState, OrderState, ParcelState, Role, TaskKind, TaskState
from edge.model.words import WORDS
from edge.web.console.actions import DEEDS
from edge.web.console.texts import texts

HOLE = re.compile(r"{(\w+)}")
JOURNALLED = re.compile(r"\.journal\(\s*\"([a-z_]+\.[a-z_]+)\"")


def test_both_languages_say_the_same_things() -> None:
    ja, en = texts("ja").words, texts("en").words
    assert sorted(ja) == sorted(key for key in en if not key.endswith(".one"))
    assert {key for key in ja if set(HOLE.findall(ja[key])) != set(HOLE.findall(en[key]))} == set()


def test_every_state_kind_and_role_has_words() -> None:
    words = texts("ja")
    wanted = [f"state.order.{state}" for state in OrderState] + [f"state.task.{state}" for state in TaskState]
    wanted += [f"state.batch.{state}" for state in BatchState] + [f"state.parcel.{state}" for state in ParcelState]
    wanted += [f"kind.{kind}" for kind in TaskKind] + [f"role.{role}" for role in Role]
    wanted += [f"now.stuck.{kind}" for kind in TaskKind]
    assert [key for key in wanted if not words.has(key)] == []


def test_every_kind_of_journal_row_has_a_sentence() -> None:
    folder = Path(edge.__file__).parent
    kinds = {kind for path in folder.rglob("*.py") for kind in JOURNALLED.findall(path.read_text(encoding="utf-8"))}
    assert sorted(kind for kind in kinds if not texts("ja").has(f"happened.{kind}")) == []


def test_every_deed_says_what_was_done() -> None:
    words = texts("en").words
    assert [name for name in DEEDS if not any(k.startswith(f"did.{name.replace('-', '_')}") for k in words)] == []


def test_no_shouting_and_no_jargon() -> None:
    for language in ("ja", "en"):
        assert [key for key, text in texts(language).words.items() if "!" in text or "！" in text] == []


def test_reasons_of_the_console_are_known() -> None:
    assert {"console.nothing_chosen", "console.too_many", "console.priority"} <= set(WORDS)


def test_counts_choose_the_singular() -> None:
    assert texts("en").count("now.stuck.hold", 1) == "One order is on hold."
    assert texts("en").count("now.stuck.hold", 1200) == "1,200 orders are on hold."
