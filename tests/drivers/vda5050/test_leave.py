"""Who asks leave to enter a zone that we drew gets the master's word, and a new one when it changes (R43-R45)."""

import pytest
from msgspec.structs import replace

from drivers.vda5050 import zones
from drivers.vda5050.events import RequestRefused
from drivers.vda5050.leave import ANSWER_AGAIN, LEASE
from drivers.vda5050.messages import Factsheet, Grant, RequestStatus, State, ZoneRequest
from drivers.vda5050.topics import Major
from drivers.vda5050.zones import ZonePlan
from tests.drivers.vda5050.helpers import Master, state

AREA = [(0, 0), (4000, 0), (4000, 4000)]
PLAN = ZonePlan("OS1", "floor1", (zones.zone("A", zones.RELEASE, AREA),))
MADE = zones.zone_set(PLAN, frozenset({zones.RELEASE}))
NAME = MADE.zone_set_id if MADE is not None else ""
GRANTED, QUEUED, REJECTED, REVOKED = Grant.GRANTED, Grant.QUEUED, Grant.REJECTED, Grant.REVOKED


class Gatekeeper:
    """A master whose word can be changed."""

    def __init__(self, word: Grant) -> None:
        self.word = word
        self.master = Master(Major.V3, leave=lambda _request: self.word)
        self.master.factsheet(Factsheet(type_specification={"supportedZones": ["RELEASE"]}))
        self.master.state(state())
        self.master.store(zones=PLAN)

    def asked(self, status: RequestStatus, *, kind: str = "ACCESS", name: str = NAME) -> list[tuple[str, Grant]]:
        before = len(self.master.answers())
        self.master.state(asking(status, kind=kind, name=name))
        return self.master.answers()[before:]


def asking(status: RequestStatus, *, kind: str = "ACCESS", name: str = NAME) -> State:
    return replace(state(), zone_requests=(ZoneRequest("r1", kind, "A", name, status),))


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        (RequestStatus.REQUESTED, GRANTED, [GRANTED]),
        (RequestStatus.REQUESTED, QUEUED, [QUEUED]),
        (RequestStatus.REQUESTED, REJECTED, [REJECTED]),
        (RequestStatus.QUEUED, GRANTED, [GRANTED]),
        (RequestStatus.QUEUED, QUEUED, []),
        (RequestStatus.GRANTED, GRANTED, [GRANTED]),
        (RequestStatus.GRANTED, QUEUED, [REVOKED]),
        (RequestStatus.GRANTED, REJECTED, [REVOKED]),
        (RequestStatus.REVOKED, GRANTED, []),
        (RequestStatus.EXPIRED, GRANTED, []),
        (RequestStatus.UNKNOWN, GRANTED, []),
    ],
)
def test_R43_R45_what_is_said_to_a_request(status: RequestStatus, word: Grant, said: list[Grant]) -> None:
    assert [grant for _, grant in Gatekeeper(word).asked(status)] == said


def test_R43_a_queued_robot_is_let_in_as_soon_as_the_word_changes() -> None:
    one = Gatekeeper(QUEUED)
    one.asked(RequestStatus.REQUESTED)
    one.asked(RequestStatus.QUEUED)
    one.word = GRANTED
    one.master.reconsider()
    assert [grant for _, grant in one.master.answers()] == [QUEUED, GRANTED]


def test_R44_a_lease_is_extended_while_it_is_used() -> None:
    one = Gatekeeper(GRANTED)
    seconds = int(LEASE.total_seconds())
    one.master.wait(2 * seconds + 1, lambda: asking(RequestStatus.GRANTED))
    assert len(one.master.answers()) == 7
    assert {grant for _, grant in one.master.answers()} == {GRANTED}


def test_R45_a_revoked_leave_is_told_until_the_robot_shows_it() -> None:
    one = Gatekeeper(GRANTED)
    one.asked(RequestStatus.GRANTED)
    one.word = QUEUED
    one.master.wait(2 * int(ANSWER_AGAIN.total_seconds()), lambda: asking(RequestStatus.GRANTED))
    assert [grant for _, grant in one.master.answers()] == [GRANTED, REVOKED, REVOKED]
    one.master.wait(60, lambda: asking(RequestStatus.REVOKED))
    assert len(one.master.answers()) == 3


@pytest.mark.parametrize(("kind", "name"), [("REPLANNING", NAME), ("ACCESS", "of-somebody-else")])
def test_R43_zones_of_others_and_ways_of_its_own_are_refused(kind: str, name: str) -> None:
    one = Gatekeeper(GRANTED)
    assert [grant for _, grant in one.asked(RequestStatus.REQUESTED, kind=kind, name=name)] == [REJECTED]
    assert len(one.master.told(RequestRefused)) == 1
