"""What happened and why, in a person's language: journal rows as sentences, reasons, names, links to their subjects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.model.causes import cause_of
from edge.model.reasons import Words as Said
from edge.model.reasons import say
from edge.model.words import WORDS
from edge.site import Site
from edge.web.console.format import NONE, Formatter
from edge.web.console.queries.common import Name
from edge.web.console.texts import Texts

TIMES = ("at", "cutoff_at", "left_at")
"""Data of the journal that are times in ISO 8601."""
PEOPLE = ("person", "persons", "holder", "owner", "by")
"""Data of the journal that may name a person."""
ENUMERATED = ("state", "fields", "task_kind", "purpose", "kind", "stop", "outcome", "source")
"""Data of the journal that are codes with words of their own."""


@dataclass(frozen=True, slots=True)
class Words:
    """Speaks to one person about the things of one site."""

    site: Site
    texts: Texts
    format: Formatter
    names: Mapping[str, Name]

    def say(self, code: str, details: Mapping[str, Any] | None = None) -> Said:
        """Return text and next step of a reason code."""
        shown = self._shown(details or {})
        if code in WORDS:
            return say(code, self.texts.language, shown)
        return Said(self.texts.either(f"reason.{code}", code).format_map(Blank(shown)), "")

    def trouble(self, row: Any) -> Said:
        """Return what an exception says, its subject included."""
        said = self.say(row.code, {"about": row.subject, **row.detail})
        if row.code == "exception.device_lost":
            cause = self.lost(str(row.detail.get("error", "")))
        elif row.code == "exception.foreign_misread":
            cause = self.say(f"report.{row.detail.get('problem', '')}", row.detail)
        else:
            return said
        return Said(self.texts("common.sentences", first=said.text, second=cause.text), cause.next)

    def lost(self, error: str) -> Said:
        """Return why a link is down that says `error` of it, and what to do."""
        return self.say(cause_of(error))

    def person(self, person_id: str) -> str:
        """Return a person's name."""
        name = self.names.get(person_id)
        return person_id if name is None else name.ja if self.format.ja else name.en

    def actor(self, actor: str | None) -> str:
        """Return who did something: a person's name, a robot, the WMS, the site itself."""
        if not actor:
            return NONE
        kind, _, name = actor.partition(":")
        if kind == "person":
            return self.person(name)
        if kind == "robot":
            return self.texts("who.robot", robot=name)
        if kind == "key":
            return self.texts("who.wms") if name == "wms" else self.texts("who.key", key=name)
        return self.texts("who.edge")

    def happened(self, entry: Any) -> str:
        """Return a journal row as a sentence; a kind without words is shown as it is, with its data."""
        key = f"happened.{entry.kind}"
        shown = self._shown(entry.data) | {"reason": self._reason(entry), "subject": self.subject(entry.subject)}
        if self.texts.has(key):
            return self.texts.words[key].format_map(Blank(shown)).strip()
        facts = " · ".join(f"{name} {value}" for name, value in self._shown(entry.data).items())
        return f"{entry.kind} {facts}".strip()

    def subject(self, subject: str) -> str:
        """Return a short name of what a journal row is about."""
        kind, _, name = subject.partition("/")
        if kind in ("stock", "item", "order"):
            name = name.partition("/")[2]
        if kind == "person":
            name = self.person(name)
        if kind in ("task", "batch", "parcel", "load"):
            name = name[-6:] if len(name) == 26 else name
        return self.texts.either(f"subject.{kind}", subject, name=name)

    def place(self, place: str | None) -> str:
        """Return a place as people call it."""
        if not place:
            return NONE
        kind, colon, name = place.partition(":")
        if not colon:
            return place
        if kind == "ZONE":
            zone = self.site.zone.get(name)
            return zone.name.of(self.texts.language) if zone else name
        return self.texts.either(f"place.{kind}", place, name=name)

    def owner(self, owner: str) -> str:
        """Return an owner's name."""
        known = self.site.owner.get(owner)
        return known.name.of(self.texts.language) if known else owner

    def carrier(self, carrier: str) -> str:
        """Return a carrier's name."""
        known = self.site.carrier.get(carrier)
        return known.name.of(self.texts.language) if known else carrier

    def item(self, row: Any) -> str:
        """Return an item's name from a row joined with its master data."""
        return str((row.name_ja if self.format.ja else row.name_en) or row.sku)

    def state(self, kind: str, state: str) -> str:
        """Return the word for a state of an order, task, parcel, tote, robot or exception."""
        return self.texts.either(f"state.{kind}.{state}", state)

    def _reason(self, entry: Any) -> str:
        return self.say(entry.reason, {"about": entry.subject, **entry.data}).text if entry.reason else ""

    def _shown(self, details: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._value(name, value) for name, value in details.items()}

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, str):
            return self._text(name, value)
        if name in ENUMERATED:
            return self._enumerated(name, value)
        if isinstance(value, bool):
            return self.texts("common.yes" if value else "common.no")
        if isinstance(value, int):
            return self.format.number(value)
        if isinstance(value, list):
            return self._listed([self.person(one) for one in value] if name in PEOPLE else value)
        return self.format.time(value) if isinstance(value, datetime) else NONE if value is None else str(value)

    def _text(self, name: str, value: str) -> str:
        if name in TIMES:
            return self._time(value)
        if name in PEOPLE:
            return self._somebody(value)
        if name in ENUMERATED:
            return self._enumerated(name, value)
        named = {"carrier": self.carrier, "place": self.place, "about": self.subject}.get(name)
        return named(value) if named else value

    def _enumerated(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            return self.texts("common.comma").join(self._enumerated(name, each) for each in value)
        group = {"task_kind": "kind"}.get(name, name)
        return self.texts.either(f"{group}.{value}", str(value))

    def _listed(self, values: list[Any]) -> str:
        if all(isinstance(value, str | int) for value in values):
            return self.texts("common.comma").join(str(value) for value in values)
        return self.format.number(len(values))

    def _time(self, value: str) -> str:
        try:
            return self.format.time(datetime.fromisoformat(value))
        except ValueError:
            return value

    def _somebody(self, value: str) -> str:
        if ":" in value:
            return self.actor(value)
        return self.person(value) if value in self.names else self.owner(value)


class Blank(dict[str, str]):
    """Fills a sentence; what is not known stays a dash."""

    def __missing__(self, key: str) -> str:
        """Return a dash."""
        return NONE
