"""A small site that is right, and for each fault a way to break it."""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PosixPath

from pydantic import TypeAdapter, ValidationError

from edge.commands.check import sound_site
from edge.fleet.mapcheck import check_map
from edge.fleet.roadmap import Lane, Node, Roadmap
from edge.model.faults import Fault
from edge.secret import Secrets
from edge.sitefile import Problem, SiteError
from edge.siteshape import shape_faults

CYCLE = "readers: [reader-2], repeat: 10, duration: 5"
SMALL = """\
site: {id: OS1, name: {ja: 大阪, en: Osaka}, timezone: Asia/Tokyo}
wms: {url: "http://127.0.0.1:8071"}
owners:
  - {id: ACME, name: {ja: アクメ, en: Acme}}
carriers:
  - {id: yamato, name: {ja: ヤマト, en: Yamato}}
cutoffs:
  - {id: y1, carrier: yamato, at: 14:30}
shifts:
  - {id: day, start: "08:00", end: 17:00}
zones:
  - {id: A, name: {ja: A, en: A}, area: [[0, 0], [9000, 0], [9000, 9000]]}
locations:
  - {id: A-1, zone: A, node: N1, x: 0, y: 1000}
roadmap:
  map: floor1
  nodes:
    - {id: N1, x: 0, y: 0}
    - {id: N2, x: 2000, y: 0}
    - {id: N3, x: 4000, y: 0}
    - {id: L1, x: 0, y: 5000}
    - {id: C1, x: 0, y: 7000}
    - {id: L2, x: 0, y: 5000, map: floor2}
    - {id: C2, x: 0, y: 7000, map: floor2}
  lanes:
    - {from: N1, to: N2, both: true}
    - {from: N1, to: N3}
    - {from: N3, to: N1}
    - {from: N1, to: L1, both: true}
    - {from: L1, to: C1, both: true}
    - {from: L2, to: C2, both: true}
robot_types:
  - {id: t4, totes: 4}
robots:
  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}
stations:
  - {id: PACK-1, kind: pack, node: N1, x: 0, y: 0, scale: scale-1, printer: printer-1}
  - {id: TOTES-1, kind: tote, node: N1, x: 0, y: 0}
  - {id: PARK-1, kind: park, node: N2, x: 0, y: 0}
  - {id: CHARGE-1, kind: charge, node: N3, x: 0, y: 0}
  - {id: W, kind: wall, node: N1, x: 0, y: 0}
docks:
  - {id: DOCK-1, gate: GATE-1, x: 0, y: 0, carriers: [yamato]}
put_walls:
  - {id: W, packs: [PACK-1], slots: [{id: S1, io: plc-9, button: c}]}
gates:
  - {id: GATE-1, reader: reader-1, io: plc-1, inner: in, outer: out, green: g, red: r}
read_points:
  - {id: BUF, name: {ja: 仮置き, en: Buffer}, readers: [reader-2], repeat: 10, duration: 5}
doors:
  - {id: D1, name: {ja: 扉, en: Door}, io: plc-9, lanes: ["N1>N3"]}
lifts:
  - id: U1
    name: {ja: リフト, en: Lift}
    io: plc-8
    floors:
      - {id: "1", cabin: C1, landing: L1}
      - {id: "2", cabin: C2, landing: L2}
cartons:
  - {id: C60, name: {ja: 箱, en: Box}, length: 250, width: 200, height: 150, weight: 120}
people:
  - {id: sato, name: {ja: 佐藤, en: Sato}, roles: [picker]}
devices:
  - {id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084"}
  - {id: reader-2, kind: rfid, address: "tcp://127.0.0.1:5085"}
  - id: plc-1
    kind: modbus
    address: "tcp://127.0.0.1:1502"
    watchdog: g
    points:
      in: {table: discrete, address: 0}
      out: {table: discrete, address: 1}
      g: {table: coil, address: 0}
      r: {table: coil, address: 1}
  - {id: printer-1, kind: zpl, address: "tcp://127.0.0.1:9100"}
  - {id: scale-1, kind: scale, address: "serial:/dev/ttyS0?baud=9600"}
  - {id: plc-8, kind: modbus, address: "tcp://127.0.0.1:1508", profile: lift-adam-6060}
  - id: plc-9
    kind: modbus
    address: "tcp://127.0.0.1:1509"
    profile: door-adam-6060
    points:
      w: {table: holding, address: 9, type: uint16}
      c: {table: coil, address: 9}
      weight: {table: coil, address: 10}
"""


@dataclass(frozen=True)
class Sample:
    """What of SMALL is written otherwise, the mark of the line that is told, and how the English text begins."""

    fault: Fault
    old: str
    new: str
    mark: str
    what: str

    @property
    def text(self) -> str:
        """The broken file."""
        assert self.old in SMALL
        return SMALL.replace(self.old, self.new, 1)


def problems_of(path: Path) -> list[Problem]:
    """Return what `genba check` finds wrong with a file."""
    try:
        sound_site(path)
    except SiteError as error:
        return error.problems
    return []


def write(folder: Path, content: str | bytes) -> Path:
    """Write a site file."""
    path = folder / "site.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


DOOR = '  - {id: D1, name: {ja: 扉, en: Door}, io: plc-9, lanes: ["N1>N3"]}\n'


def _door(fault: Fault, what: str, *doors: str) -> "Sample":
    """Return a sample with doors D1, D2 … of these settings; the last is told."""
    new = "".join(
        f"  - {{id: D{n}, name: {{ja: 扉, en: Door}}, io: plc-9, {door}}}\n" for n, door in enumerate(doors, 1)
    )
    return Sample(fault, DOOR, new, f"id: D{len(doors)}", what)


FLOOR = '      - {id: "2", cabin: C2, landing: L2}\n'
CAR = SMALL[SMALL.index("  - id: U1") : SMALL.index("cartons:")]
AISLE = "    - {from: N1, to: N2, both: true}\n"
NODE = "    - {id: L1, x: 0, y: 5000}\n"
ONE_FLOOR = "".join(
    line
    for line in SMALL.replace("lifts:\n" + CAR, "").splitlines(keepends=True)
    if not any(name in line for name in ("L1", "C1", "L2", "C2"))
)


def _lift(fault: Fault, what: str, floor: str, old: str = "", new: str = "") -> "Sample":
    """Return a sample with another upper floor of the lift, which is told, and something else written otherwise."""
    begin = SMALL.replace(old, new, 1) if old else SMALL
    return Sample(fault, SMALL, begin.replace(FLOOR, f'      - {{id: "2", {floor}}}\n', 1), 'id: "2"', what)


ROW = "  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}\n"
WALL = "slots: [{id: S1, io: plc-9, button: c}]}\n"


