"""What the web needs of the rest of the edge, handed in by the composition root."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry
from starlette.requests import HTTPConnection

from edge.clock import Source
from edge.live import Live
from edge.site import Site
from edge.store.store import Store
from edge.web.assets import Assets
from edge.web.follow import Follow, Screens
from edge.web.guard import Guard, Tries
from edge.web.pages import Pages
from edge.web.pins import Hasher

Weigh = Callable[[str], Awaitable[int]]
"""Station id to grams; raises Refusal, "pack.scale_silent" and the like."""
CalledBack = Callable[[str, bytes], None]
"""Signature and body of a fleet manager's callback; raises Refusal("fleet.unsigned"), Refusal("fleet.malformed")."""


class Foreign(Protocol):
    """Takes what robots that others drive report of themselves."""

    def heard(self, key: str, raw: str | bytes) -> None:
        """Take in a report that a key sent, whatever it is."""

    def flooded(self, key: str) -> None:
        """Hear that a key reports faster than it is read."""


class Fleet(Protocol):
    """Who lets machines into the fleet and out of it, in the name of an actor; both raise Refusal."""

    async def take_in(self, actor: str, place: str, manufacturer: str, serial: str) -> None:
        """Give a vacant place to a machine that announced itself."""
        ...

    async def take_out(self, actor: str, place: str, *, carried_away: bool) -> None:
        """Make a place vacant; `carried_away`: somebody says that its machine is off the floor."""
        ...


@dataclass(slots=True)
class Services:
    """Everything the web may use; `create_app` builds one app on it."""

    store: Store
    site: Site
    source: Source
    live: Live
    weigh: Weigh
    """What the station's scale shows."""
    zero: Weigh
    """Set it to zero; what it showed before."""
    hasher: Hasher
    screens: Screens
    called_back: CalledBack | None = None
    """Who takes callbacks; None where nobody sends any."""
    foreign: Foreign | None = None
    """Who takes reports; None where the site file wants none."""
    fleet: Fleet | None = None
    """None where a manager of its own knows which robots there are."""
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    guard: Guard = field(init=False)
    tries: Tries = field(init=False, default_factory=Tries)
    assets: Assets = field(init=False)
    pages: Pages = field(init=False)
    follow: Follow = field(init=False)
    closing: list[Callable[[], None]] = field(init=False, default_factory=list)
    """What else ends when the web does: the console's streams."""

    def __post_init__(self) -> None:
        """Build what belongs to the web alone."""
        self.guard = Guard(self.store)
        self.assets = Assets.load()
        self.pages = Pages(self.site, self.assets)
        self.follow = Follow(self.store, self.screens)

    def close(self) -> None:
        """End the streams and stop watching; the store is closed by whoever opened it."""
        self.follow.close()
        self.guard.close()
        for close in self.closing:
            close()


def services_of(request: HTTPConnection) -> Services:
    """Return the services of the app that serves a request."""
    services: Services = request.app.state.services
    return services
