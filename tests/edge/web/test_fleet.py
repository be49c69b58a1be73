"""Callbacks of a fleet manager: let in by their signature alone, and only where one is connected."""

from edge.model.reasons import Refusal
from tests.edge.web.conftest import Web

CALLBACK = "/fleet/callback"


async def test_where_no_manager_is_connected_nobody_calls_back(web: Web) -> None:
    assert (await web.client.post(CALLBACK, content=b"{}")).status_code == 404


async def test_signature_and_body_reach_whoever_takes_them(web: Web) -> None:
    taken: list[tuple[str, bytes]] = []
    web.services.called_back = lambda signature, body: taken.append((signature, body))
    answer = await web.client.post(CALLBACK, content=b'{"task": 1}', headers={"X-Signature": "t=1,v1=ab"})
    assert answer.status_code == 204
    assert taken == [("t=1,v1=ab", b'{"task": 1}')]


async def test_what_is_refused_is_told_in_words(web: Web) -> None:
    for code, status in (("fleet.unsigned", 401), ("fleet.malformed", 422)):

        def refuse(_signature: str, _body: bytes, code: str = code) -> None:
            raise Refusal(code, error="x")

        web.services.called_back = refuse
        refused = await web.client.post(CALLBACK, content=b"{}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)


async def test_a_body_without_end_is_not_taken(web: Web) -> None:
    web.services.called_back = lambda _signature, _body: None
    assert (await web.client.post(CALLBACK, content=b" " * 20_000_000)).status_code == 413
