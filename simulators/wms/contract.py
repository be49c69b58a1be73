"""What the site may tell a WMS and what can be wrong with it: the words of the confirmation contract (H04, H08-H11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

OWN_REASON = "wms."
"""Our own stock postings carry a reason that begins so: told back to us they are not booked twice."""


class Status(StrEnum):
    """Our answer to one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Code(StrEnum):
    """What can be wrong with what the site tells."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_ORDER = "unknown_order"
    BAD_ID = "bad_id"
    SAME_NUMBER_OTHER_ID = "same_number_other_id"
    SAME_ID_OTHER_CONTENT = "same_id_other_content"
    OUT_OF_ORDER = "out_of_order"
    GAP = "gap"
    AFTER_FINAL = "after_final"
    SHIPPED_TWICE = "shipped_twice"
    SHIPPED_AND_CANCELLED = "shipped_and_cancelled"
    LINES_INCOMPLETE = "lines_incomplete"
    QUANTITIES = "quantities"
    TRACKING = "tracking"
    ANSWER_DIFFERS = "answer_differs"
    CANCEL_UNANSWERED = "cancel_unanswered"
    CANCEL_BROKEN = "cancel_broken"
    SEQ_TWICE = "seq_twice"
    OLD_INCARNATION = "old_incarnation"
    NOT_ASKED = "not_asked"
    TAGS = "tags"


class OrderState(StrEnum):
    """Where an order is as far as we know."""

    SENT = "sent"
    ACCEPTED = "accepted"
    PICKING = "picking"
    PACKED = "packed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


FINAL = {OrderState.SHIPPED: None, OrderState.CANCELLED: None, OrderState.REJECTED: None}

AFTER = {
    "order.accepted": OrderState.ACCEPTED,
    "order.rejected": OrderState.REJECTED,
    "order.picked": OrderState.PICKING,
    "order.short": OrderState.PICKING,
    "order.packed": OrderState.PACKED,
    "order.shipped": OrderState.SHIPPED,
    "order.cancelled": OrderState.CANCELLED,
    "order.cancel_refused": None,
    "order.changed": None,
    "order.relabelled": None,
}
"""The state an order is in after an event; None leaves it."""

COUNTED = ("agreed", "taken", "dismissed", "withdrawn")
"""How the count of a location may end."""
TAG_SETS = ("current", "additions", "deletions")
"""The lists of tags that a read point may tell."""

ALWAYS_LEGAL = {"order.cancel_refused": None}
"""May still come after the end of an order: the answer to a cancel request that came too late."""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one event."""

    id: str
    status: Status
    reason: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the contract's form."""
        base = {"id": self.id, "status": self.status.value}
        return base if self.reason is None else {**base, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Request:
    """Something we asked of the site: a cancel, a change, a stock posting."""

    key: str
    kind: str
    owner: str
    order_key: str
    body: Any


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was broken."""

    code: Code
    subject: str
    number: int
    detail: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the site's books and ours disagree."""

    what: str
    key: str
    wms: Any
    site: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the site tells."""

    id: str
    subject: str
    number: int
    seq: int
    type: str
    at: str
    data: dict[str, Any]


def read(raw: Any) -> Event | str:
    """Read an event or say what is wrong with it."""
    if not isinstance(raw, dict):
        return "an event is not an object"
    for name, kind in (("id", str), ("subject", str), ("number", int), ("seq", int), ("type", str), ("at", str)):
        if not isinstance(raw.get(name), kind) or isinstance(raw.get(name), bool):
            return f"{name} is missing or of the wrong type"
    if raw["number"] < 1:
        return "number is below 1"
    data = raw.get("data", {})
    if not isinstance(data, dict):
        return "data is not an object"
    return Event(raw["id"], raw["subject"], raw["number"], raw["seq"], raw["type"], raw["at"], data)


def lines_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of an event that has some; early events tell their number only."""
    lines = data.get("lines")
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def tags_of(data: Mapping[str, Any]) -> dict[str, list[str]] | str:
    """Read the lists of `tags.reported`, by set, or say what is wrong with them."""
    found: dict[str, list[str]] = {}
    reports = data.get("reports")
    if not isinstance(reports, list) or not reports:
        return "there are no reports"
    for report in reports:
        name = report.get("set") if isinstance(report, dict) else None
        tags = report.get("tags") if isinstance(report, dict) else None
        if name not in TAG_SETS or name in found or not isinstance(tags, list):
            return f"a report is no list of tags, or not the only one of its set: {name}"
        if not all(isinstance(tag, dict) and isinstance(tag.get("hex"), str) for tag in tags):
            return f"a tag in {name} has no hex"
        found[name] = [tag["hex"] for tag in tags]
    return found


def quantity(data: Mapping[str, Any], name: str) -> int:
    """Read a quantity: an integer or its text; what is missing counts 0."""
    value = data.get(name) or 0
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
