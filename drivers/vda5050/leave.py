"""Answers what a robot asks leave for: to enter zones that we drew (3.0 §6.4.3, §6.9; R43-R46). Pure, no I/O."""

from collections.abc import Callable, Container
from datetime import datetime, timedelta
from typing import NamedTuple

from drivers.vda5050 import reading
from drivers.vda5050.events import RequestRefused
from drivers.vda5050.messages import (
    EdgeRequest,
    Grant,
    RequestStatus,
    Response,
    Responses,
    State,
    ZoneRequest,
)
from drivers.vda5050.moment import Output

ANSWER_AGAIN = timedelta(seconds=5)
"""Time after which a request that still waits is answered again: the answer may be lost. Without one it waits too."""
LEASE = timedelta(seconds=90)
"""How long a leave holds: it is given anew three times in it, and ends by itself when nobody is here to do so (R44)."""
ACCESS = "ACCESS"
"""The request to enter a zone, as opposed to that to plan a way of its own in it."""
REFUSAL = "this master gives no leave for zones of others, for ways of its own, or for corridors"
"""Why such requests are refused: what is safe here is proved for released nodes and lanes alone (R43, R46)."""


class _Answer(NamedTuple):
    """What was said to a request, and when it is said again."""

    grant: Grant
    again: datetime


class Leave:
    """What was said to the requests of one robot."""

    def __init__(self, decide: Callable[[ZoneRequest], Grant]) -> None:
        """Ask `decide` what to say to one who wants to enter a zone that we drew: GRANTED, QUEUED or REJECTED."""
        self._decide = decide
        self._answered: dict[str, _Answer] = {}

    @property
    def open(self) -> bool:
        """Something was answered that may have to be answered again."""
        return bool(self._answered)

    @property
    def due(self) -> datetime | None:
        """When something is to be said again."""
        return min([one.again for one in self._answered.values()], default=None)

    def answer(self, state: State, drawn: Container[str], now: datetime, out: Output) -> None:
        """Say what holds for what the robot asks leave for, again while it does not show it.

        `drawn` are the zone sets that it has from us.
        """
        words: list[Response] = []
        kept: dict[str, _Answer] = {}
        for one in reading.asked(state):
            word, before = self._word_on(one, drawn), self._answered.get(one.request_id)
            if word is None:
                continue
            if before is None or before.grant is not word or now >= before.again:
                if word is Grant.REJECTED and before is None:
                    out.events.append(RequestRefused(one.request_id, one.place, REFUSAL))
                words.append(Response(one.request_id, word))
                before = _Answer(word, now + (LEASE / 3 if word is Grant.GRANTED else ANSWER_AGAIN))
            kept[one.request_id] = before
        self._answered = kept
        if words:
            out.sends.append(Responses(tuple(words)))

    def _word_on(self, request: ZoneRequest | EdgeRequest, drawn: Container[str]) -> Grant | None:
        """Return what has to be said now on a request, None when the robot knows all there is to say."""
        status = request.request_status
        if isinstance(request, EdgeRequest) or request.zone_set_id not in drawn or request.request_type != ACCESS:
            return Grant.REJECTED if status is RequestStatus.REQUESTED else None
        word = self._decide(request)
        if status is RequestStatus.GRANTED:
            return Grant.GRANTED if word is Grant.GRANTED else Grant.REVOKED
        return None if status is RequestStatus.QUEUED and word is Grant.QUEUED else word