def _wall(fault: Fault, what: str, slot: str, *, mark: str = "id: S9", wall: str = "") -> "Sample":
    """Return a sample with one slot more, or one wall more."""
    new = WALL.replace("]}", f",\n      {{{slot}}}]}}") if slot else f"{WALL}  - {{{wall}}}\n"
    return Sample(fault, WALL, new, mark, what)


def _faces(fault: Fault, what: str, entry: str) -> "Sample":
    """Return a sample with lights at locations."""
    return Sample(fault, "gates:\n", f"pick_lights:\n  - {{{entry}}}\ngates:\n", entry[:15], what)


MAP = '{id: floor1, version: "1", link: "https://m/1"}'
PARTED = (
    SMALL[SMALL.index("  lanes:") : SMALL.index("  - {id: PACK-1")],
    """    - {id: M1, x: 0, y: 9000}
    - {id: M2, x: 2000, y: 9000}
  lanes:
    - {from: M1, to: M2, both: true}
    - {from: N1, to: N2, both: true}
    - {from: N1, to: N3}
    - {from: N3, to: N1}
robot_types:
  - {id: t4, totes: 4}
  - {id: f4, driver: fms, totes: 4}
fms: {url: "http://127.0.0.1:8090"}
robots:
  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}
  - {id: F1, type: f4, manufacturer: Maker, serial: F1, home: CHARGE-9}
stations:
  - {id: CHARGE-9, kind: charge, node: M2, x: 0, y: 0}
""",
)
"""A second part of the floor, where F1 can charge and no more."""
IN = "in: {table: discrete, address: 0}"
BETWEEN = SMALL[SMALL.index("red: r}") + len("red: r}") : SMALL.index("{id: reader-1")]
"""What stands in SMALL between its gate and its reader."""
SAMPLES = [
    Sample(Fault.MISSING, "wms: {url", "wmx: {url", "site: ", "'wms' is missing."),
    Sample(Fault.UNKNOWN_KEY, "wms: {url", "wmx: {url", "wmx: ", "'wmx' is not a key of the site file."),
    Sample(Fault.MISSING, "node: N1, x: 0, y: 1000", "x: 0, y: 1000", "id: A-1", "'node' is missing."),
    Sample(Fault.UNKNOWN_KEY, "zone: A, node", "zoone: A, node", "zoone", "'zoone' is not a key"),
    Sample(Fault.UNKNOWN_KEY, "wms: {url:", "wms: {token: abc, url:", "token: abc", "'token' is not a key"),
    Sample(Fault.KEY_NOT_TEXT, "id: sato,", "id: sato, 1: x,", "1: x", "The key 1 is no text."),
    Sample(Fault.KEY_NOT_TEXT, "      r: {table", "      7: {table", "      7: ", "The key 7 is no text."),
    Sample(Fault.KEY_NOT_TEXT, "owners:", "1: x\nowners:", "1: x", "The key 1 is no text."),
    Sample(Fault.NOT_TEXT, "id: ACME", "id: 12", "id: 12", "This is no text."),
    Sample(Fault.NOT_TEXT, "at: 14:30", "at: yes", "at: yes", "This is no text."),
    Sample(Fault.NOT_WHOLE, "x: 2000, y: 0", "x: 2.5, y: 0", "x: 2.5", "This is no whole number."),
    Sample(Fault.NOT_WHOLE, "x: 2000, y: 0", "x: 2 m, y: 0", "x: 2 m", "This is no whole number."),
    Sample(Fault.NOT_NUMBER, "totes: 4", "totes: 4, battery_hours: long", "long", "This is no number."),
    Sample(Fault.NOT_TRUE_FALSE, "both: true", "both: maybe", "maybe", "This is neither true nor false."),
    Sample(Fault.NOT_LIST, "roles: [picker]", "roles: picker", "roles: picker", "This is no list."),
    Sample(Fault.NOT_KEYS, "name: {ja: 箱, en: Box}", "name: Box", "name: Box", "These are no keys with values."),
    Sample(Fault.NOT_KEYS, "  - {id: t4, totes: 4}", "  - t4", "  - t4", "These are no keys with values."),
    Sample(Fault.NOT_POINT, "[9000, 0], [", "[9000], [", "[9000]", "This is no point."),
    Sample(Fault.NOT_POINT, "[9000, 0], [", "[9000, 0, 0], [", "9000, 0, 0", "This is no point."),
    Sample(Fault.NOT_POINT, "[9000, 0], [", "9000, [", "area: [[0, 0], 9000", "This is no point."),
    Sample(
        Fault.NOT_SIGNAL, "g: {table: coil, ", "g: {table: coil, safe: off?, ", "off?", "This is no value of a signal."
    ),
    Sample(
        Fault.NOT_ONE_OF, "kind: pack", "kind: packing", "packing", "The value must be one of 'pack', 'wall', 'tote'"
    ),
    Sample(Fault.NOT_ONE_OF, "roles: [picker]", "roles: [pickr]", "pickr", "The value must be one of 'picker', 'pack"),
    Sample(Fault.TOO_SMALL, "totes: 4", "totes: -1", "totes: -1", "The value is less than 0."),
    Sample(Fault.TOO_LARGE, "totes: 4", "totes: 51", "totes: 51", "The value is more than 50."),
    Sample(
        Fault.NOT_ABOVE,
        "in: {table: discrete,",
        "in: {table: discrete, heartbeat: 0,",
        "beat: 0",
        "The value is not ab",
    ),
    Sample(Fault.TOO_LONG, "id: ACME", f"id: {'A' * 41}", "AAAA", "It has more than 40 characters."),
    Sample(Fault.TOO_FEW, "owners:", "owners: []\nowner_list:", "owners: []", "At least 1 must be listed."),
    Sample(Fault.BAD_ID, "id: sato", "id: 佐藤", "id: 佐藤", "An id has only letters, digits"),
    Sample(Fault.BAD_TIME, "at: 14:30", "at: 24:30", "24:30", "This is no time of day."),
    Sample(Fault.BAD_ADDRESS, '"tcp://127.0.0.1:9100"', '"127.0.0.1:9100"', "printer-1, kind", "This is no address."),
    Sample(Fault.BAD_ADDRESS, "//127.0.0.1:9100", "//[fe80:1]:9100", "fe80:1", "This is no address."),
    Sample(Fault.BAD_ADDRESS, "//127.0.0.1:9100", "//127.0.0.1:91000", "91000", "This is no address."),
    Sample(
        Fault.BAD_PREFIX,
        "owners:",
        "rules: {company_prefix: '49'}\nowners:",
        "rules:",
        "This is no GS1 company prefix.",
    ),
    Sample(
        Fault.BAD_PREFIX,
        "owners:",
        "rules: {company_prefix: '49012345'}\nowners:",
        "rules:",
        "This is no GS1 company prefix.",
    ),
    Sample(Fault.BAD_WMS, '"http://127.0.0.1:8071"', "ftp://wms", "wms:", "This is no address of a WMS"),
    Sample(Fault.BAD_WMS, '"http://127.0.0.1:8071"', "https:///genba", "wms:", "This is no address of a WMS"),
    Sample(
        Fault.BAD_FMS, "owners:", "fms: {url: 'mqtt://m'}\nowners:", "fms:", "This is no address of a fleet manager"
    ),
    Sample(Fault.BAD_EPCIS, "owners:", "epcis: {url: 'ftp://x'}\nowners:", "epcis:", "This is no address of an EPCIS"),
    Sample(Fault.BAD_GLN, "owners:", "epcis: {gln: '4912345000003'}\nowners:", "epcis:", "This is no GLN."),
    Sample(Fault.BAD_BASE, "owners:", "epcis: {base: 'https://x/?a'}\nowners:", "epcis:", "This is no address under"),
    Sample(Fault.EPCIS_NAMELESS, "owners:", "epcis: {}\nowners:", "epcis:", "epcis has neither gln nor base"),
    Sample(
        Fault.EPCIS_NO_PREFIX,
        "owners:",
        "epcis: {base: 'https://x/y'}\nowners:",
        "epcis:",
        "There is epcis, and no GS1 company prefix of your own",
    ),
    Sample(
        Fault.EPCIS_ONE_NAME,
        "read_points:\n  - {id: BUF,",
        "epcis: {gln: '4912345000002'}\nread_points:\n  - {id: PACK-1,",
        "epcis:",
        "Two places have the id 'PACK-1'",
    ),
    Sample(
        Fault.BAD_UUID,
        "owners:",
        "massrobotics: {datums: [{id: floor-1}]}\nowners:",
        "massrobotics:",
        "This is no UUID.",
    ),
    Sample(
        Fault.USED_TWICE,
        "owners:",
        "massrobotics:\n  datums:\n"
        "    - {id: 4b8302da-21ad-401f-af45-1dfd956b80b5}\n    - {id: 4B8302DA-21AD-401F-AF45-1DFD956B80B5}\nowners:",
        "4B8302DA",
        "'4b8302da-21ad-401f-af45-1dfd956b80b5' is used twice",
    ),
    Sample(Fault.TOO_LARGE, "totes: 4", "totes: 4, battery_hours: .inf", "id: t4", "The value is more than 1000"),
    Sample(Fault.NOT_ABOVE, "totes: 4", "totes: 4, battery_hours: -8", "id: t4", "The value is not above 0"),
    Sample(
        Fault.BAD_BROKER,
        "owners:",
        "broker: {url: 'http://b:1883'}\nowners:",
        "broker:",
        "This is no address of an MQTT",
    ),
    Sample(
        Fault.BAD_BROKER,
        "owners:",
        "broker: {url: 'mqtt://:1883'}\nowners:",
        "broker:",
        "This is no address of an MQTT",
    ),
    Sample(
        Fault.BAD_BROKER, "owners:", "broker: {url: 'mqtt://b:x'}\nowners:", "broker:", "This is no address of an MQTT"
    ),
    Sample(Fault.NO_TIME_ZONE, "Asia/Tokyo", "Asia/Tokio", "Tokio", "'Asia/Tokio' is no IANA time zone."),
    Sample(Fault.NO_TIME_ZONE, "Asia/Tokyo", "Asia", "timezone: Asia", "'Asia' is no IANA time zone."),
    Sample(
        Fault.USED_TWICE, "id: N2, x: 2000", "id: N1, x: 2000", "id: N1, x: 2000", "'N1' is used twice (first at #1)."
    ),
    Sample(Fault.NO_CARRIER, "carrier: yamato, at", "carrier: sagawa, at", "sagawa", "There is no carrier 'sagawa'."),
    Sample(Fault.NO_ZONE, "zone: A, node", "zone: B, node", "zone: B", "There is no zone 'B'."),
    Sample(Fault.NO_NODE, "node: N1, x: 0, y: 1000", "node: N9, x: 0, y: 1000", "N9", "There is no node 'N9'."),
    Sample(Fault.NO_NODE, "to: N2,", "to: N7,", "N7", "There is no node 'N7'."),
    Sample(Fault.NO_ROBOT_TYPE, "type: t4", "type: t5", "t5", "There is no robot type 't5'."),
    Sample(
        Fault.NO_HOME, "home: PARK-1", "home: PACK-1", "home: PACK-1", "There is no park or charge station 'PACK-1'."
    ),
    Sample(Fault.NO_STATION, "kind: zpl,", "kind: zpl, station: X,", "station: X", "There is no station or dock 'X'."),
    Sample(Fault.NO_GATE, "gate: GATE-1", "gate: GATE-2", "GATE-2", "There is no gate 'GATE-2'."),
    Sample(Fault.NO_SCALE, "scale: scale-1", "scale: printer-1", "scale: printer-1", "There is no scale 'printer-1'."),
    Sample(Fault.NO_PRINTER, "printer: printer-1", "printer: p", "printer: p}", "There is no printer 'p'."),
    Sample(Fault.NO_READER, "reader: reader-1", "reader: plc-1", "reader: plc-1", "There is no RFID reader 'plc-1'."),
    Sample(Fault.NO_IO, "io: plc-1", "io: plc-2", "io: plc-2", "There is no Modbus device 'plc-2'."),
    Sample(Fault.NO_POINT, "scale: scale-1", "scale: plc-1", "id: PACK-1", "Device plc-1 has no point 'weight'."),
    Sample(
        Fault.NO_WEIGHT, "scale: scale-1", "scale: plc-9", "id: PACK-1", "Point 'weight' of device plc-9 is no weight."
    ),
    Sample(Fault.NO_POINT, "inner: in,", "inner: inn,", "inner: inn", "Device plc-1 has no point 'inn'."),
    Sample(Fault.NO_POINT, "watchdog: g", "watchdog: gg", "watchdog: gg", "Device plc-1 has no point 'gg'."),
    Sample(Fault.NOT_OUTPUT, "watchdog: g", "watchdog: in", "watchdog: in", "Point 'in' of device plc-1 is no output."),
    Sample(Fault.NOT_OUTPUT, "green: g,", "green: in,", "green: in", "Point 'in' of device plc-1 is no output."),
    Sample(Fault.LANE_TO_ITSELF, "to: N2,", "to: N1,", "to: N1,", "The lane leads from N1 to itself."),
    Sample(Fault.LANE_TWICE, "to: N3}", "to: N2}", "to: N2}", "There is a lane N1>N2 already (#1)."),
    Sample(
        Fault.LANE_TWICE, "from: N3, to: N1}", "from: N2, to: N1}", "from: N2", "There is a lane N2>N1 already (#1)."
    ),
    Sample(
        Fault.LANE_OF_NO_LENGTH, "N2, x: 2000, y: 0", "N2, x: 0, y: 0", "to: N2", "Both ends of lane N1>N2 stand at"
    ),
    Sample(Fault.NO_FMS, "totes: 4", "totes: 4, driver: fms", "driver: fms", "There is no fleet manager that drives"),
    Sample(
        Fault.TWO_DRIVERS,
        """totes: 4}
robots:
""",
        """totes: 4}
  - {id: f4, driver: fms, totes: 4}
fms: {url: "http://127.0.0.1:8090"}
robots:
  - {id: F1, type: f4, manufacturer: Maker, serial: F1, home: CHARGE-1}
""",
        "id: R1",
        "R1 has another driver than F1, and lanes join",
    ),
    Sample(
        Fault.BAD_LINK,
        "totes: 4}",
        'totes: 4, maps: [{id: floor1, version: "1", link: maps/1.zip}]}',
        "id: t4",
        "This is no link from which a robot can fetch a map.",
    ),
    Sample(
        Fault.NO_MAP,
        "  map: floor1\n",
        "  map: floor1\n  names: {floor9: {ja: 9階, en: Ninth}}\n",
        "names: {floor9",
        "The roadmap uses no map 'floor9'.",
    ),
    Sample(
        Fault.NO_MAP,
        "totes: 4}",
        'totes: 4, maps: [{id: floor9, version: "1", link: "https://m/1"}]}',
        "id: t4",
        "The roadmap uses no map 'floor9'.",
    ),
    Sample(
        Fault.USED_TWICE,
        "totes: 4}",
        f"totes: 4, maps: [{MAP}, {MAP}]}}",
        "id: t4",
        "'floor1' is used twice",
    ),
    Sample(
        Fault.MAPS_UNKNOWN,
        "totes: 4}",
        f'totes: 4, vda5050: "2.0", maps: [{MAP}]}}',
        "id: t4",
        "These robots take no maps from Genba (VDA 5050 2.0).",
    ),
    Sample(
        Fault.MAPS_UNKNOWN,
        "totes: 4}",
        f"totes: 4, driver: fms, maps: [{MAP}]}}",
        "id: t4",
        "These robots take no maps from Genba (driver: fms).",
    ),
    Sample(
        Fault.ALSO_NOT_HERE, "node: N2, x: 0, y: 0}", "node: N2, x: 0, y: 0, also: [N1]}", "id: PARK-1", "Only stations"
    ),
    Sample(
        Fault.ALSO_JOINED,
        "kind: tote, node: N1, x: 0, y: 0}",
        "kind: tote, node: N1, x: 0, y: 0, also: [N3]}",
        "id: TOTES-1",
        "Lanes join N3 to another stop of this station.",
    ),
    Sample(
        Fault.NO_NODE,
        "kind: tote, node: N1, x: 0, y: 0}",
        "kind: tote, node: N1, x: 0, y: 0, also: [N9]}",
        "id: TOTES-1",
        "There is no node 'N9'.",
    ),
    Sample(Fault.PART_NO_STOP, *PARTED, "id: PACK-1", "F1 cannot stop for this pack station"),
    Sample(Fault.PART_LACKS, *PARTED, "stations:", "F1 can reach no station of kind tote."),
    Sample(Fault.HALF_NAMED, "GenbaSim, serial: R1,", "GenbaSim,", "id: R1", "A machine is named by manufacturer and"),
    Sample(Fault.HALF_NAMED, "manufacturer: GenbaSim, ", "", "id: R1", "A machine is named by manufacturer and"),
    Sample(
        Fault.NOT_NAMED,
        """totes: 4}
robots:
  - {id: R1, type: t4, manufacturer: GenbaSim, serial: R1, home: PARK-1}
""",
        """totes: 4, driver: fms}
fms: {url: "http://127.0.0.1:8090"}
robots:
  - {id: R1, type: t4, home: PARK-1}
""",
        "id: R1",
        "R1 has no manufacturer and serial.",
    ),
    Sample(Fault.CHARGE_LIMITS, "totes: 4", "totes: 4, charge_below: 80", "charge_below: 80", "It charges below 80 %"),
    Sample(
        Fault.ONE_EYE, "outer: out, green", "outer: in, green", "outer: in,", "inner and outer are the same point 'in'."
    ),
    Sample(Fault.GATE_NO_DIRECTION, "inner: in, outer", "outer", "outer: out,", "Gate GATE-1 has one photo-eye"),
    *(
        Sample(
            fault,
            f'red: r}}{BETWEEN}{{id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084"}}',
            f"red: r, antennas: {{inner: [{inner}], outer: [{outer}]}}}}{BETWEEN}"
            f'{{id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084", antennas: [1, 2], session: {session}}}',
            "antennas: {inner",
            what,
        )
        for fault, inner, outer, session, what in (
            (Fault.ANTENNA_ON_BOTH_SIDES, 1, 1, 0, "Antenna 1 is on both sides."),
            (Fault.NO_ANTENNA, 1, 3, 0, "Reader reader-1 has no antenna 3."),
            (Fault.ANTENNAS_SILENT, 1, 2, 1, "At reader reader-1 a tag that has answered"),
        )
    ),
    *(
        Sample(fault, "readers: [reader-2], repeat: 10, duration: 5", new, "readers: ", what)
        for fault, new, what in (
            (Fault.NO_READER, "readers: [plc-1], repeat: 10, duration: 5", "There is no RFID reader 'plc-1'."),
            (
                Fault.READ_AT_GATE,
                "readers: [reader-2, reader-1], repeat: 10, duration: 5",
                "Reader reader-1 belongs to gate GATE-1.",
            ),
            (
                Fault.READ_TAKEN,
                "readers: [reader-2, reader-2], repeat: 10, duration: 5",
                "Reader reader-2 stands at read point BUF already.",
            ),
            (Fault.READ_NO_BEGIN, "readers: [reader-2], duration: 5", "Nothing begins a cycle of read point BUF."),
            (Fault.READ_NO_END, "readers: [reader-2], repeat: 10", "Nothing ends a cycle of read point BUF."),
            (
                Fault.READ_NO_IO,
                "readers: [reader-2], start: in, stop: in",
                "Read point BUF has a signal, but no device to read it from.",
            ),
            (
                Fault.NO_IO,
                "readers: [reader-2], io: reader-1, repeat: 10, duration: 5",
                "There is no Modbus device 'reader-1'.",
            ),
            (
                Fault.NO_POINT,
                "readers: [reader-2], io: plc-1, start: eye, duration: 5",
                "Device plc-1 has no point 'eye'.",
            ),
            (
                Fault.DOOR_NO_BIT,
                "readers: [reader-2], io: plc-9, start: c, stop: w",
                "Point 'w' of device plc-9 is not on or off.",
            ),
            (
                Fault.USED_TWICE,
                "readers: [reader-2], repeat: 10, duration: 5, reports: [{set: current}, {set: current}]",
                "'current' is used twice (first at #1).",
            ),
            (
                Fault.BAD_PATTERN,
                'readers: [reader-2], repeat: 10, duration: 5, include: ["hex:30", "urn:epc:pat:sgtin-97:*.*.*.*"]',
                "This is no pattern of tags; what does not hold is 'sgtin-97'.",
            ),
            (
                Fault.BAD_PATTERN,
                'readers: [reader-2], repeat: 10, duration: 5, exclude: ["3034"]',
                "This is no pattern of tags; what does not hold is '3034'.",
            ),
            *(
                (Fault.READ_GONE_AFTER, f"{CYCLE}, gone_after: {text}", "This does not say after how many seconds")
                for text in ("-1", "86401", "1.5", "auto", "[20, 120]", "null")
            ),
            (
                Fault.READ_LEAST_ABOVE_MOST,
                f"{CYCLE}, gone_after: {{least: 60, most: 30}}",
                "The least, 60 s, is longer than the most, 30 s.",
            ),
            (Fault.TOO_SMALL, f"{CYCLE}, gone_after: {{least: -1}}", "The value is less than 0."),
            (Fault.NOT_WHOLE, f"{CYCLE}, gone_after: {{most: long}}", "This is no whole number."),
            (Fault.UNKNOWN_KEY, f"{CYCLE}, gone_after: {{last: 5}}", "'last' is not a key of the site file."),
            (Fault.TOO_SMALL, "readers: [reader-2], repeat: 0, duration: 5", "The value is less than 1."),
            (Fault.TOO_FEW, "readers: [], repeat: 10, duration: 5", "At least 1 must be listed."),
        )
    ),
    _door(Fault.DOOR_NO_LANE, "There is no lane 'N2>N3'.", 'lanes: ["N2>N3"]'),
    _door(Fault.DOOR_LANE_TAKEN, "Door D1 stands on lane", 'lanes: ["N1>N2"]', 'lanes: ["N2>N1"], open: c'),
    _door(Fault.DOOR_IN_ROW, "The lanes 'N1>N3' and 'N1>N2' of this door", 'lanes: ["N1>N2", "N1>N3"]'),
    _door(Fault.DOOR_ONE_SIGNAL, "It is the same point 'opened' as opened.", 'lanes: ["N1>N2"], closed: opened'),
    _door(Fault.DOOR_NO_BIT, "Point 'w' of device plc-9", 'lanes: ["N1>N2"], fault: w'),
    _door(Fault.DOOR_NOT_LEFT, "Point 'c' of device plc-9 is", 'lanes: ["N1>N2"], open: c'),
    _door(Fault.DOOR_TWO_COMMANDS, "Point 'open' of device plc-9", 'lanes: ["N1>N2"]', 'lanes: ["N1>N3"]'),
    Sample(
        Fault.DOOR_MANAGED,
        "  - {id: t4, totes: 4}\n",
        "  - {id: t4, totes: 4, driver: fms}\n",
        "doors:",
        "The robots are driven by their maker's manager",
    ),
    _wall(
        Fault.NO_WALL,
        "There is no station of kind wall 'W9'.",
        "",
        mark="W9",
        wall="id: W9, packs: [PACK-1], slots: [{id: S2}]",
    ),
    Sample(
        Fault.OUTPUTS_OVERLAP,
        "r: {table: coil, address: 1}",
        "r: {table: coil, address: 0}",
        "red: r",
        "Point 'r' of device plc-1 writes the same coil or register as 'g'.",
    ),
    Sample(Fault.WALL_BARE, "  - {id: W, packs", "  - {id: V, packs", "id: W, kind", "Put wall W has no slots."),
    Sample(Fault.NO_PACK_STATION, "packs: [PACK-1]", "packs: [PARK-1]", "packs:", "There is no pack station 'PARK-1'."),
    _wall(Fault.SLOT_NAME, "Slot 'S1' is also a location", "id: S1, io: plc-1", mark="id: S1, io: plc-1"),
    _wall(Fault.SLOT_NAME, "Slot 'T-0001' is also a location", "id: T-0001", mark="id: T-0001"),
    _wall(Fault.SLOT_NO_IO, "It has lights or a button, and no unit", "id: S9, lights: {green: c}"),
    _wall(Fault.SLOT_POINT_TAKEN, "Point 'c' of device plc-9 is used by 'S1' too.", "id: S9, io: plc-9, button: c"),
    _wall(Fault.SLOT_VALUE, "Point 'c' of device plc-9 cannot show 99.", "id: S9, io: plc-9, display: c"),
    _wall(Fault.SLOT_NO_PULSE, "Point 'w' of device plc-9 is no button.", "id: S9, io: plc-9, button: w"),
    _wall(Fault.NO_POINT, "Device plc-9 has no point 'zz'.", "id: S9, io: plc-9, lights: {done: zz}"),
    _wall(Fault.NOT_OUTPUT, "Point 'opened' of device plc-9", "id: S9, io: plc-9, lights: {green: opened}"),
    _faces(Fault.NO_LOCATION, "There is no location 'A-9'.", "locations: [A-9], io: plc-9, button: opened"),
    _faces(Fault.FACE_TWICE, "Location 'A-1' has lights already.", "locations: [A-1, A-1], io: plc-9, button: opened"),
    _faces(Fault.FACE_BARE, "It has neither lights nor a display", "locations: [A-1], io: plc-9"),
    _faces(
        Fault.FACE_NO_DISPLAY,
        "With press: units it needs a display",
        "locations: [A-1], io: plc-9, button: opened, press: units",
    ),
    _faces(
        Fault.NO_IO, "There is no Modbus device 'plc-7'", 'locations: [A-1], first: 7, io: "plc-{n}", button: opened'
    ),
    _faces(Fault.NO_POINT, "Device plc-9 has no point 'l1'.", 'locations: [A-1], io: plc-9, lights: {red: "l{n}"}'),
    _faces(
        Fault.SLOT_POINT_TAKEN,
        "Point 'c' of device plc-9 is used by 'S1' too.",
        "locations: [A-1], io: plc-9, button: c",
    ),
    _faces(
        Fault.SLOT_POINT_TAKEN,
        "Point 'opened' of device plc-9 is used by 'A-1' too.",
        "locations: [A-1], io: plc-9, button: opened, short: opened",
    ),
    _faces(Fault.NOT_OUTPUT, "Point 'opened' of device plc-9", "locations: [A-1], io: plc-9, lights: {red: opened}"),
    _faces(
        Fault.SLOT_VALUE,
        "Point 'weight' of device plc-9 cannot show 99.",
        "locations: [A-1], io: plc-9, display: weight",
    ),
    _faces(Fault.SLOT_NO_PULSE, "Point 'w' of device plc-9 is no button.", "locations: [A-1], io: plc-9, short: w"),
    Sample(
        Fault.POINT_SERIES,
        "      weight: {table: coil, address: 10}\n",
        '      "x_{n}": {table: coil, address: 10}\n',
        "x_{n}",
        "Point 'x_{n}': a series of points needs both",
    ),
    Sample(
        Fault.POINT_SERIES,
        "weight: {table: coil, address: 10}",
        "weight: {table: coil, address: 10, count: 3}",
        "count: 3",
        "Point 'weight': a series of points needs both",
    ),
    Sample(Fault.LANE_OTHER_MAP, AISLE, AISLE + "    - {from: L2, to: N1}\n", "L2, to: N1", "Lane 'L2>N1' leads from"),
    _lift(
        Fault.LIFT_SAME_MAP,
        "Cabin node 'C3' is on the same map floor1",
        "cabin: C3, landing: N3",
        NODE + "    - {id: C1, x: 0, y: 7000}\n",
        NODE + "    - {id: C1, x: 0, y: 7000}\n    - {id: C3, x: 0, y: 7000}\n",
    ),
    _lift(Fault.LIFT_APART, "Cabin nodes 'L2' and 'C1' differ", "cabin: L2, landing: C2"),
    _lift(Fault.LIFT_NODE_TAKEN, "Node 'L1' is used at floor '1'", "cabin: C2, landing: L1"),
    _lift(
        Fault.LIFT_NO_LANE,
        "No lane joins landing 'L3' and",
        "cabin: C2, landing: L3",
        NODE,
        NODE + NODE.replace("L1", "L3"),
    ),
    _lift(
        Fault.LIFT_OTHER_LANE,
        "Lane 'C2>N2' leads",
        "cabin: C2, landing: L2",
        AISLE,
        AISLE + "    - {from: C2, to: N2}\n",
    ),
    Sample(
        Fault.LIFT_STOP,
        "park, node: N2",
        "park, node: L1",
        'id: "1"',
        "Robots stop at node 'L1' for PARK-1",
    ),
    Sample(Fault.LIFT_DOOR, 'lanes: ["N1>N3"]', 'lanes: ["L1>C1"]', 'id: "1"', "Door D1 stands on a lane at"),
    _lift(
        Fault.LIFT_NOT_LEFT,
        "Point 'go' of device plc-8",
        "cabin: C2, landing: L2, call: go",
        "lift-adam-6060}",
        "lift-adam-6060, points: {go: {table: coil, address: 5, safe: false}}}",
    ),
    Sample(
        Fault.LIFT_TWO_COMMANDS,
        CAR,
        CAR + CAR.replace("U1", "U2").replace('id: "1"', 'id: "1", call: call_1'),
        "call: call_1",
        "Point 'call_1' of device plc-8 calls lift U1 too.",
    ),
    Sample(
        Fault.LIFT_MANAGED,
        "  - {id: t4, totes: 4}\n",
        "  - {id: t4, totes: 4, driver: fms}\n",
        "lifts:",
        "The robots are driven by their maker's manager",
    ),
    Sample(Fault.ONE_LIGHT, "red: r}", "red: g}", "red: g}", "green and red are the same point 'g'."),
    Sample(Fault.SAME_ADDRESS, "1:9100", "1:5084", "printer-1, kind: zpl", "reader-1 has the same address."),
    Sample(Fault.SAME_ADDRESS, "1:1502", "1:5084", "    address: ", "reader-1 has the same address."),
    Sample(
        Fault.WRONG_WAY, "tcp://127.0.0.1:9100", "https://127.0.0.1", "printer-1, kind", "This device is not reached"
    ),
    Sample(Fault.WRONG_WAY, "tcp://127.0.0.1:5084", "mqtt:readers/1", "reader-1, kind", "This device is not reached"),
    Sample(Fault.BAD_ADDRESS, "1:9100", "1:9100?framing=rtu", "printer-1, kind", "This is no address."),
    Sample(Fault.BAD_ADDRESS, "1:1502", "1:1502?framing=ascii", "    address:", "This is no address."),
    Sample(Fault.TOO_LARGE, '1:1502"', '1:1502?framing=rtu"\n    unit: 255', "unit: 255", "The value is more than 247"),
    Sample(Fault.BAD_SERIAL, "ttyS0?baud=9600", "ttyS0?baud=9600&parity=X", "parity=X", "'parity=X' is no setting of"),
    Sample(
        Fault.LINE_DIFFERS,
        '  - {id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084"}',
        '  - {id: m1, kind: modbus, address: "serial:/dev/ttyS1?baud=9600"}\n'
        '  - {id: m2, kind: modbus, unit: 2, address: "serial:/dev/ttyS1?baud=19200"}\n'
        '  - {id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084"}',
        "id: m2",
        "It shares a line with m1, with other settings.",
    ),
    Sample(
        Fault.TOO_SMALL, '"tcp://127.0.0.1:1502"', '"serial:/dev/ttyS1"\n    unit: 0', "unit: 0", "The value is less"
    ),
    Sample(
        Fault.TOO_LARGE,
        '"tcp://127.0.0.1:1502"',
        '"serial:/dev/ttyS1"\n    unit: 248',
        "unit: 248",
        "The value is more",
    ),
    Sample(
        Fault.POINT_NUMBERED,
        IN,
        "in: {table: holding, address: 40011}",
        "40011",
        "40011 is a number of the manual, not",
    ),
    Sample(
        Fault.POINT_NUMBERED, IN, "in: {table: input, address: 30001, base: 1}", "30001", "30001 is a number of the m"
    ),
    Sample(
        Fault.POINT_NUMBERED, IN, "in: {table: discrete, address: 10002}", "10002", "10002 is a number of the manual"
    ),
    Sample(
        Fault.POINT_OUTSIDE, IN, "in: {table: discrete, address: 0, base: 1}", "base: 1", "On the wire it would be ad"
    ),
    Sample(
        Fault.POINT_OUTSIDE, IN, "in: {table: input, address: 65535, type: float32}", "65535", "On the wire it would"
    ),
    Sample(
        Fault.POINT_BITS, IN, "in: {table: discrete, address: 0, type: int16}", "int16", "A discrete is a single bit"
    ),
    Sample(Fault.POINT_BIT, IN, "in: {table: discrete, address: 0, bit: 1}", "bit: 1", "bit picks one bit of a word"),
    Sample(
        Fault.POINT_BIT, IN, "in: {table: input, address: 0, type: int16, bit: 1}", "bit: 1", "bit picks one bit of a"
    ),
    Sample(
        Fault.POINT_COUNTER,
        IN,
        "in: {table: input, address: 0, type: float32, counter: true}",
        "in: {",
        "Only a uint16",
    ),
    Sample(Fault.POINT_SCALE, IN, "in: {table: input, address: 0, scale: 0}", "scale: 0", "scale is 0."),
    Sample(
        Fault.POINT_NO_OUTPUT, IN, "in: {table: input, address: 0, valid: 2}", "valid: 2", "It is no output and has"
    ),
    Sample(Fault.POINT_NO_OUTPUT, IN, "in: {table: discrete, address: 0, safe: on}", "safe: on", "It is no output and"),
    Sample(
        Fault.POINT_UNFIT, IN, "in: {table: holding, address: 0, safe: 70000}", "70000", "70000 does not fit uint16."
    ),
    Sample(Fault.POINT_NO_OUTPUT, IN, "in: {table: input, address: 0, write_bits: 1}", "write_bits", "It is no output"),
    Sample(
        Fault.POINT_WRITE_BITS,
        IN,
        "in: {table: holding, address: 0, type: int16, write_bits: 1}",
        "write_bits",
        "Only a uint16 of holding has write_bits.",
    ),
    Sample(
        Fault.NO_PROFILE,
        "    watchdog: g",
        "    profile: adam-6051",
        "profile: adam",
        "There is no profile 'adam-6051'.",
    ),
    Sample(
        Fault.NO_PROTOCOL,
        "    watchdog: g",
        "    protocol: sics",
        "protocol: sics",
        "A device of kind modbus has no protocol 'sics'.",
    ),
    Sample(
        Fault.BAD_CODE,
        "cartons:\n",
        "codes: [{id: shelf, pattern: '{item}{lot}'}]\ncartons:\n",
        "{item}{lot}",
        "This is no pattern of a code; what does not hold is '{lot}'.",
    ),
    Sample(Fault.NO_PACK, "kind: pack", "kind: park", "stations:", "There is no pack station."),
    Sample(Fault.NO_TOTES, "kind: tote", "kind: park", "stations:", "There is no tote station."),
    Sample(Fault.NO_CHARGER, "kind: charge", "kind: park", "stations:", "The robots have no charger."),
    Sample(Fault.NO_DOCK, "carriers: [yamato]", "carriers: []", "id: yamato", "No dock serves this carrier."),
]
"""Faults of keys, values, names and parts, by the loader."""
P2 = "  - {id: P2, kind: park, node: N2, x: 0, y: 0}\n"
NEW_NODE = "    - {id: B, x: 2000, y: 2000}\n  lanes:\n"
WAYS = [
    Sample(Fault.NO_LANE, "  lanes:", "    - {id: X, x: 0, y: 9000}\n  lanes:", "id: X", "No lane leads here."),
    Sample(Fault.DEAD_END, "    - {from: N3, to: N1}\n", "", "id: N3", "No robot can get out of here."),
    Sample(Fault.UNREACHABLE, "    - {from: N1, to: N3}\n", "", "id: N3", "No robot can get here."),
    Sample(Fault.STATION_NO_WAY_BACK, "    - {from: N3, to: N1}\n", "", "id: CHARGE-1", "No robot can get away from"),
    Sample(Fault.STATION_UNREACHABLE, "    - {from: N1, to: N3}\n", "", "id: CHARGE-1", "No robot can get to station"),
    Sample(
        Fault.BAY_ON_WAY_IN,
        "  lanes:\n",
        NEW_NODE + "    - {from: N2, to: B}\n    - {from: B, to: N1}\n",
        "id: B",
        "No robot can get here without driving through a bay.",
    ),
    Sample(
        Fault.BAY_ON_WAY_OUT,
        "  lanes:\n",
        NEW_NODE + "    - {from: B, to: N2}\n    - {from: N1, to: B}\n",
        "id: B",
        "No robot can get out of here without driving through a bay.",
    ),
    Sample(
        Fault.CROSSING,
        "  lanes:\n",
        "    - {id: C, x: 1000, y: 1000}\n    - {id: D, x: 1000, y: -1000}\n"
        "  lanes:\n    - {from: C, to: D, both: true}\n    - {from: N1, to: C, both: true}\n",
        "from: N1, to: N2",
        "It crosses lane",
    ),
    Sample(
        Fault.ONLY_BAYS,
        SMALL,
        ONE_FLOOR.replace("stations:\n", f"stations:\n{P2.replace('N2', 'N1')}"),
        "roadmap:",
        "There is no node besides the bays.",
    ),
    Sample(
        Fault.FEW_BAYS,
        f"{ROW}stations:\n",
        ROW
        + ROW.replace("R1", "R2").replace("PARK-1", "CHARGE-1")
        + ROW.replace("R1", "R3").replace("PARK-1", "P2")
        + f"stations:\n{P2}",
        "roadmap:",
        "3 robots have 2 bays.",
    ),
]
"""Faults of the roadmap, by `genba check`."""
YAML: list[tuple[Fault, str, int, str]] = [
    (Fault.CONTROL, "a: 1\nb: \x07", 2, "There is an invisible control character (U+0007)."),
    (Fault.TAB, "site:\n\tid: OS1", 2, "There is a tab."),
    (Fault.CHARACTER, "a: 1\nb: @x", 2, "No value begins with @."),
    (Fault.CHARACTER, "a: %x", 1, "No value begins with %."),
    (Fault.CHARACTER, "\ufeff大: 阪\nb: @x", 2, "No value begins with @."),
    (Fault.COLON, "site: a: b", 1, "A colon cannot stand here."),
    (Fault.COLON, "a: 1\n  b: 2\n", 2, "A colon cannot stand here."),
    (Fault.QUOTE, "a: 'x\nb: y", 2, "The quote opened on line 1 is not closed."),
    (Fault.BRACKET, "site: {id: OS1\nwms: x", 2, "The bracket opened on line 1 is not closed before this."),
    (Fault.BRACKET, "a: 1\nb: [1, 2\nc: 3", 3, "The bracket opened on line 2 is not closed before this."),
    (Fault.ALIAS, "a: *unknown", 1, "A value that begins with * refers to another, and there is none."),
    (Fault.SECOND, "a: 1\n---\nb: 2", 2, "A second document begins here (---)."),
    (Fault.VALUE, "a: 1\nb: !!int many", 2, "This value cannot be read."),
    (Fault.VALUE, "a: {b: [0x_]}", 1, "This value cannot be read."),
    (Fault.VALUE, "a: !unknown x", 1, "This value cannot be read."),
    (Fault.SYNTAX, "a:\n  - b\n c", 3, "This is not YAML."),
    (Fault.KEY_TWICE, "a: 1\nb: 2\na: 3", 3, "'a' stands twice."),
    (Fault.NO_SITE, "", 1, "The file holds no site."),
    (Fault.NO_SITE, "# nothing\n", 1, "The file holds no site."),
    (Fault.NO_SITE, "- a\n- b\n", 1, "The file holds no site."),
    (Fault.NO_SITE, "just words", 1, "The file holds no site."),
]  # fmt: skip
"""Fault, text, line and how the English text begins."""


