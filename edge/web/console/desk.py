"""What every page of the console shares: who looks, their words and formats, the frame around the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import HTMLResponse

from edge.live import RobotView
from edge.model.states import Halt, Role
from edge.processes.everybody import said_to_all
from edge.processes.people import Session
from edge.processes.staff import MANAGERS
from edge.store.tx import Reader
from edge.web.console.format import Formatter
from edge.web.console.links import link
from edge.web.console.queries.common import Name
from edge.web.console.stream import Hub
from edge.web.console.texts import Texts, texts
from edge.web.console.words import Words
from edge.web.security import csrf_of
from edge.web.services import Services

P = ParamSpec("P")
T = TypeVar("T")

READERS = (Role.SUPERVISOR, Role.SUPPORT, Role.ENGINEER)
"""Who may look."""
VIEWS = ("now", "orders", "work", "floor", "stock", "devices", "exceptions", "journal", "settings")
"""The navigation, in its order."""


class Desk:
    """The console of one site."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.hub = Hub(services.store, services.site, services.live)
        self.version = version("genba")

    async def read(self, query: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query on committed rows."""
        return await self.services.store.read(query, *args, **kwargs)

    async def view(self, request: Request, session: Session) -> "View":
        """Return how a person sees the page they asked for."""
        now = self.services.source.now()
        words = texts(session.language)
        formatter = Formatter(words.language, self.services.site.zone_info, now)
        head, halts = await self.hub.head(), await self.read(said_to_all)
        return View(self, request, session, words, formatter, head, halts)


@dataclass(frozen=True, slots=True)
class View:
    """One person looking at one page."""

    desk: Desk
    request: Request
    session: Session
    t: Texts
    f: Formatter
    head: Mapping[str, Any]
    halts: Mapping[Halt, Any]
    """What was said to all robots."""

    def words(self, names: Mapping[str, Name] | None = None) -> Words:
        """Return who speaks to this person."""
        known = {worker.id: Name(worker.name.ja, worker.name.en) for worker in self.desk.services.site.people}
        return Words(self.desk.services.site, self.t, self.f, known if names is None else names)

    @property
    def asked(self) -> "Asked":
        """The filter in the address."""
        return Asked(self.request.url.path, dict(self.request.query_params))

    def may(self, *roles: Role) -> bool:
        """Say whether the person has one of the roles."""
        return self.session.may(*roles)

    def _out(self) -> Sequence[RobotView]:
        """Return the robots that are not at home and do not charge, by name."""
        site, robots = self.desk.services.site, self.desk.services.live.robots
        homes = {unit.id: site.station[unit.home].node for unit in site.robots}
        out = (robot for robot in robots.values() if robot.node != homes.get(robot.id) and not robot.charging)
        return sorted(out, key=lambda robot: robot.id)

    def page(
        self,
        template: str,
        here: str,
        *,
        names: Mapping[str, Name] | None = None,
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """Render a page; `here` is its place in the navigation."""
        live = self.desk.services.live
        page = self.desk.services.pages.environment.get_template(f"console/{template}.html").render(
            language=self.t.language,
            t=self.t,
            f=self.f,
            w=self.words(names),
            link=link,
            live=live,
            head=self.head,
            halts=self.halts,
            out=self._out() if Halt.HOME in self.halts else (),
            here=here,
            views=VIEWS,
            asked=self.asked,
            session=self.session,
            csrf=csrf_of(self.request),
            supervisor=self.may(Role.SUPERVISOR),
            engineer=self.may(Role.ENGINEER),
            may_manage=self.may(*MANAGERS),
            may_hold=self.may(Role.SUPERVISOR, Role.SUPPORT),
            version=self.desk.version,
            **values,
        )
        return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The address of a list: its filter, order and page, all of it in the query string."""

    path: str
    params: dict[str, str]

    def __call__(self, name: str, otherwise: str = "") -> str:
        """Return one parameter."""
        return self.params.get(name, otherwise)

    @property
    def page(self) -> int:
        """The number of the page, from 1."""
        text = self.params.get("page", "1")
        return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1

    @property
    def url(self) -> str:
        """This address."""
        return self.to()

    def to(self, **changes: str | int | None) -> str:
        """Return this address with changes; an empty value leaves a parameter out, any change leads to page 1."""
        params = {name: value for name, value in self.params.items() if value and (name != "page" or not changes)}
        for name, value in changes.items():
            params.pop(name, None)
            if value not in (None, ""):
                params[name] = str(value)
        return f"{self.path}?{urlencode(params)}" if params else self.path

    def sorted_by(self, key: str, current: str) -> str:
        """Return this address sorted by a column, the other way round when it is already."""
        return self.to(sort=f"-{key}" if current == key else key)

    def export(self) -> str:
        """Return the address of this list as CSV."""
        params = {name: value for name, value in self.params.items() if value and name != "page"}
        query = f"?{urlencode(params)}" if params else ""
        return f"{self.path}.csv{query}"
