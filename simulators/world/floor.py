"""A whole simulated floor: goods, devices, robots and people of one site file, wired to each other as things are.

What people do moves goods; goods on a scale weigh; parcels pushed through a gate break beams and enter the reader's
field, those that wait for loading stand before the readers of read points; printed labels lie at the printer. Ports to
the edge (sockets or memory) come from outside.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from drivers.mqtt.port import Connect
from drivers.ports import Listen, Now
from simulators.fms.yard import Yard, managed
from simulators.operators.crew import Credentials, crew
from simulators.operators.person import Habits, Person
from simulators.plc.device import Plc
from simulators.plc.door import Door
from simulators.plc.hung import hung_door, hung_lift
from simulators.plc.lift import Lift
from simulators.plc.line import Line
from simulators.printer.device import PRINT_TIME, PrinterDevice
from simulators.printer.labels import Label
from simulators.reader import Field, Reader
from simulators.robots.build import from_site
from simulators.robots.config import RobotConfig
from simulators.robots.faults import Radio
from simulators.robots.fleet import RobotFleet
from simulators.robots.robot import Robot
from simulators.scale.device import Build, Dialect, ScaleDevice
from simulators.sitefile import SiteFile, Slot
from simulators.wms.demand import StockLine
from simulators.world.http import Way
from simulators.world.physics import STAGING, Goods, Hooks, Warehouse

TAG_CHANCE = 0.65
"""A tag answers in an inventory round this often: 60-70 % is what good gates see (I22)."""

STANDS = 30 * 86_400.0
"""Seconds a parcel is left standing at most: longer than anybody plays."""

PRESS_SECONDS = 0.15
"""How long a button of a slot or location is held down."""


@dataclass(frozen=True, slots=True)
class Ports:
    """How the floor meets the edge; `mqtt` by robot serial, `call` by person."""

    listen: Listen
    mqtt: Callable[[str], Connect]
    call: Callable[[str], Way]
    credentials: Credentials
    now: Now


@dataclass(slots=True)
class Tempo:
    """How fast the floor lives: 1 is life; more is faster, for a demo that need not be waited for."""

    people: float = 1.0
    robots: float = 1.0
    devices: float = 1.0
    state_interval: float = 10.0
    visualization: float | None = None


@dataclass(slots=True)
class Devices:
    """The devices by id."""

    plcs: dict[str, Plc] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    printers: dict[str, PrinterDevice] = field(default_factory=dict)
    scales: dict[str, ScaleDevice] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    lifts: dict[str, Lift] = field(default_factory=dict)


class Floor:
    """Everything on the floor but the edge; `start` opens the devices, `run` lets robots and people live."""

    def __init__(
        self,
        site: SiteFile,
        raw: Mapping[str, Any],
        ports: Ports,
        *,
        dice: random.Random,
        tempo: Tempo | None = None,
        habits: Habits | None = None,
        radio: Radio | None = None,
    ) -> None:
        self.site = site
        self.devices = Devices()
        self.fields: dict[str, Field] = {}
        self._point_readers = [reader for readers in site.read_points.values() for reader in readers]
        self._settling: dict[Plc, asyncio.TimerHandle] = {}
        self._ports = ports
        self._dice = dice
        tempo = self._tempo = tempo or Tempo()
        self.warehouse = Warehouse(
            hooks=Hooks(
                weight=self._weight,
                beam=self._beam,
                field=self._field,
                stands=self._stands,
                unload=self._unload,
                button=self._button,
                face=self._face,
            )
        )
        template = RobotConfig(
            "GenbaSim",
            "R",
            "N",
            0,
            0,
            state_interval=tempo.state_interval,
            visualization_interval=tempo.visualization,
        )
        configs = [
            replace(
                config,
                speed=round(config.speed * tempo.robots),
                acceleration=round(config.acceleration * tempo.robots),
                turn_rate=config.turn_rate * tempo.robots,
                handling_time=config.handling_time / tempo.robots,
            )
            for config in from_site(dict(raw), template)
        ]
        self.robots = RobotFleet(
            [
                Robot(
                    config,
                    ports.mqtt(config.serial),
                    now=ports.now,
                    dice=random.Random(dice.getrandbits(64)),
                    radio=radio,
                )
                for config in configs
            ]
        )
        places = {node["id"]: (node["x"], node["y"]) for node in raw["roadmap"]["nodes"]}
        self.yard = Yard(places, managed(raw), random.Random(f"yard {len(places)}"))
        """The robots that their maker's manager drives."""
        for device in site.devices.values():
            if device.kind == "modbus":
                self.devices.plcs[device.id] = Plc(device.options["points"], unit=device.options.get("unit", 1))
        self._hang_doors()
        self._hang_lifts()
        self._give_eyes()
        self.people: list[Person] = crew(
            site,
            self.warehouse,
            ports.call,
            ports.credentials,
            dice,
            habits=(habits or Habits()).at_pace(tempo.people),
            robot_at=self._robot_at,
        )

    def _hang_doors(self) -> None:
        """Hang the doors at their PLCs."""
        for one in self.site.doors.values():
            door = hung_door(one, self.devices.plcs[one.io], pace=self._tempo.devices)
            self.devices.doors[one.id] = door
            door.on_change = self._door_moved

    def _hang_lifts(self) -> None:
        """Hang the lifts at their PLCs."""
        for one in self.site.lifts.values():
            lift = hung_lift(one, self.devices.plcs[one.io], pace=self._tempo.devices)
            self.devices.lifts[one.id] = lift
            lift.on_change = self._door_moved

    def _give_eyes(self) -> None:
        """Let robots see a door that fell shut before them, and go on when it is open."""
        seen: dict[str, Callable[[], bool]] = {}
        for door in self.devices.doors.values():
            for a, b in door.lanes:
                seen |= dict.fromkeys((f"{a}>{b}", f"{b}>{a}"), partial(_fell_shut, door))
        for lift in self.devices.lifts.values():
            for stop in lift.stops:
                lanes = f"{stop.landing}>{stop.cabin}", f"{stop.cabin}>{stop.landing}"
                seen |= dict.fromkeys(lanes, partial(lift.shut_by_itself, stop.id))
        for robot in self.robots.robots.values() if seen else ():
            robot.sees_shut = lambda lane: lane in seen and seen[lane]()

    def _door_moved(self) -> None:
        for robot in self.robots.robots.values():
            robot.look_up()

    async def start(self) -> dict[str, str]:
        """Switch the devices on and return their real addresses by id."""
        found: dict[str, str] = {}
        lines: dict[str, list[str]] = {}
        for device in self.site.devices.values():
            if device.kind == "modbus":
                lines.setdefault(device.address, []).append(device.id)
            else:
                found[device.id] = await self._switch_on(device.id, device.kind, device.address, device.options)
        for address, names in lines.items():
            found |= dict.fromkeys(names, await self._put_on_line([self.devices.plcs[name] for name in names], address))
        return found

    async def _put_on_line(self, plcs: list[Plc], address: str) -> str:
        """Serve units that share an address; one alone goes away with its address when it is switched off."""
        if len(plcs) == 1:
            return await plcs[0].start(self._ports.listen, address)
        return await Line(plcs).start(self._ports.listen, address)

    async def run(self) -> None:
        """Let robots and people live until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.robots.run())
            for person in self.people:
                group.create_task(person.run())
            for plc in self.devices.plcs.values():
                group.create_task(plc.beat())

    def stock_up(self, lines: list[StockLine]) -> None:
        """Bring the opening stock."""
        for line in lines:
            goods = Goods(line.item.owner, line.item.sku, line.item.gtin, line.item.weight_g)
            self.warehouse.bring(line.location, goods, line.quantity, line.lot, line.expiry)

    async def _switch_on(self, name: str, kind: str, address: str, options: Mapping[str, Any]) -> str:
        listen = self._ports.listen
        if kind == "rfid":
            if options.get("protocol", "llrp") != "llrp":
                raise ValueError(f"{name}: this floor plays LLRP readers only")
            self.fields[name] = Field(random.Random(self._dice.getrandbits(64)), chance=TAG_CHANCE)
            reader = self.devices.readers[name] = Reader(
                address, field=self.fields[name], listen=listen, now=self._ports.now, dice=self._dice, antennas=2
            )
            await reader.start()
            return reader.address
        if kind == "zpl":
            printer = self.devices.printers[name] = PrinterDevice(
                on_label=self._label_taker(name), print_time=PRINT_TIME / self._tempo.devices
            )
            return await printer.start(listen, address)
        if kind == "scale":
            scale = self.devices.scales[name] = ScaleDevice(
                random.Random(self._dice.getrandbits(64)),
                Build(
                    dialect=Dialect.SICS if options.get("protocol") == "sics" else Dialect.AND,
                    settling=Build().settling / self._tempo.devices,
                    continuous=options.get("protocol") == "continuous",
                ),
            )
            return await scale.start(listen, address)
        return address

    def _label_taker(self, printer: str) -> Callable[[Label], None]:
        def printed(label: Label) -> None:
            if label.tracking is not None and label.epc is not None:
                self.warehouse.printed(printer, label.tracking, label.epc, label.own or "")

        return printed

    def _weight(self, scale: str, grams: int) -> None:
        if scale in self.devices.plcs:
            self._weigh_by_unit(self.devices.plcs[scale], grams)
            return
        device = self.devices.scales[scale]
        device.take()
        if grams:
            device.place(grams)

    def _weigh_by_unit(self, plc: Plc, grams: int) -> None:
        """Let a weight transmitter settle: half of the load is seen at first, and it says that it moves."""
        division = plc.points["weight"].get("scale", 1)
        loop = asyncio.get_running_loop()
        if "stable" in plc.points:
            plc.set_input("stable", 0)
        plc.set_input("weight", round(grams / 2 / division))
        settled = self._settling.pop(plc, None)
        if settled is not None:
            settled.cancel()
        self._settling[plc] = loop.call_later(Build().settling / self._tempo.devices, self._settle, plc, grams)

    def _settle(self, plc: Plc, grams: int) -> None:
        plc.set_input("weight", round(grams / plc.points["weight"].get("scale", 1)))
        if "stable" in plc.points:
            plc.set_input("stable", 1)

    def _beam(self, gate: str, beam: str, broken: bool) -> None:  # noqa: FBT001  the hook's form
        shape = self.site.gates[gate]
        point = shape.inner if beam == "inner" else shape.outer
        if point is not None:
            self.devices.plcs[shape.io].set_input(point, int(broken))

    def _field(self, gate: str, epcs: list[str], seconds: float, inward: bool) -> None:  # noqa: FBT001  the hook's form
        """Tags come before all antennas at once, or before those of one side first."""
        shape = self.site.gates[gate]
        field = self.fields[shape.reader]
        if shape.antennas is None:
            field.enter(epcs, seconds)
            return
        first, then = reversed(shape.antennas) if inward else shape.antennas
        field.enter(epcs, seconds * 0.6, first)
        asyncio.get_running_loop().call_later(seconds * 0.4, field.enter, epcs, seconds * 0.6, then)

    def _stands(self, spot: str, epc: str, there: bool) -> None:  # noqa: FBT001  the hook's form
        """Every read point of a site looks at what waits for loading."""
        for reader in self._point_readers if spot == STAGING else ():
            if there:
                self.fields[reader].enter([epc], STANDS)
            else:
                self.fields[reader].leave([epc])

    def _unload(self, robot_id: str, tote: str) -> None:
        """Somebody takes a tote off a robot by hand; one behind a manager does not say what it carries."""
        if self.site.robots[robot_id].serial in self.yard.robots:
            return
        self.robots[self.site.robots[robot_id].serial].take_off(tote)

    def _button(self, slot_id: str) -> bool:
        """Press the button of a slot for a moment, if a light says so and it has one."""
        slot = self.site.slots[slot_id]
        plc = self._plc_of(slot)
        if plc is None or not any(plc.value(light) for light in slot.lights.values()):
            return False
        self._press(plc, slot.button)
        return True

    def _face(self, location: str, colour: str, units: int) -> bool:
        """Press the button at a location, if it is lit in this colour, shows these units, and has one."""
        face = self.site.faces[location]
        plc = self._plc_of(face)
        if plc is None or (face.display and plc.value(face.display) != units):
            return False
        if face.lights and (colour not in face.lights or plc.value(face.lights[colour]) != face.values.get(colour, 1)):
            return False
        self._press(plc, face.button)
        return True

    def _plc_of(self, slot: Slot) -> Plc | None:
        """Return the PLC of a button, None where there is no button, or it is off."""
        plc = self.devices.plcs.get(slot.io)
        return plc if plc is not None and slot.button and plc.online else None

    @staticmethod
    def _press(plc: Plc, button: str) -> None:
        if plc.points[button].get("counter"):
            plc.count(button)
        else:
            plc.set_input(button, 1)
            asyncio.get_running_loop().call_later(PRESS_SECONDS, plc.set_input, button, 0)

    def _robot_at(self, robot_id: str) -> str | None:
        robot = self.site.robots.get(robot_id)
        if robot is None:
            return None
        if robot.serial in self.yard.robots:
            return self.yard.robots[robot.serial].place or None
        nodes = self.robots[robot.serial].occupancy.nodes
        return nodes[0] if nodes else None


def _fell_shut(door: Door) -> bool:
    return door.shut_by_itself
