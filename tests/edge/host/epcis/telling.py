"""A small site that tells EPCIS, and what it told so far."""

from typing import Any

from edge.host.epcis.documents import capture_document, read_events
from edge.site import Epcis, ReadPoint, Site
from edge.store.store import Store
from tests.support.store import name, small_site

GLN = "4912345000002"
BASE = "https://shop.example/os1"
SITE = f"https://id.gs1.org/414/{GLN}"
URL = "http://epcis.invalid"


def telling_site(**told: str) -> Site:
    """Return the small site with names for what is in it; `told` instead of GLN and base."""
    point = ReadPoint(id="BUFFER-1", name=name("Buffer"), readers=["r2"], repeat=1000, duration=1000)
    epcis = Epcis(**(told or {"gln": GLN, "base": BASE}))
    return small_site().model_copy(update={"epcis": epcis, "read_points": [point]})


async def told(store: Store, **asked: Any) -> list[dict[str, Any]]:
    """Return the events of the journal so far."""
    found, _ = await store.read(read_events, most=10_000, **asked)
    return found


def steps(events: list[dict[str, Any]]) -> list[str]:
    """Return the business steps of events; those declared wrong with a sign before it."""
    return [("!" if "errorDeclaration" in event else "") + event.get("bizStep", "") for event in events]


def document(store: Store, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return events as they leave, without what a record of them adds."""
    bare = [{name: value for name, value in event.items() if name != "recordTime"} for event in events]
    return capture_document(store.site, store.source.now(), bare)