class Refusing(PosixPath):
    """A file that the system does not let us read; the tests may run as root, who reads everything."""

    def read_text(self, *_args: object, **_more: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")


def _told_by_secrets(folder: Path, content: str, mode: int = 0o600) -> list[Problem]:
    path = folder / "secrets.yaml"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    try:
        Secrets(path, {}).get("wms_token")
    except SiteError as error:
        return error.problems
    return []


def _nearby(folder: Path) -> list[Problem]:
    """Park a robot 1 m from a node, where 2 m are wanted; the site file has no such key yet."""
    roadmap = Roadmap([Node("A", 0, 0), Node("B", 1000, 0)], [Lane("A", "B", 1000), Lane("B", "A", 1000)])
    found = check_map(roadmap, stations={}, bays={"P": "B"}, clearance=2000)
    return [Problem("site.yaml", 1, problem.place, problem.fault, problem.details) for problem in found]


def _unforeseen(folder: Path) -> list[Problem]:
    """Let pydantic say what no part of a site file makes it say."""
    try:
        TypeAdapter(date).validate_python("no day")
    except ValidationError as error:
        return [Problem("site.yaml", 1, "", one.fault, one.details) for one in shape_faults(error)]
    return []


TEMPLATE = """labels:
  - id: parcel
    width: 100
    height: 150
    elements:
      - {kind: text, value: "{name}", x: 4, y: 4, width: 60, height: 8, size: 5}
      - {kind: code128, value: "{tracking}", x: 0, y: 60, width: 100, height: 25}
      - {kind: datamatrix, value: "(00){sscc}", x: 80, y: 110, module: 0.625}
      - {kind: box, x: 2, y: 2, width: 96, height: 146}
      - {kind: rfid, value: "{epc}"}
"""
"""Label templates that are right for SMALL."""
SECOND = TEMPLATE.removeprefix("labels:\n").replace("id: parcel", "id: other")


@dataclass(frozen=True)
class LabelSample:
    """What of TEMPLATE is written otherwise, and the mark of the line that is told."""

    fault: Fault
    old: str
    new: str
    mark: str

    @property
    def text(self) -> str:
        """The broken file."""
        assert self.old in TEMPLATE
        return TEMPLATE.replace(self.old, self.new, 1)


LABELS = [
    LabelSample(Fault.MISSING, "labels:", "label:", "label"),
    LabelSample(Fault.NO_OWNER, "    width: 100", "    owners: [nobody]\n    width: 100", "nobody"),
    LabelSample(Fault.NO_CARRIER, "    width: 100", "    carriers: [nobody]\n    width: 100", "nobody"),
    LabelSample(Fault.LABEL_UNKNOWN_KEY, "size: 5", "sise: 5", "sise"),
    LabelSample(Fault.MISSING, ", size: 5", "", "{name}"),
    LabelSample(Fault.TOO_SMALL, "size: 5", "size: 1", "{name}"),
    LabelSample(Fault.NOT_ONE_OF, "kind: text", "kind: words", "{name}"),
    LabelSample(Fault.LABEL_KEY, "height: 25", "height: 25, size: 3", "{tracking}"),
    LabelSample(Fault.LABEL_BRACES, "{name}", "{name", "{name"),
    LabelSample(Fault.LABEL_BRACES, "{name}", "{name!r}", "{name"),
    LabelSample(Fault.LABEL_FIELD, "{name}", "{nmae}", "{nmae}"),
    LabelSample(Fault.LABEL_LOW, "height: 8", "height: 4", "{name}"),
    LabelSample(Fault.LABEL_OUTSIDE, "width: 60", "width: 97", "{name}"),
    LabelSample(Fault.LABEL_OUTSIDE, "y: 60", "y: 130", "{tracking}"),
    LabelSample(Fault.LABEL_TOO_WIDE, "x: 0, y: 60, width: 100", "x: 0, y: 60, width: 40", "{tracking}"),
    LabelSample(Fault.LABEL_TOO_WIDE, "x: 80, y: 110", "x: 95, y: 110", "{sscc}"),
    LabelSample(Fault.LABEL_CONTENT, '"{tracking}"', '"{tracking}{name}"', "{tracking}"),
    LabelSample(Fault.LABEL_CONTENT, '"{epc}"', '"{tracking}-"', "rfid"),
    LabelSample(Fault.LABEL_GS1, "(00){sscc}", "(00){tracking}{sscc}", "{sscc}"),
    LabelSample(Fault.LABEL_NO_OWN, "(00){sscc}", "{order}", "id: parcel"),
    LabelSample(Fault.LABEL_NO_TRACKING, '"{tracking}"', '"{order}"', "id: parcel"),
    LabelSample(Fault.LABEL_NO_TAG, '      - {kind: rfid, value: "{epc}"}\n', "", "id: parcel"),
    LabelSample(Fault.LABEL_TWICE, "labels:\n", f"labels:\n{SECOND}", "id: parcel"),
    LabelSample(Fault.USED_TWICE, "labels:\n", "labels:\n" + SECOND.replace("other", "'parcel'"), "id: parcel"),
    LabelSample(Fault.KEY_TWICE, "    width: 100\n", "    width: 100\n    width: 80\n", "width: 80"),
]


def labels_of(folder: Path, text: str) -> list[Problem]:
    """Return what is wrong with a file of label templates of SMALL."""
    (folder / "labels.yaml").write_text(text, encoding="utf-8")
    return problems_of(write(folder, f"{SMALL}labels: labels.yaml\n"))


def _sampled(sample: LabelSample) -> Callable[[Path], list[Problem]]:
    return lambda folder: labels_of(folder, sample.text)


OTHERS: Mapping[Fault, Callable[[Path], list[Problem]]] = {
    Fault.NO_FILE: lambda folder: problems_of(folder / "nowhere.yaml"),
    Fault.A_FOLDER: problems_of,
    Fault.FORBIDDEN: lambda folder: problems_of(Refusing(folder / "site.yaml")),
    Fault.UNREADABLE: lambda folder: problems_of(write(folder, SMALL) / "site.yaml"),
    Fault.NOT_UTF8: lambda folder: problems_of(write(folder, SMALL.encode("cp932"))),
    Fault.BAY_TOO_NEAR: _nearby,
    Fault.UNUSABLE: _unforeseen,
    **{sample.fault: _sampled(sample) for sample in LABELS},
    Fault.SECRET_SHOWN: lambda folder: _told_by_secrets(folder, "wms_token: abc", 0o644),
    Fault.SECRET_NOT_SET: lambda folder: _told_by_secrets(folder, "other: abc"),
    Fault.SECRET_NOT_TEXT: lambda folder: _told_by_secrets(folder, "wms_token: 007"),
    Fault.NO_SECRETS: lambda folder: _told_by_secrets(folder, "just words"),
}
"""Faults that no text of a site file shows."""


def problem_of(fault: Fault, folder: Path) -> Problem:
    """Return a real problem with a fault, found by the code that finds it; KeyError for a fault without a sample."""
    texts = {sample.fault: sample.text for sample in [*SAMPLES, *WAYS]} | {fault: text for fault, text, _, _ in YAML}
    found = problems_of(write(folder, texts[fault])) if fault in texts else OTHERS[fault](folder)
    return next(problem for problem in found if problem.fault is fault)
