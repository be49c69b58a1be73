"""API keys over the web: for engineers alone, shown once, in the journal with a name, gone at once."""

import pytest

from edge.model.states import Role
from edge.processes import people
from edge.site import Worker
from edge.store.tables import api_keys, journal
from edge.web.pins import digest
from tests.edge.web.conftest import PIN, Web
from tests.support.store import name

KEYS = "/api/keys"


async def engineer(web: Web) -> dict[str, str]:
    """Let an engineer work here, and log in."""
    web.services.site.people.append(Worker(id="endo", name=name("Endo"), roles=[Role.ENGINEER], language="en"))
    await web.store.run(people.sync_people)
    await web.store.run(people.set_badge, "endo", "B-endo")
    await web.store.run(people.set_pin, "endo", await web.services.hasher.hash(PIN))
    return await web.token("B-endo")


async def test_P57_P58_a_key_is_made_listed_and_revoked_by_a_named_engineer(web: Web) -> None:
    head = await engineer(web)
    made = await web.client.post(KEYS, json={"name": "wms-2", "role": "wms"}, headers=head)
    assert made.status_code == 201
    key = made.json()["key"]
    machine = {"Authorization": f"Bearer {key}"}
    assert (await web.client.get("/host/v1/stock", headers=machine)).status_code == 200
    assert (await web.client.get("/metrics", headers=machine)).status_code == 403
    listed = await web.client.get(KEYS, headers=head)
    assert [(one["name"], one["role"], one["active"]) for one in listed.json()] == [("wms-2", "wms", True)]
    assert key not in listed.text
    row = await web.store.read(lambda reader: reader.get(api_keys, id="wms-2"))
    assert row.key_hash == digest(key)
    assert (await web.client.delete(f"{KEYS}/wms-2", headers=head)).status_code == 204
    assert (await web.client.get("/host/v1/stock", headers=machine)).status_code == 401
    assert (await web.client.delete(f"{KEYS}/wms-2", headers=head)).status_code == 404
    rows = await web.store.read(lambda reader: reader.all(journal, subject="key/wms-2"))
    assert [(row.kind, row.actor) for row in rows] == [("key.added", "person:endo"), ("key.revoked", "person:endo")]
    assert all(key not in str(row.data) for row in rows)


@pytest.mark.parametrize("badge", ["B-sato", "B-mori"])
async def test_P49_nobody_else_sees_or_makes_keys(web: Web, badge: str) -> None:
    head = await web.token(badge)
    assert (await web.client.get(KEYS, headers=head)).status_code == 403
    assert (await web.client.post(KEYS, json={"name": "x1", "role": "wms"}, headers=head)).status_code == 403
    assert (await web.client.delete(f"{KEYS}/x1", headers=head)).status_code == 403
    assert (await web.client.get(KEYS)).status_code == 401
    assert await web.store.read(lambda reader: reader.all(api_keys)) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [({"name": "Bad Name", "role": "wms"}, 409), ({"name": "x1", "role": "owner"}, 422), ({"role": "wms"}, 422)],
)
async def test_a_bad_key_is_refused_in_words(web: Web, body: dict[str, str], status: int) -> None:
    refused = await web.client.post(KEYS, json=body, headers=await engineer(web))
    assert refused.status_code == status
    assert refused.json()["error"]["next"]


async def test_a_name_means_one_machine_for_ever(web: Web) -> None:
    head = await engineer(web)
    body = {"name": "wms-2", "role": "wms"}
    assert (await web.client.post(KEYS, json=body, headers=head)).status_code == 201
    assert (await web.client.delete(f"{KEYS}/wms-2", headers=head)).status_code == 204
    taken = await web.client.post(KEYS, json=body, headers=head)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "key.taken")


async def test_everybody_is_listed_for_a_supervisor_without_secrets(web: Web) -> None:
    listed = await web.client.get("/api/accounts", headers=await web.token("B-mori"))
    assert {one["id"]: (one["pin"], one["locked"]) for one in listed.json()}["sato"] == (True, False)
    assert "argon2" not in listed.text
    assert (await web.client.get("/api/accounts", headers=await web.token("B-sato"))).status_code == 403
