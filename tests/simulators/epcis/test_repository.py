"""The test repository: keeps each event once, all of a document or nothing, and can be made sick."""

import copy
from random import Random
from typing import Any

import msgspec
import pytest

from simulators.epcis.app import create_app
from simulators.epcis.repository import Repository
from simulators.world.http import request
from tests.drivers.epcis.samples import document

HEAD = {"authorization": "Bearer t"}


def test_I52_what_comes_again_is_kept_once_and_other_content_under_an_id_is_refused() -> None:
    repository = Repository()
    assert repository.capture(document()).errors == []
    again = document()
    again["epcisBody"]["eventList"][0]["childQuantityList"].reverse()
    assert repository.capture(again).errors == []
    assert (len(repository.events), repository.repeated) == (5, 5)
    other = document()
    other["epcisBody"]["eventList"][1]["disposition"] = "in_progress"
    (error,) = repository.capture(other).errors
    assert "is known with other content" in error["detail"]


def test_I48_one_bad_event_keeps_all_of_a_document_out() -> None:
    repository, told = Repository(), document()
    told["epcisBody"]["eventList"][2]["bizStep"] = "counting"
    assert len(repository.capture(told).errors) == 1
    assert repository.events == {}
    assert [event["eventID"][-4:] for event in repository.having("packing")] == []


def test_I52_an_event_that_was_declared_wrong_holds_no_more() -> None:
    repository = Repository()
    repository.capture(document())
    assert [event["eventID"][-4:] for event in repository.having("packing")] == ["f004"]
    assert repository.report()["declared_wrong"] == 1


@pytest.mark.parametrize(("head", "status"), [({}, 401), ({"authorization": "Bearer x"}, 401), (HEAD, 202)])
async def test_H12_who_has_no_token_is_not_let_in(head: dict[str, str], status: int) -> None:
    app = create_app(Repository(), "t", Random(1))
    assert (await send(app, "POST", "/capture", head, document())).status == status


async def send(app: Any, method: str, path: str, head: dict[str, str], body: Any = None) -> Any:
    return await request(app, method, path, head, b"" if body is None else msgspec.json.encode(body))


async def test_H13_a_slow_job_runs_on_and_says_how_it_ended() -> None:
    app = create_app(Repository(), "t", Random(1), admin_token="a", prefix="/v2")
    admin = {"authorization": "Bearer a"}
    assert (await send(app, "POST", "/admin/trouble", admin, {"slow": 1.0, "slow_s": 60.0})).status == 200
    assert (await send(app, "POST", "/admin/trouble", admin, {"lazy": 1})).status == 400
    slow = await send(app, "POST", "/v2/capture", HEAD, document())
    await send(app, "POST", "/admin/trouble", admin, {"slow": 0.0})
    bad = copy.deepcopy(document())
    bad["schemaVersion"] = "1.2"
    quick = await send(app, "POST", "/v2/capture", HEAD, bad)
    states = [(await send(app, "GET", dict(one.headers)[b"location"].decode(), HEAD)).json() for one in (slow, quick)]
    assert [(state["running"], state["success"]) for state in states] == [(True, True), (False, False)]
    assert (await send(app, "GET", "/v2/capture/job-9", HEAD)).status == 404


@pytest.mark.parametrize(("trouble", "kept"), [("error_500", 0), ("error_after", 5), ("down", 0)])
async def test_H13_a_sick_repository_may_have_captured_or_not(trouble: str, kept: int) -> None:
    repository = Repository()
    app = create_app(repository, "t", Random(1), admin_token="a")
    await send(app, "POST", "/admin/trouble", {"authorization": "Bearer a"}, {trouble: 1})
    assert (await send(app, "POST", "/capture", HEAD, document())).status in (500, 503)
    assert len(repository.events) == kept
