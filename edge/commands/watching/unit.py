"""A Modbus unit: its points as they change, and what they mean at a gate, a put wall or a location.

Outputs are held if asked, then left safe.
"""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from drivers.modbus.points import Value
from drivers.modbus.unit import Change
from edge.commands.failed import Failed
from edge.commands.watching.teller import Teller
from edge.devices.drivers import Drivers, points_of
from edge.site import Device, Site

FOLLOW = 2.0
"""Seconds after which an output that did not follow is told: several scan cycles and one retry."""
SWITCH: Mapping[str, bool] = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}

HUNG = ("lamp", "display", "button", "short")
"""What hangs at a slot or location."""


class Role(NamedTuple):
    """What a point is: `bit`, the `beam` or `light` of a gate and which of its two, or what hangs at a slot or shelf.

    That is the `lamp` of a colour, the `display`, the `button`, or `short`, the second one.
    """

    kind: str
    part: str = ""
    place: str = ""


def held(device: Device, wishes: list[str], teller: Teller) -> dict[str, Value]:
    """Return the outputs to hold, of texts like `gate1_green=on`; Failed for what cannot be held or left safe."""
    return dict(_wish(device, text, teller) for text in wishes)


def _wish(device: Device, text: str, teller: Teller) -> tuple[str, Value]:
    if device.kind != "modbus":
        raise Failed(teller.words("watch.not_modbus", {"device": device.id}))
    name, _, said = (part.strip() for part in text.partition("="))
    points = points_of(device)
    outputs = [point.name for point in points.values() if point.writable]
    if not outputs:
        raise Failed(teller.words("watch.no_outputs", {"device": device.id}))
    if name not in outputs:
        details = {"device": device.id, "point": name, "outputs": ", ".join(outputs)}
        raise Failed(teller.words("watch.no_output", details))
    point = points[name]
    if point.safe is None:
        raise Failed(teller.words("watch.no_safe", {"point": name}))
    try:
        value: Value = SWITCH[said.lower()] if point.kind == "bool" else float(said)
    except (KeyError, ValueError):
        raise Failed(teller.words("watch.set_form", {"text": text})) from None
    try:
        return name, point.settled(value)
    except ValueError:
        raise Failed(teller.words("watch.set_value", {"point": name, "value": said})) from None


class UnitWatch:
    """Watches one unit; `holds` are the outputs to hold, by name. It writes nothing else."""

    def __init__(self, device: Device, drivers: Drivers, teller: Teller, holds: Mapping[str, Value]) -> None:
        self._teller = teller
        self._holds = holds
        self._roles = roles(teller.site, device)
        self._counters = {name for name, point in device.points.items() if point.counter}
        self._driver = drivers.unit(
            device,
            on_link=teller.link,
            on_change=self._changed,
            on_refused=self._refused,
            on_dropped=self._dropped,
            only=holds.keys(),
        )
        self._changes = 0

    async def run(self) -> None:
        """Watch, and hold what is to be held, until cancelled."""
        for point, value in self._holds.items():
            self._driver.want(point, value)
            self._teller.say("watch.hold", {"point": point, "value": shown(value)})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._driver.run())
            tasks.create_task(self._follow())

    def end(self) -> None:
        """Say how the outputs were left, and the totals."""
        if self._holds:
            names = {"points": ", ".join(self._holds)}
            if self._driver.left_safe:
                self._teller.say("watch.left_safe", names)
            else:
                self._teller.say("watch.left_unsafe", names)
        self._teller.say("watch.total_modbus", {"changes": self._changes, "losses": self._driver.link.losses})

    async def _follow(self) -> None:
        """Tell once of each output that does not follow."""
        told: set[str] = set()
        before: set[str] = set()
        while True:
            await asyncio.sleep(FOLLOW)
            unmet = self._driver.unmet if self._driver.link.up else {}
            late = {point for point in unmet if point in before and point in self._holds}
            for point in sorted(late - told):
                details = {"point": point, "value": shown(self._holds[point])}
                self._teller.say("watch.not_following", details)
            told = (told | late) & unmet.keys()
            before = set(unmet)

    def _refused(self, point: str, error: str) -> None:
        self._teller.say("watch.point_refused", {"point": point, "error": error})

    def _dropped(self, point: str, value: Value) -> None:
        self._teller.say("watch.late_wish", {"point": point, "value": shown(value)})

    def _changed(self, change: Change) -> None:
        what = self._meaning(change)
        if change.before is None:
            self._teller.say("watch.now", {"what": what}, change.at)
        else:
            self._changes += 1
            self._teller.line(what, change.at)

    def _meaning(self, change: Change) -> str:
        role = self._roles.get(change.point, Role("bit"))
        part = role.part and self._teller.words(f"watch.{role.part}")
        details = {"point": change.point, "value": change.value, "steps": change.steps}
        details |= {"gate": role.place, "place": role.place, "part": part}
        if isinstance(change.value, bool):
            return self._teller.words(f"watch.{role.kind}_{'on' if change.value else 'off'}", details)
        hung = role.kind in HUNG
        if change.before is None or change.point not in self._counters:
            return self._teller.words(f"watch.{role.kind}_value" if hung else "watch.value", details)
        if change.steps is None:
            return self._teller.words("watch.counter_reset", details)
        return self._teller.words(f"watch.{role.kind}_counted" if hung else "watch.counted", details)


def shown(value: Value) -> str:
    """Return a value as --set takes it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def roles(site: Site, device: Device) -> dict[str, Role]:
    """Return what the points are that gates, slots and locations use, by name."""
    found: dict[str, Role] = {}
    for gate in site.gates:
        if gate.io == device.id:
            found |= {point: Role("beam", eye, gate.id) for point, eye in gate.eyes.items()}
            found[gate.green], found[gate.red] = Role("light", "green", gate.id), Role("light", "red", gate.id)
    for slot in [slot for wall in site.put_walls for slot in wall.slots if slot.io == device.id]:
        lights = slot.lights.model_dump(exclude_none=True)
        found |= _hung(slot.id, lights, {"display": slot.display, "button": slot.button})
    for face in [face for face in site.face.values() if face.io == device.id]:
        others = {"display": face.display, "button": face.button, "short": face.short}
        found |= _hung(face.location, face.lights, others)
    return found


def _hung(place: str, lights: Mapping[str, str], others: Mapping[str, str | None]) -> dict[str, Role]:
    """Return what hangs at a slot or location, by point; a lamp of several colours is called by the first of them."""
    lamps = {point: Role("lamp", colour, place) for colour, point in reversed(list(lights.items()))}
    return lamps | {point: Role(kind, "", place) for kind, point in others.items() if point is not None}
