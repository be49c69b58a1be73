"""Who may do what: FastAPI dependencies for people and machines (IEC 62443-4-2 CR 1.1, CR 2.8; P49, P57, P58).

A person shows the token of their session, in the `Authorization` header (handheld) or a cookie (console); writes by
cookie also need the page's CSRF token. A machine shows an API key. Nothing that writes is open to anybody else.
"""

import base64
import binascii
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes.people import Face, KeyRole, Machine, Session
from edge.web.pins import csrf_token, same
from edge.web.services import services_of

COOKIE = "genba_session"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
READS = ("GET", "HEAD", "OPTIONS")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class NotLoggedIn(Exception):
    """No valid session: pages go to the login, APIs answer 401."""


class Forbidden(Exception):
    """Logged in, but not allowed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class PersonDoor:
    """Lets in people who have one of the roles."""

    def __init__(self, roles: tuple[Role, ...]) -> None:
        self._roles = roles

    async def __call__(self, request: Request) -> Session:
        """Return who stands at the door; raises NotLoggedIn or Forbidden."""
        bearer = _bearer(request)
        token = bearer or request.cookies.get(COOKIE, "")
        session = await _session_of(request, token, None if bearer else Face.CONSOLE)
        if bearer is None and request.method not in READS:
            await _check_csrf(request, token)
        if not session.may(*self._roles):
            raise Forbidden(Refusal("work.role", role=", ".join(role.value for role in self._roles)))
        return session


class HandheldDoor:
    """Lets in people at a handheld: by header, never by cookie, so that no other page can act for them."""

    def __init__(self, *, by_query: bool) -> None:
        self._by_query = by_query

    async def __call__(self, request: Request) -> Session:
        """Return who stands at the door; raises NotLoggedIn."""
        token = _bearer(request) or (request.query_params.get("token", "") if self._by_query else "")
        return await _session_of(request, token, Face.HANDHELD)


class MachineDoor:
    """Lets in machines whose key has one of the roles."""

    def __init__(self, roles: tuple[KeyRole, ...], *, by_name: bool) -> None:
        self._roles = roles
        self._by_name = by_name

    async def __call__(self, request: HTTPConnection) -> Machine:
        """Return which machine stands at the door; raises NotLoggedIn or Forbidden."""
        services = services_of(request)
        address = address_of(request)
        key = _bearer(request) or (_basic(request) if self._by_name else None)
        if key is None:
            raise NotLoggedIn
        services.tries.check(address)
        found = await services.guard.machine(key)
        if found is None:
            services.tries.wrong(address)
            raise NotLoggedIn
        if found.role not in self._roles:
            raise Forbidden(Refusal("key.refused"))
        return found


def person(*roles: Role) -> PersonDoor:
    """Return the dependency for people; no role means everybody who is logged in."""
    return PersonDoor(roles)


def handheld(*, by_query: bool = False) -> HandheldDoor:
    """Return the dependency for people at a handheld; `by_query` for event streams, which cannot send headers."""
    return HandheldDoor(by_query=by_query)


def machine(*roles: KeyRole, by_name: bool = False) -> MachineDoor:
    """Return the dependency for machines; `by_name` for those that show their key as a password (Basic)."""
    return MachineDoor(roles, by_name=by_name)


def check_origin(request: HTTPConnection) -> None:
    """Raise Refusal when a browser says that the request came from another site's page."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden(Refusal("request.forged"))


def csrf_of(request: Request) -> str:
    """Return the CSRF token that pages of this session put in their forms and the `X-CSRF-Token` header."""
    return csrf_token(request.cookies.get(COOKIE, ""))


def set_cookie(request: Request, response: Response, token: str, hours: int) -> None:
    """Give the browser the session; `Secure` as soon as the site is served by HTTPS."""
    response.set_cookie(
        COOKIE, token, max_age=hours * 3600, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )


def drop_cookie(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


def address_of(request: HTTPConnection) -> str:
    """Return where a request came from."""
    return request.client.host if request.client else "unknown"


def is_guarded(dependency: object) -> bool:
    """Return whether a dependency is one of the doors of this module."""
    return isinstance(dependency, PersonDoor | HandheldDoor | MachineDoor)


def token_of(request: Request) -> str:
    """Return the session token a request came with; empty when there is none."""
    return _bearer(request) or request.cookies.get(COOKIE, "")


async def _session_of(request: Request, token: str, kind: Face | None) -> Session:
    session = await services_of(request).guard.session(token) if token else None
    if session is None or kind not in (None, session.kind):
        raise NotLoggedIn
    request.state.language = session.language
    return session


async def _check_csrf(request: Request, token: str) -> None:
    check_origin(request)
    shown = request.headers.get(CSRF_HEADER, "")
    if not shown and request.headers.get("content-type", "").startswith(FORM_TYPES):
        shown = str((await request.form()).get(CSRF_FIELD, ""))
    if not same(shown, csrf_token(token)):
        raise Forbidden(Refusal("request.forged"))


def _bearer(request: HTTPConnection) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _basic(request: HTTPConnection) -> str | None:
    """Return the password of a client that has no other place for a key than its address."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(said.strip(), validate=True).decode().partition(":")[2] or None
    except (binascii.Error, UnicodeDecodeError):
        return None
