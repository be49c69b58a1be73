"""Devices: newcomers to the fleet; a card each: link, last word, rate, faults; read points; robots of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.live import DeviceView, DoorView, ForeignView, GateView, LiftView, ReadPointView
from edge.processes.stays import vacant_places
from edge.site import Device, Gate, ReadPoint
from edge.web.console.desk import Desk, View
from edge.web.console.pages import Who
from edge.web.console.queries.tags import ParcelRead, parcels_read
from edge.web.console.queries.walls import walls
from edge.web.console.stream import foreign_state
from edge.web.console.table import Column, export


@dataclass(frozen=True, slots=True)
class Card:
    """A device of the site file, or a link to something else, what its link says, the gate it serves."""

    device: Device | DeviceView
    shown: DeviceView | None
    rate: float | None
    gate: Gate | None
    seen: GateView | None
    doors: Sequence[DoorView] = ()
    """What the doors do whose points it has."""
    lifts: Sequence[LiftView] = ()
    """And the lifts."""
    point: ReadPoint | None = None
    """The read point it serves."""
    tags: int | None = None
    """Of a reader that serves none: how many tags it has read lately."""
    parcels: Sequence[ParcelRead] = ()
    """And which of them are on parcels of the site."""

    @property
    def state(self) -> str:
        """Return up, down or never (it has not been tried yet)."""
        return "never" if self.shown is None else "up" if self.shown.up else "down"


@dataclass(frozen=True, slots=True)
class PointCard:
    """A read point, what it shows, the tags that stand there with their last read, the site's parcels among them."""

    point: ReadPoint
    shown: ReadPointView
    tags: Mapping[str, datetime]
    parcels: Sequence[ParcelRead]

    @property
    def state(self) -> str:
        """Return away (a reader is), active (a cycle is under way), waits (for its signal), rests (until its time)."""
        if self.shown.away:
            return "away"
        return "active" if self.shown.active else "waits" if self.point.repeat is None else "rests"


def add(router: APIRouter, desk: Desk) -> None:
    """Add the cards and their CSV."""

    @router.get("/console/devices")
    async def show(request: Request, session: Who) -> Response:
        found = await _with_tags(desk, cards(desk))
        down = sum(1 for card in found if card.state != "up")
        heard, newcomers = desk.services.live.newcomers()
        view = await desk.view(request, session)
        return view.page(
            "devices",
            "devices",
            cards=found,
            down=down,
            heard=heard,
            newcomers=newcomers,
            vacant=await desk.read(vacant_places),
            points=await read_points(desk),
            foreign=foreign_robots(desk),
            walls=await desk.read(walls),
        )

    @router.get("/console/devices.csv")
    async def table(request: Request, session: Who) -> Response:
        view = await desk.view(request, session)
        found = cards(desk)

        async def rows(limit: int, offset: int) -> Sequence[Any]:
            return found[offset : offset + limit]

        return export("devices", _columns(view), rows)


def cards(desk: Desk) -> list[Card]:
    """Return every device of the site file, the broker and the fleet manager, those without a link first."""
    site, live = desk.services.site, desk.services.live
    gates = {device: gate for gate in site.gates for device in (gate.reader, gate.io)}
    points = {reader: point for point in site.read_points for reader in point.readers}
    found = []
    for device in site.devices:
        gate = gates.get(device.id)
        seen = live.gates.get(gate.id) if gate else None
        doors = [live.doors[door.id] for door in site.doors if door.io == device.id and door.id in live.doors]
        lifts = [live.lifts[lift.id] for lift in site.lifts if lift.io == device.id and lift.id in live.lifts]
        shown = live.devices.get(device.id)
        point = points.get(device.id)
        found.append(Card(device, shown, desk.hub.rate(device.id), gate, seen, doors, lifts, point))
    others = [view for view in live.devices.values() if view.id not in site.device]
    found += [Card(view, view, None, None, None) for view in others]
    return sorted(found, key=lambda card: card.state == "up")


async def _with_tags(desk: Desk, found: list[Card]) -> list[Card]:
    """Add to readers that serve no gate and no read point what they have read."""
    points, now = desk.services.live.points, desk.services.source.now()
    tags = {reader: point.lately(now) for reader, point in points.items()}
    named = {reader: await desk.read(parcels_read, lately) for reader, lately in tags.items()}
    return [
        replace(card, tags=len(tags[card.device.id]), parcels=named[card.device.id]) if card.device.id in tags else card
        for card in found
    ]


async def read_points(desk: Desk) -> list[PointCard]:
    """Return the read points with what stands there, in the order of the site file."""
    site, live = desk.services.site, desk.services.live
    shown = [(point, live.read_points[point.id]) for point in site.read_points if point.id in live.read_points]
    there = [(point, view, view.there()) for point, view in shown]
    return [PointCard(point, view, tags, await desk.read(parcels_read, tags)) for point, view, tags in there]


def foreign_robots(desk: Desk) -> list[tuple[ForeignView, str]] | None:
    """Return the robots that others drive with their states, by name; None where the site wants to see none."""
    services = desk.services
    if services.site.massrobotics is None:
        return None
    now = services.source.now()
    found = sorted(services.live.foreign.values(), key=lambda view: (view.maker, view.name, view.id))
    return [(view, foreign_state(view, now)) for view in found]


def _columns(view: View) -> list[Column]:
    t = view.t
    return [
        Column(t("column.device"), lambda card: card.device.id),
        Column(t("column.kind"), lambda card: t(f"device.{card.device.kind}")),
        Column(t("column.address"), lambda card: card.device.address),
        Column(t("column.state"), lambda card: t(f"state.device.{card.state}")),
        Column(t("column.since"), lambda card: view.f.iso(card.shown.since) if card.shown else ""),
        Column(t("column.last_word"), lambda card: card.shown.last_word if card.shown else ""),
        Column(t("column.last_at"), lambda card: view.f.iso(card.shown.last_at) if card.shown else ""),
        Column(t("column.words"), lambda card: card.shown.words if card.shown else 0),
        Column(t("column.losses"), lambda card: card.shown.losses if card.shown else 0),
        Column(t("column.error"), lambda card: card.shown.error if card.shown else ""),
    ]
