"""Machines that want in, on the console and over HTTP: who may let them in, what is asked, what is said."""

from typing import Any

import pytest

from edge.live import NewcomerView, RobotView
from edge.model.reasons import Refusal
from edge.processes.stays import sync_robots, take_in
from edge.site import RobotUnit
from tests.edge.web.conftest import Web
from tests.edge.web.console.conftest import Console

X9 = ("GenbaSim", "X9")


class Fleet:
    """Notes what it is asked for, and refuses who is called Z1."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def take_in(self, actor: str, place: str, manufacturer: str, serial: str) -> None:
        if serial == "Z1":
            raise Refusal("newcomer.off_node", machine=serial, node="N4", distance=800)
        self.asked.append((actor, place, manufacturer, serial))

    async def take_out(self, actor: str, place: str, *, carried_away: bool) -> None:
        self.asked.append((actor, place, carried_away))


def wants_in(web: Web, serial: str, **more: Any) -> NewcomerView:
    known: dict[str, Any] = {
        "manufacturer": "GenbaSim", "serial": serial, "version": "2.1.0", "since": web.clock(), "heard_at": web.clock(),
        "model": "<b>tug</b>", "load": 120, "speed": 1500, "battery": 76, "mode": "AUTOMATIC", "position": (8000, 0),
        "node": "N4", "hindrance": None, "fits": ["R2"], "misfits": {},
    }  # fmt: skip
    return NewcomerView(**known | more)


@pytest.fixture
async def fleet(console: Console) -> Fleet:
    """Give the site a vacant place, and two machines that want in: one may, one stands beside its node."""
    services = console.web.services
    services.site.robots.append(RobotUnit(id="R2", type="tote4", home="PARK-1"))
    await console.web.store.run(sync_robots)
    services.fleet = fleet = Fleet()
    off = ("newcomer.off_node", {"node": "N4", "distance": 800})
    found = [wants_in(console.web, "X9"), wants_in(console.web, "Z1", fits=[], hindrance=off)]
    services.live.newcomers = lambda: (3, found)
    return fleet


async def test_R124_the_page_says_who_wants_in_where_it_fits_and_what_keeps_others_out(
    console: Console, fleet: Fleet
) -> None:
    page = (await console.get("/console/devices")).text
    for shown in ("GenbaSim/X9", "GenbaSim/Z1", "2.1.0", "&lt;b&gt;tug", "120 kg", "1.5 m/s", "76", "800 mm", "R2"):
        assert shown in page
    assert page.count("/console/do/robot-take-in") == 1
    assert fleet.asked == []


async def test_a_supervisor_is_asked_and_then_takes_it_in(console: Console, fleet: Fleet) -> None:
    machine = {"manufacturer": "GenbaSim", "serial": "X9"}
    question = (await console.do("robot-take-in", id="R2", **machine)).json()["ask"]
    assert "GenbaSim/X9" in question["title"]
    assert fleet.asked == []
    assert (await console.do("robot-take-in", id="R2", confirmed="1", **machine)).json()["text"]
    assert fleet.asked == [("person:mori", "R2", "GenbaSim", "X9")]
    refused = await console.do("robot-take-in", id="R2", confirmed="1", manufacturer="GenbaSim", serial="Z1")
    assert refused.status_code == 409
    assert "N4" in refused.json()["error"]["next"]


async def test_supporters_and_pickers_let_nobody_in_or_out(console: Console, fleet: Fleet) -> None:
    await console.login("aoki")
    assert "/console/do/robot-take-in" not in (await console.get("/console/devices")).text
    for deed in ("robot-take-in", "robot-take-out", "robot-carried"):
        assert (await console.do(deed, id="R2", confirmed="1")).status_code == 403
    assert (await console.client.get("/api/robots")).status_code == 403
    assert (await console.client.delete("/api/robots/R2/machine")).status_code in (401, 403)
    assert fleet.asked == []


async def test_taking_out_says_what_happens_to_its_node(console: Console, fleet: Fleet) -> None:
    vacant = await console.do("robot-take-out", id="R2")
    assert (vacant.status_code, vacant.json()["error"]["code"]) == (409, "robot.vacant")
    await console.web.store.run_as("person:mori", take_in, "R2", X9, "N4", lambda _one, _other: 0)
    panel = (await console.get("/console/floor/panel/robot/R2")).text
    assert "/console/do/robot-carried" in panel
    assert "GenbaSim/X9" in panel
    assert "/console/do/robot-carried" not in (await console.get("/console/floor/panel/robot/R1")).text
    question = (await console.do("robot-carried", id="R2")).json()["ask"]
    assert "N4" in "".join(question["lines"])
    await console.do("robot-carried", id="R2", confirmed="1")
    assert fleet.asked == [("person:mori", "R2", True)]


async def test_the_same_over_http(console: Console, fleet: Fleet) -> None:
    token = await console.web.token("B-mori", device="D")
    client = console.web.client
    found = (await client.get("/api/robots", headers=token)).json()
    assert [(place["id"], place["serial"], place["named"]) for place in found["places"]] == [
        ("R1", "R1", True),
        ("R2", None, False),
    ]
    assert [(one["serial"], one["fits"]) for one in found["newcomers"]] == [("X9", ["R2"]), ("Z1", [])]
    assert found["newcomers"][1]["hindrance"]["code"] == "newcomer.off_node"
    assert found["heard"] == 3
    assert found["all"] == {"stopped": None, "home": None}
    body = {"manufacturer": "GenbaSim", "serial": "X9"}
    assert (await client.post("/api/robots/R2/machine", json=body, headers=token)).status_code == 204
    assert (await client.delete("/api/robots/R2/machine?carried_away=true", headers=token)).status_code == 204
    assert fleet.asked == [("person:mori", "R2", "GenbaSim", "X9"), ("person:mori", "R2", True)]
    console.web.services.fleet = None
    refused = await client.post("/api/robots/R2/machine", json=body, headers=token)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "fleet.managed")


async def test_R124_each_robot_says_over_http_why_it_does_what_it_does_in_the_language_of_who_asks(
    console: Console, fleet: Fleet
) -> None:
    live = console.web.services.live
    live.views["R1"] = RobotView("R1", code="traffic.held", details={"robot": "R2", "node": "N4"})
    for language, text in (("ja", "R2 が N4 を空けるのを待っています。"), ("en", "It waits for R2 to leave N4.")):
        await console.do("language", language=language)
        token = await console.web.token("B-mori", device="D")
        found = (await console.web.client.get("/api/robots", headers=token)).json()
        assert found["places"][0]["why"] == {"code": "traffic.held", "text": text, "next": ""}
    assert fleet.asked == []


async def test_all_robots_are_told_over_http(console: Console, fleet: Fleet) -> None:
    token = await console.web.token("B-mori", device="D")
    client = console.web.client
    for halt in ("stopped", "home"):
        assert (await client.put(f"/api/robots/all/{halt}", headers=token)).status_code == 204
        said = (await client.get("/api/robots", headers=token)).json()["all"]
        assert said[halt]["by"] == "person:mori"
        assert (await client.delete(f"/api/robots/all/{halt}", headers=token)).status_code == 204
        assert (await client.get("/api/robots", headers=token)).json()["all"][halt] is None
    assert (await client.put("/api/robots/all/asleep", headers=token)).status_code == 422
    assert fleet.asked == []
