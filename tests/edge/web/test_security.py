"""Doors, headers, limits: who gets in and what every answer carries."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute, WebSocketRoute

from edge.processes import people
from edge.processes.people import KeyRole
from edge.store.database import StoreError
from edge.web.guard import WRONG_TRIES
from edge.web.pins import csrf_token, digest, new_key
from edge.web.security import COOKIE, READS, is_guarded
from tests.edge.web.conftest import PIN, Web

OPEN_WRITES = {"/login", "/api/handheld/login", "/fleet/callback"}
"""The two ways in, and a call that is signed; everything else that writes asks who it is."""


def routes_of(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    yield from (route for route in all_routes(routes) if isinstance(route, APIRoute))


def all_routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        yield route
        nested = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if nested:
            yield from all_routes(list(nested))


def doors_of(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        if is_guarded(inner.call):
            yield inner.call
        yield from doors_of(inner)


async def test_P49_every_websocket_asks_who_it_is(web: Web) -> None:
    sockets = [route for route in all_routes(web.app.routes) if isinstance(route, WebSocketRoute)]
    assert sockets
    for route in sockets:
        assert isinstance(route, APIWebSocketRoute), route.path
        assert list(doors_of(route.dependant)), route.path


async def console_login(web: Web, badge: str = "B-mori") -> str:
    response = await web.client.post("/login", data={"badge": badge, "pin": PIN, "to": "/"})
    assert response.status_code == 303, response.text
    token = web.client.cookies.get(COOKIE)
    assert token is not None
    return token


async def machine_head(web: Web, role: KeyRole) -> dict[str, str]:
    key = new_key("m1", web.services.source.dice)
    await web.store.run(people.add_key, "m1", role, digest(key))
    return {"Authorization": f"Bearer {key}"}


async def test_P49_no_route_writes_for_a_stranger(web: Web) -> None:
    seen = 0
    for route in routes_of(web.app.routes):
        if set(route.methods or ()) - set(READS):
            seen += 1
            assert route.path in OPEN_WRITES or any(doors_of(route.dependant)), f"{route.path} lets anybody write"
    assert seen >= 6


async def test_P49_every_write_answers_a_stranger_with_a_refusal(web: Web) -> None:
    for route in routes_of(web.app.routes):
        for method in set(route.methods or ()) - set(READS):
            if route.path in OPEN_WRITES:
                continue
            path = route.path.replace("{", "").replace("}", "").replace(":path", "")
            response = await web.client.request(method, path, json={})
            assert response.status_code in (401, 403, 404), (method, route.path, response.status_code)
    assert not any(kind.startswith(("order.", "scan")) for kind in web.kinds())


async def test_P57_login_page_opens_a_console_session(web: Web) -> None:
    response = await web.client.post("/login", data={"badge": "B-mori", "pin": PIN, "to": "/work?x=1"})
    assert response.status_code == 303
    assert response.headers["location"] == "/work?x=1"
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_cookie_is_secure_over_https(web: Web) -> None:
    response = await web.client.post("https://edge.test/login", data={"badge": "B-mori", "pin": PIN})
    assert "secure" in response.headers["set-cookie"].lower()
    assert "strict-transport-security" in response.headers


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_login_never_sends_people_to_another_site(web: Web, to: str) -> None:
    response = await web.client.post("/login", data={"badge": "B-mori", "pin": PIN, "to": to})
    assert response.headers["location"] == "/"


async def test_wrong_pin_shows_the_page_again_in_the_readers_language(web: Web) -> None:
    data = {"badge": "B-mori", "pin": "1111"}
    response = await web.client.post("/login", data=data, headers={"Accept-Language": "en"})
    assert response.status_code == 401
    assert "Badge or PIN is wrong." in response.text


async def test_P57_five_failures_lock_for_minutes(web: Web) -> None:
    for _ in range(5):
        assert (await web.login(pin="1111")).status_code == 401
    locked = await web.login()
    assert locked.json()["error"]["code"] == "login.locked"
    web.clock.pass_(minutes=5, seconds=1)
    assert (await web.login()).status_code == 200


async def test_P58_logins_and_failures_are_in_the_journal_with_their_device(web: Web) -> None:
    await web.login(pin="1111", device="HH-7")
    await web.login(device="HH-7")
    with web.store.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select kind, subject, actor, json_extract(data, '$.device') from journal where kind like 'login.%'"
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("login.failed", "person/sato", "person:sato", "HH-7"),
        ("login.ok", "person/sato", "person:sato", "HH-7"),
    ]


async def test_unknown_badge_says_no_more_than_a_wrong_pin(web: Web) -> None:
    unknown, wrong = await web.login("nobody"), await web.login(pin="1111")
    assert unknown.json() == wrong.json()
    assert unknown.status_code == wrong.status_code == 401


async def test_address_that_guesses_is_slowed_down(web: Web) -> None:
    for number in range(WRONG_TRIES):
        await web.login(f"guess-{number}")
    response = await web.login()
    assert response.status_code == 429
    assert response.json()["error"]["code"] == "login.slow"


async def test_csrf_write_by_cookie_needs_the_pages_token(web: Web) -> None:
    token = await console_login(web)
    assert (await web.client.post("/logout")).status_code == 403
    forged = await web.client.post("/logout", headers={"X-CSRF-Token": "0" * 64})
    assert forged.json()["error"]["code"] == "request.forged"
    assert (await web.client.post("/logout", data={"csrf": csrf_token(token)})).status_code == 303


async def test_csrf_other_origin_is_refused_even_with_the_token(web: Web) -> None:
    token = await console_login(web)
    head = {"X-CSRF-Token": csrf_token(token), "Origin": "http://evil.example"}
    assert (await web.client.post("/logout", headers=head)).status_code == 403
    response = await web.client.post(
        "/api/handheld/login",
        json={"badge": "B-sato", "pin": PIN, "device": "x"},
        headers={"Origin": "http://evil.example"},
    )
    assert response.status_code == 403


async def test_csrf_cookie_never_acts_at_the_handheld(web: Web) -> None:
    token = await console_login(web)
    head = {"X-CSRF-Token": csrf_token(token)}
    assert (await web.client.get("/api/handheld/screen", headers=head)).status_code == 401


async def test_console_logout_ends_the_session(web: Web) -> None:
    token = await console_login(web)
    await web.client.post("/logout", headers={"X-CSRF-Token": csrf_token(token)})
    assert await web.services.guard.session(token) is None


async def test_new_pin_ends_all_sessions_of_the_person(web: Web) -> None:
    head = await web.token()
    await web.store.run(people.set_pin, "sato", "another hash")
    assert (await web.client.get("/api/handheld/screen", headers=head)).status_code == 401


async def test_sessions_are_remembered_until_the_journal_speaks(web: Web) -> None:
    head = await web.token()
    await web.client.get("/api/handheld/screen", headers=head)
    reads = 0
    plain = web.store.read

    async def counting(*args: object, **kwargs: object) -> object:
        nonlocal reads
        reads += 1
        return await plain(*args, **kwargs)  # type: ignore[arg-type]

    web.store.read = counting  # type: ignore[method-assign,assignment]
    for _ in range(5):
        await web.client.get("/api/handheld/screen", headers=head)
    assert reads == 0


async def test_database_holds_no_token_and_no_pin(web: Web) -> None:
    head = await web.token()
    token = head["Authorization"].removeprefix("Bearer ")
    with web.store.database.engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert token not in dump
    assert digest(token) in dump
    assert f"'{PIN}'" not in dump


async def test_every_answer_carries_the_security_headers(web: Web) -> None:
    for path in ("/h", "/login", "/health", "/nowhere", "/api/handheld/screen"):
        head = (await web.client.get(path)).headers
        policy = head["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert head["x-content-type-options"] == "nosniff"
        assert head["cache-control"] == "no-store"


async def test_pages_hold_no_inline_script_and_no_other_host(web: Web) -> None:
    for path in ("/h", "/login"):
        text = (await web.client.get(path)).text
        assert "onclick" not in text
        assert " style=" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


async def test_static_files_are_kept_for_ever_under_their_hash(web: Web) -> None:
    address = web.services.assets.url("shared/base.css")
    response = await web.client.get(address)
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "gzip"
    old = await web.client.get("/static/000000000000/shared/base.css")
    assert old.text == response.text
    assert old.headers["cache-control"] == "no-store"
    assert (await web.client.get("/static/x/../../app.py")).status_code == 404
    assert (await web.client.get("/favicon.ico")).headers["content-type"] == "image/svg+xml"


async def test_strangers_are_sent_to_the_login_and_back(web: Web) -> None:
    response = await web.client.get("/metrics", headers={"Accept": "text/html"})
    assert response.status_code == 303
    assert response.headers["location"] == "/login?to=%2Fmetrics"


async def test_metrics_need_a_metrics_key(web: Web) -> None:
    assert (await web.client.get("/metrics")).status_code == 401
    head = await machine_head(web, KeyRole.METRICS)
    response = await web.client.get("/metrics", headers=head)
    assert "genba_http_seconds_bucket" in response.text
    await web.store.run(people.revoke_key, "m1")
    assert (await web.client.get("/metrics", headers=head)).status_code == 401


async def test_key_of_another_role_is_forbidden(web: Web) -> None:
    head = await machine_head(web, KeyRole.WMS)
    assert (await web.client.get("/metrics", headers=head)).status_code == 403


async def test_health_follows_the_writer_and_tells_nothing_else(web: Web) -> None:
    response = await web.client.get("/health")
    assert response.json() == {"status": "ok"}


async def test_health_fails_with_the_writer(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_args: object) -> None:
        raise StoreError("disk is full")

    monkeypatch.setattr(web.store, "run", failing)
    response = await web.client.get("/health")
    assert response.status_code == 503
    assert response.json() == {"status": "failing"}


async def test_failing_store_is_503_with_words(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    head = await web.token()

    def failing(*_args: object, **_kwargs: object) -> None:
        raise StoreError("disk is full at /secret/path")

    monkeypatch.setattr(web.store, "run_as", failing)
    response = await web.client.get("/api/handheld/screen", headers=head)
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "store.failed"
    assert "/secret/path" not in response.text


async def test_too_large_a_request_is_refused_before_it_is_read(web: Web) -> None:
    response = await web.client.post("/api/handheld/login", content=b"", headers={"Content-Length": "99999999"})
    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/api/handheld/act", "/api/handheld/login"])
async def test_a_body_of_untold_length_is_not_read_beyond_the_limit(web: Web, path: str) -> None:
    part, sent = b"x" * 1_000_000, 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * len(part):
            sent += len(part)
            yield part

    response = await web.client.post(path, content=endless(), headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 413)
    assert sent <= 10 * len(part)


async def test_I41_bad_bodies_are_answered_in_words(web: Web) -> None:
    head = {"Content-Type": "application/json"}
    for body in (b"", b"{", b"[]", b'{"badge": 5}', b"\xff\xfe", b'{"badge":"' + b"x" * 5000 + b'"}'):
        response: httpx.Response = await web.client.post("/api/handheld/login", content=body, headers=head)
        assert response.status_code == 422, body[:20]
        assert response.json()["error"]["code"] == "request.invalid"


async def test_the_bare_address_leads_to_the_console(web: Web) -> None:
    answer = await web.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")


async def test_the_login_form_may_say_where_it_comes_from(web: Web) -> None:
    answer = await web.client.get("/login")
    assert answer.headers["referrer-policy"] == "same-origin"
