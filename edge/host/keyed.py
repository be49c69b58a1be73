"""Requests under keys of the WMS's own: the first answer is kept with the decision and given again (H10)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from edge.store.answers import HOST_DAYS, first_answer, keep_answer
from edge.store.tables import answers
from edge.store.tx import Reader, Tx


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status and body."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request's kind and key, what it is about and what it says."""

    kind: str
    key: str
    about: str
    content: Mapping[str, Any]
    """Only what the WMS said, so that defaults of a later version make no other content of it."""
    order_id: str | None = None
    """The order that the answer is kept for."""

    @property
    def hash(self) -> str:
        """A digest of the content; the order of fields does not matter."""
        said = json.dumps([self.about, self.content], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


def keyed(kind: str, key: str, request: BaseModel, about: str = "", order_id: str | None = None) -> Keyed:
    """Return the key of a request; `about` is what its address says."""
    return Keyed(kind, key, about, request.model_dump(exclude_unset=True), order_id)


def known_answer(reader: Reader, kind: str, key: str) -> Mapping[str, Any] | None:
    """Return what an earlier request under a key was answered, None when there was none or it is forgotten."""
    row = reader.get(answers, key=f"{kind}:{key}")
    return None if row is None else row.body


def once(tx: Tx, request: Keyed, decide: Callable[[Tx], Reply]) -> Reply:
    """Decide a request once, and give every repetition the first answer.

    Raises Refusal `request.other_content` when the key was used for something else. A refusal of `decide` is not kept:
    nothing was decided, and the same request may succeed when its cause is gone.
    """
    name = f"{request.kind}:{request.key}"
    known = first_answer(tx, name, request.hash, request.key)
    if known is not None:
        return Reply(known.status, known.body)
    reply = decide(tx)
    keep_answer(tx, name, request.hash, reply.body, days=HOST_DAYS, status=reply.status, order_id=request.order_id)
    return reply
