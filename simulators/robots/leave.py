"""A robot's leave to enter zones: asked for before it drives in, kept, given back, lost (3.0 §6.4.1, §6.9; R43-R46)."""

from drivers.ports import Now
from drivers.vda5050.messages import Grant, Responses
from simulators.robots.body import Leg
from simulators.robots.legs import leg_of
from simulators.robots.mind import Mind
from simulators.robots.motion import Pose
from simulators.robots.requests import ASK_AGAIN, Place
from simulators.robots.words import Wrong


class Leave:
    """What one robot may enter."""

    def __init__(self, mind: Mind, now: Now) -> None:
        self.answers: dict[str, Grant] = {}
        """What the master said to its requests, by zone."""
        self._mind = mind
        self._now = now

    def hear(self, message: Responses) -> None:
        """Take note of what was said to its requests (3.0 §6.9)."""
        requests = self._mind.requests
        zones = {one.request_id: one.zone_id for one in requests.told}
        said = [one for one in message.responses if one.request_id in zones]
        self.answers |= {zones[one.request_id]: one.grant_type for one in said}
        self._lose(requests.hear(message, self._inside(), self._now()))
        again = [ASK_AGAIN] if any(one.grant_type is Grant.REJECTED for one in said) else []
        for wait in (*again, *[end - self._now() for end in requests.ends]):
            self._mind.wake_in(wait.total_seconds())
        self._mind.changed()

    def expire(self) -> None:
        """Lose what its time is over for."""
        self._lose(self._mind.requests.expire(self._now(), self._inside()))

    def may_enter(self, leg: Leg) -> bool:
        """Ask for what a leg leads into without leave; it stops before that."""
        if not self._mind.atlas.zone_sets:
            return True
        way = self._on_way(leg.start, leg.end)
        self.expire()
        inside = self._inside()
        return not self._mind.requests.missing([place for place in way if place not in inside], self._now())

    def leave_behind(self) -> None:
        """Drop requests for zones that it is not in and will not be on its next leg."""
        mind = self._mind
        if not mind.requests.told:
            return
        kept: dict[Place, str] = self._inside()
        leg = mind.book.next_leg()
        if leg is not None:
            ahead = leg_of(mind.body, *leg)
            kept |= self._on_way(ahead.start, ahead.end)
        mind.requests.keep(kept, [one.zone_set_id for one in mind.atlas.zone_sets])

    def _inside(self) -> dict[Place, str]:
        """Return the zones it stands in that need leave, and what it does when it loses that."""
        pose = self._mind.body.pose
        return self._on_way(pose, pose)

    def _on_way(self, start: Pose, end: Pose) -> dict[Place, str]:
        mind = self._mind
        return mind.atlas.releases((start.x, start.y), (end.x, end.y), mind.config.radius)

    def _lose(self, places: list[Place]) -> None:
        """Do as the zones say in which it stands without leave from now on (3.0 §6.4.1.1)."""
        behaviour = self._inside()
        for place in places:
            if behaviour.get(place) == "STOP":
                self._mind.stranded = True
                self._mind.book.add_error(Wrong.RELEASE_LOST, "the leave for this zone is over", {"zoneId": place[1]})
