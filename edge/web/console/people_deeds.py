"""What is decided about people and keys at the console, where nothing has to be shown afterwards (see `made.py`)."""

from collections.abc import Callable, Mapping
from typing import Any

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes import people, staff
from edge.store.tx import Reader, Tx
from edge.web.console.deed import Deed, Outcome, Question, Wish
from edge.web.console.texts import LANGUAGES

ENGINEERS = (Role.ENGINEER,)


def _about_person(decide: Callable[..., Any], key: str) -> Callable[[Tx, Wish, str], Outcome]:
    """Return the deed that takes a decision about one person and needs nothing more to know."""

    def deed(tx: Tx, wish: Wish, who: str) -> Outcome:
        staff.as_manager(tx, who, decide, wish.only())
        return key, {}

    return deed


def _block(tx: Tx, wish: Wish, who: str) -> Outcome:
    staff.as_manager(tx, who, staff.block, wish.only(), who)
    return "person_block", {}


def _logout(tx: Tx, wish: Wish, who: str) -> Outcome:
    return "person_logout", {"n": staff.as_manager(tx, who, staff.send_out, wish.only())}


def _language(tx: Tx, wish: Wish, who: str) -> Outcome:
    language = wish.text("language")
    if language not in LANGUAGES:
        raise Refusal("request.not_found")
    staff.as_manager(tx, who, people.set_language, wish.only(), language)
    return "person_language", {}


def _key_revoke(tx: Tx, wish: Wish, _who: str) -> Outcome:
    people.revoke_key(tx, wish.only())
    return "key_revoke", {}


def _ask_block(reader: Reader, wish: Wish) -> Question:
    lines: list[tuple[str, dict[str, Any]]] = [("block.out", {}), ("block.work", {}), ("block.undo", {})]
    return Question("block", lines, _person(reader, wish))


def _ask_logout(reader: Reader, wish: Wish) -> Question:
    return Question("logout", [("logout.work", {}), ("logout.again", {})], _person(reader, wish))


def _ask_revoke(_reader: Reader, wish: Wish) -> Question:
    return Question("revoke", [("revoke.out", {}), ("revoke.undo", {})], {"key": wish.only()})


def _person(reader: Reader, wish: Wish) -> dict[str, Any]:
    return {"person": people.person_row(reader, wish.only()).id}


PEOPLE_DEEDS: Mapping[str, Deed] = {
    "person-language": Deed(_language, roles=staff.MANAGERS),
    "person-unlock": Deed(_about_person(people.unlock, "person_unlock"), roles=staff.MANAGERS),
    "person-logout": Deed(_logout, roles=staff.MANAGERS, ask=_ask_logout),
    "person-block": Deed(_block, roles=staff.MANAGERS, ask=_ask_block),
    "person-unblock": Deed(_about_person(staff.unblock, "person_unblock"), roles=staff.MANAGERS),
    "key-revoke": Deed(_key_revoke, roles=ENGINEERS, ask=_ask_revoke),
}
