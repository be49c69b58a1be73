"""The WMS's web side: tokens, troubles, page; all over the virtual line."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from simulators.wms.app import Trouble, create_app
from simulators.wms.books import Books
from simulators.world.http import Faults, Line
from simulators.world.loop import run

START = datetime(2026, 4, 1, tzinfo=UTC)
TOKEN = {"Authorization": "Bearer wms-token"}
ADMIN = {"Authorization": "Bearer admin-token"}
EVENT = {
    "id": "OS1:stock/ACME/S1:1", "seq": 1, "subject": "stock/ACME/S1", "number": 1, "type": "stock.adjusted",
    "at": "2026-04-01T09:00:00+09:00", "data": {"quantity": 3, "reason": "found"},
}  # fmt: skip
BATCH = {"site": "OS1", "incarnation": 1, "events": [EVENT]}


def play(scene: Callable[[Line, Books, Trouble], Awaitable[Any]], **faults: Any) -> Any:
    async def main() -> Any:
        books, trouble = Books(":memory:", lambda: START, "OS1"), Trouble()
        app = create_app(books, "wms-token", random.Random(1), admin_token="admin-token", trouble=trouble)
        try:
            return await scene(Line(lambda: app, random.Random(2), faults=Faults(**faults)), books, trouble)
        finally:
            books.close()

    return run(main(), seed=1, start=START)


def test_events_are_taken_with_the_token_only() -> None:
    async def scene(line: Line, books: Books, _trouble: Trouble) -> None:
        assert (await line("POST", "/events", {}, BATCH))[0] == 401
        assert (await line("POST", "/events", ADMIN, BATCH))[0] == 401
        assert books.books()["stock"] == {}
        accepted = {"results": [{"id": EVENT["id"], "status": "accepted"}]}
        assert await line("POST", "/events", TOKEN, BATCH) == (200, accepted)
        duplicate = {"results": [{"id": EVENT["id"], "status": "duplicate"}]}
        assert await line("POST", "/events", TOKEN, BATCH) == (200, duplicate)
        assert books.books()["stock"] == {"ACME": {"S1": 3}}

    play(scene)


@pytest.mark.parametrize("body", [None, [], {"events": 5}, "text"])
def test_a_body_of_another_form_is_400(body: Any) -> None:
    async def scene(line: Line, _books: Books, _trouble: Trouble) -> int:
        return (await line("POST", "/events", TOKEN, body))[0]

    assert play(scene) == 400


def test_H13_an_error_after_the_batch_was_applied_leads_to_a_duplicate() -> None:
    async def scene(line: Line, books: Books, trouble: Trouble) -> None:
        trouble.error_after = 1
        assert (await line("POST", "/events", TOKEN, BATCH))[0] == 500
        assert books.books()["stock"] == {"ACME": {"S1": 3}}
        trouble.error_after = 0
        _, answer = await line("POST", "/events", TOKEN, BATCH)
        assert answer["results"][0]["status"] == "duplicate"
        assert books.books()["stock"] == {"ACME": {"S1": 3}}

    play(scene)


def test_a_late_answer_is_applied_though_the_caller_has_given_up() -> None:
    async def scene(line: Line, books: Books, trouble: Trouble) -> None:
        trouble.late, trouble.late_s = 1, 60
        with pytest.raises(TimeoutError):
            await line("POST", "/events", TOKEN, BATCH)
        assert books.report()["events"] == {"stock.adjusted": 1}

    play(scene)


def test_down_slow_and_500_apply_nothing_early() -> None:
    async def scene(line: Line, books: Books, trouble: Trouble) -> None:
        trouble.down = True
        assert (await line("POST", "/events", TOKEN, BATCH))[0] == 503
        trouble.down, trouble.error_500 = False, 1
        assert (await line("POST", "/events", TOKEN, BATCH))[0] == 500
        assert books.report()["events"] == {}
        trouble.error_500, trouble.slow, trouble.slow_s = 0, 1, 5
        before = asyncio.get_running_loop().time()
        assert (await line("POST", "/events", TOKEN, BATCH))[0] == 200
        assert asyncio.get_running_loop().time() - before > 5

    play(scene)


def test_trouble_is_switched_with_the_admin_token_only() -> None:
    async def scene(line: Line, _books: Books, trouble: Trouble) -> None:
        assert (await line("POST", "/admin/trouble", TOKEN, {"down": True}))[0] == 401
        assert (await line("GET", "/admin/trouble", TOKEN, None))[0] == 401
        assert (await line("POST", "/admin/trouble", ADMIN, {"rain": 1}))[0] == 400
        status, now = await line("POST", "/admin/trouble", ADMIN, {"down": True, "late": 0.5})
        assert (status, now["down"], trouble.late) == (200, True, 0.5)

    play(scene)


def test_the_page_and_report_show_what_is_wrong() -> None:
    async def scene(line: Line, _books: Books, _trouble: Trouble) -> None:
        stranger = {**EVENT, "id": "<b>", "subject": "order/ACME/<i>9", "type": "order.accepted"}
        await line("POST", "/events", TOKEN, {**BATCH, "events": [stranger]})
        status, page = await line("GET", "/", {}, None)
        assert status == 200
        assert "unknown_order" in page
        assert "<i>9" not in page
        _, report = await line("GET", "/report", {}, None)
        assert {v["code"] for v in report["violations"]} == {"unknown_order", "bad_id"}
        assert (await line("GET", "/books", {}, None))[1] == {"orders": {}, "stock": {}}

    play(scene)


def test_H15_a_restored_site_is_told_what_is_known_with_the_token_only() -> None:
    async def scene(line: Line, _books: Books, trouble: Trouble) -> None:
        await line("POST", "/events", TOKEN, BATCH)
        question = "/events/last?site=OS1&incarnation=2&after=0&limit=5"
        assert (await line("GET", question, {}, None))[0] == 401
        known = {"subject": EVENT["subject"], "number": 1, "seq": 1, "type": "stock.adjusted", "status": "accepted"}
        assert await line("GET", question, TOKEN, None) == (200, {"last": [known]})
        trouble.down = True
        assert (await line("GET", question, TOKEN, None))[0] == 503

    play(scene)
