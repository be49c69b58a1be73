"""Ready maps of devices: what a maker's document says of its registers, so that a site file names it instead of points.

Addresses count from 1, as the documents do. Each profile says where its facts stand; none was tried on the device
itself. What a document left open is left out here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Settings = Mapping[str, Any]
"""What a site file says of one point."""

LONGEST_SERIES = 1000
"""Points that one entry may stand for: more are a slip of the hand."""
TWO_WORDS = ("uint32", "int32", "float32")
"""Types of two addresses each."""


def _at(table: str, address: int, **more: Any) -> Settings:
    return {"table": table, "address": address, "base": 1, **more}


def _adam(inputs: int, outputs: int) -> dict[str, Settings]:
    """Advantech ADAM-6000 User Manual, edition 9, appendix B.2: inputs from 00001, outputs from 00017, counters 40001.

    Function 2 reads the inputs too, where the manual shows them as 0X. A counter's low word comes first; it counts only
    when its input is set to counter mode at the module.
    """
    return {
        **{f"di{i}": _at("discrete", 1 + i) for i in range(inputs)},
        **{f"do{i}": _at("coil", 17 + i, safe=False) for i in range(outputs)},
        **{
            f"count{i}": _at("holding", 1 + 2 * i, type="uint32", words="low_first", counter=True)
            for i in range(inputs)
        },
    }


def _door_adam() -> dict[str, Settings]:
    """A door's drive at an ADAM-6060, wired as docs/devices/doors.md says; its addresses are the module's maker's.

    Relay 0 opens the door while it is on, and is left as it is when Genba stops: a robot may stand in it.
    """
    return {
        "open": _at("coil", 17, safe=None),
        "opened": _at("discrete", 1),
        "closed": _at("discrete", 2),
        "fault": _at("discrete", 3),
    }


def _lift_adam(floors: int) -> dict[str, Settings]:
    """A lift's control at an ADAM-6060 (two floors) or ADAM-6050 (six), wired as docs/devices/lifts.md says.

    A relay for each floor calls the lift there while it is on, and is left as it is when Genba stops: a robot may stand
    in its door.
    """
    signals = ["opened", "closed", "fault", "manual"]
    return {
        **{f"call_{i}": _at("coil", 16 + i, safe=None) for i in range(1, floors + 1)},
        **{f"at_{i}": _at("discrete", i) for i in range(1, floors + 1)},
        **{name: _at("discrete", floors + 1 + i) for i, name in enumerate(signals)},
    }


def _lights_adam() -> dict[str, Settings]:
    """Six slots of a put wall or shelf at an ADAM-6060: a lamp and a button each, wired as docs/putwall.md says.

    `press_1` and on count the same buttons, so that no press is too short for the poll; their inputs are then set to
    counter mode at the module.
    """
    return {
        **{f"light_{i}": _at("coil", 16 + i, safe=False) for i in range(1, 7)},
        **{f"button_{i}": _at("discrete", i) for i in range(1, 7)},
        **{
            f"press_{i}": _at("holding", 2 * i - 1, type="uint32", words="low_first", counter=True) for i in range(1, 7)
        },
    }


def _conveylinx() -> dict[str, Settings]:
    """Pulseroller ConveyLinx PLC Developer's Guide, "PLC I/O Mode Control", ERSC family (manula.com).

    The module is in PLC I/O mode. 4:1700 is counted from 1. A run word is 1 forward, 257 reverse, 0 stop; currents A.
    """
    sides = (("left", 1704, 1707, 1804, 1810), ("right", 1708, 1711, 1807, 1811))
    stops = {"group": 5, "link": 6, "host": 7, "left_port": 8, "right_port": 9, "command": 10}
    ports = {"left_sensor": 4, "left_control": 5, "right_sensor": 6, "right_control": 7}
    faults = {"short": 10, "absent": 11, "overload": 12, "stalled": 13}
    points: dict[str, Settings] = {
        "alive": _at("holding", 1701, bit=15, heartbeat=5),
        **{name: _at("holding", 1701, bit=bit) for name, bit in ports.items()},
        **{f"stop_{name}": _at("holding", 1700, bit=bit) for name, bit in stops.items()},
        "voltage": _at("holding", 1703, scale=0.001),
        "stop": _at("holding", 1800),
    }
    for side, current, status, run, speed in sides:
        points |= {
            f"{side}_current": _at("holding", current, scale=0.001),
            **{f"{side}_{name}": _at("holding", status, bit=bit) for name, bit in faults.items()},
            f"{side}_run": _at("holding", run, safe=0),
            f"{side}_speed": _at("holding", speed),
        }
    return points


def _la6() -> dict[str, Settings]:
    """PATLITE LA6-POE Operation Manual §5.3 (Modbus/TCP): tiers 40001 to 40005, buzzer 40006, contact inputs from 1.

    A tier is 0 off, 1 on, 2 flashing; the buzzer 0 off, else a pattern of 1 to 3. A write carries the bit "controls",
    which is not read back.
    """
    lamp = {"write_bits": 0x0100, "safe": 0}
    return {
        **{f"tier{i}": _at("holding", i, **lamp) for i in range(1, 6)},
        "buzzer": _at("holding", 6, **lamp),
        **{f"contact{i}": _at("discrete", i) for i in range(1, 9)},
    }


def _laumas() -> dict[str, Settings]:
    """Laumas TLU and LCB manuals, "list of available registers"; the same map in CAS CI-600D and Bosche WTS.

    Weights are whole numbers without sign or decimal point: multiply by the scale's division with `scale`, and look at
    the sign bits.
    """
    status = {"cell_fault": 0, "overload": 2, "gross_negative": 7, "net_negative": 8, "stable": 11, "at_zero": 12}
    return {
        **{name: _at("holding", 7, bit=bit) for name, bit in status.items()},
        "gross": _at("holding", 8, type="uint32"),
        "net": _at("holding", 10, type="uint32"),
    }


def _laumas_scale() -> dict[str, Settings]:
    """The same transmitter as the scale of a pack station: what lies on the pan, in g, and whether it rests.

    It is the net weight: the pan's own is tared at the transmitter. A division other than 1 g is the `scale` of
    `weight`.
    """
    points = _laumas()
    return {
        "weight": points["net"],
        "negative": points["net_negative"],
        "stable": points["stable"],
        "overload": points["overload"],
    }


def _came() -> dict[str, Settings]:
    """CAME 803XC-0020 (ZLB30B) register map FA01323: the state of a door or barrier; commands are left out.

    `state`: 16 open, 17 closed, 18 partly open, 19 stopped, 32 opening, 33 closing, 3 calibrating, 0 unknown.
    `position` is percent open, 255 unknown.
    """
    return {
        "state": _at("holding", 101),
        "position": _at("holding", 102),
        "error": _at("holding", 104),
        "moves": _at("holding", 105, type="uint32", words="low_first", counter=True),
    }


PROFILES: Mapping[str, Mapping[str, Settings]] = {
    "adam-6050": _adam(12, 6),
    "adam-6060": _adam(6, 6),
    "door-adam-6060": _door_adam(),
    "lift-adam-6060": _lift_adam(2),
    "lift-adam-6050": _lift_adam(6),
    "lights-adam-6060": _lights_adam(),
    "conveylinx-plc-io": _conveylinx(),
    "patlite-la6-poe": _la6(),
    "laumas-tlu": _laumas(),
    "scale-laumas-tlu": _laumas_scale(),
    "came-803xc": _came(),
}
"""Points by name, by the device's name."""


