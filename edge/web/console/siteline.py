"""The line of the site file that says who somebody is: drawn up here, put into the file by hand.

The site file is the only place that says who works here, under which name and with which roles (docs/site.md).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes import staff
from edge.processes.people import person_row
from edge.site import Text, Worker
from edge.store.tables import people
from edge.store.tx import Reader


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody filled in; `of` is whom it changes, empty for somebody new."""

    of: str
    id: str
    name_ja: str
    name_en: str
    roles: Sequence[str]
    language: str


def draft_of(reader: Reader, person_id: str) -> Draft:
    """Return what is known of somebody, to be changed; raises Refusal when there is nobody of that name."""
    row = person_row(reader, person_id)
    return Draft(row.id, row.id, row.name_ja, row.name_en, tuple(row.roles), row.language)


def line_of(reader: Reader, draft: Draft) -> str:
    """Return the line for `people` in the site file; raises Refusal for what must not stand there."""
    worker = _worker(draft)
    if draft.of:
        person_row(reader, draft.of)
        if Role.ENGINEER not in worker.roles:
            staff.keep_an_engineer(reader, draft.of)
    elif reader.get(people, id=worker.id) is not None:
        raise Refusal("person.id_taken", id=worker.id)
    name = f"{{ja: {_quoted(worker.name.ja)}, en: {_quoted(worker.name.en)}}}"
    roles = ", ".join(worker.roles)
    return f"- {{id: {_quoted(worker.id)}, name: {name}, roles: [{roles}], language: {worker.language}}}"


def _worker(draft: Draft) -> Worker:
    if not draft.name_ja or not draft.name_en:
        raise Refusal("person.no_name")
    roles = [role for role in Role if role in draft.roles]
    if not roles:
        raise Refusal("person.no_role")
    language: Literal["ja", "en"] = "en" if draft.language == "en" else "ja"
    try:
        return Worker(
            id=draft.of or draft.id, name=Text(ja=draft.name_ja, en=draft.name_en), roles=roles, language=language
        )
    except ValidationError:
        raise Refusal("person.bad_id") from None


def _quoted(text: str) -> str:
    """Return a text as YAML reads it, whatever stands in it: JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
