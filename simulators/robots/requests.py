"""What a robot asks leave for, and how far that is (VDA 5050 3.0 §6.4.3, §6.9; R43-R46). Times are wall clock."""

from collections.abc import Container, Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from drivers.vda5050.messages import Grant, RequestStatus, Responses, ZoneRequest
from drivers.vda5050.wire import read_stamp

ASK_AGAIN = timedelta(seconds=10)
"""Time after a refusal before the same is asked again."""
STATUS = {
    Grant.GRANTED: RequestStatus.GRANTED,
    Grant.QUEUED: RequestStatus.QUEUED,
    Grant.REVOKED: RequestStatus.REVOKED,
}

Place = tuple[str, str]
"""A zone set and a zone."""


class Requests:
    """All requests of one robot; `number` goes on over restarts, so that no name comes twice."""

    def __init__(self, robot: str) -> None:
        self._robot = robot
        self._number = 0
        self._open: dict[str, ZoneRequest] = {}
        self._ends: dict[str, datetime] = {}
        self._refused_until: dict[Place, datetime] = {}

    @property
    def told(self) -> tuple[ZoneRequest, ...]:
        """What the state says."""
        return tuple(self._open.values())

    @property
    def ends(self) -> list[datetime]:
        """When leaves end."""
        return list(self._ends.values())

    def forget(self) -> None:
        """Ask for nothing any more."""
        self._open, self._ends = {}, {}

    def ask(self, place: Place, request_id: str | None = None) -> None:
        """Ask leave to enter a zone."""
        self._number += 1
        name = request_id or f"{self._robot}-{self._number}"
        self._open[name] = ZoneRequest(name, "ACCESS", place[1], place[0], RequestStatus.REQUESTED)

    def missing(self, places: Iterable[Place], now: datetime) -> list[Place]:
        """Return the places for which there is no leave, after having asked for them."""
        found = []
        for place in places:
            mine = [one for one in self._open.values() if _place(one) == place]
            if any(one.request_status is RequestStatus.GRANTED for one in mine):
                continue
            found.append(place)
            if not mine and now >= self._refused_until.get(place, now):
                self.ask(place)
        return found

    def hear(self, message: Responses, inside: Container[Place], now: datetime) -> list[Place]:
        """Take answers in; return the zones in which it stands and whose leave it lost."""
        lost = []
        for answer in message.responses:
            one = self._open.get(answer.request_id)
            if one is None:
                continue
            if answer.grant_type is Grant.REJECTED:
                self._refused_until[_place(one)] = now + ASK_AGAIN
                self._drop(one.request_id)
            elif answer.grant_type is Grant.REVOKED and _place(one) not in inside:
                self._drop(one.request_id)
            else:
                if answer.grant_type is Grant.REVOKED and one.request_status is not RequestStatus.REVOKED:
                    lost.append(_place(one))
                self._open[one.request_id] = replace(one, request_status=STATUS[answer.grant_type])
                end = read_stamp(answer.lease_expiry)
                if end is not None:
                    self._ends[one.request_id] = end
        return lost

    def expire(self, now: datetime, inside: Container[Place]) -> list[Place]:
        """End leaves whose time is over; return those of zones in which it stands."""
        over = [name for name, end in self._ends.items() if end <= now and name in self._open]
        lost = []
        for name in over:
            one = self._open[name]
            if _place(one) not in inside:
                self._drop(name)
            elif one.request_status is RequestStatus.GRANTED:
                self._open[name] = replace(one, request_status=RequestStatus.EXPIRED)
                lost.append(_place(one))
        return lost

    def keep(self, places: Container[Place], zone_sets: Container[str]) -> bool:
        """Drop what is asked of these zone sets and no longer needed; say whether anything was."""
        open_ = self._open.items()
        gone = [name for name, one in open_ if one.zone_set_id in zone_sets and _place(one) not in places]
        for name in gone:
            self._drop(name)
        return bool(gone)

    def _drop(self, name: str) -> None:
        del self._open[name]
        self._ends.pop(name, None)


def _place(request: ZoneRequest) -> Place:
    return request.zone_set_id, request.zone_id