def with_profile(profile: str | None, own: Mapping[str, Settings]) -> dict[str, Settings]:
    """Return a device's points: those of its profile, with what the site says of them, and the site's own; KeyError."""
    known = PROFILES[profile] if profile is not None else {}
    named = {name: {**known.get(name, {}), **settings} for name, settings in own.items()}
    single = {name: settings for key, series in named.items() for name, settings in in_series(key, series)}
    return {**known, **single}


def in_series(name: str, settings: Settings) -> Iterator[tuple[str, Settings]]:
    """Give a point as it is, or of one such as `lamp_{n}` with `count: 120` the points lamp_1 to lamp_120.

    They lie one behind the other, bits of words (`bit`) too, or every `step` addresses.
    """
    count, step = settings.get("count"), settings.get("step")
    address, bit = settings.get("address"), settings.get("bit")
    if "{n}" not in str(name) or not isinstance(count, int) or not isinstance(address, int):
        yield name, settings
        return
    if isinstance(count, bool) or not 0 < count <= LONGEST_SERIES or not isinstance(step, int | None):
        yield name, settings
        return
    alike = {key: value for key, value in settings.items() if key not in ("count", "step")}
    for i in range(count):
        place = {"address": address + i * (step or (2 if settings.get("type") in TWO_WORDS else 1))}
        if isinstance(bit, int) and step is None:
            place = {"address": address + (bit + i) // 16, "bit": (bit + i) % 16}
        yield name.replace("{n}", str(i + 1)), {**alike, **place}
