"""Draws a first site file: parallel aisles between two one-way cross aisles, stations along the front.

    top row     ◄──◄──◄──◄──◄──◄   chargers behind it
                ▼  ▲  ▼  ▲  ▼  ▲   aisles, alternately down and up, racks on both sides
    front row   ►──►──►──►──►──►   tote, pack and park stations before it, each on a spur of its own

Every lane but the spurs is one-way, so that robots meet head-on nowhere. A site of many robots gets a second row beside
each, in the other direction, which the aisles cross: nobody drives round the whole floor to turn back.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

PITCH = 2000
"""Distance of roadmap nodes in mm: a robot of 0.9 m has room to stand between two others."""
SPUR = 2500
"""Length of the spur to a station in mm."""
RACK = 1000
"""Distance from the middle of an aisle to a shelf in mm."""
MANY_ROBOTS = 16
"""From so many robots on, a single ring of lanes is the bottleneck."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to draw."""

    site_id: str = "OS1"
    name_ja: str = "大阪第一センター"
    name_en: str = "Osaka Centre 1"
    zones: int = 2
    aisles: int = 3
    """Aisles in each zone."""
    bays: int = 9
    """Nodes in each aisle, with a bay on either side."""
    levels: int = 3
    robots: int = 8
    packs: int = 2
    chargers: int = 4
    tote_stations: int = 2
    totes: int = 60
    pickers: int = 3
    """People who pick, in each zone."""
    pitch: int = PITCH
    """Distance of roadmap nodes in mm."""

    @property
    def paired(self) -> bool:
        """Whether each cross aisle has two rows: a single aisle leads only one way, and the ring is its way back."""
        return self.robots >= MANY_ROBOTS and self.zones * self.aisles > 1


@dataclass(slots=True)
class _Drawing:
    nodes: list[str] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    stations: list[str] = field(default_factory=list)

    def node(self, node_id: str, x: int, y: int) -> str:
        self.nodes.append(f"{{id: {node_id}, x: {x}, y: {y}}}")
        return node_id

    def lane(self, start: str, end: str, *, speed: int = 1500, both: bool = False) -> None:
        self.lanes.append(f"{{from: {start}, to: {end}, speed: {speed}{', both: true' if both else ''}}}")


def sketch(plan: Plan) -> str:
    """Return the text of a complete, valid site file."""
    drawing = _Drawing()
    columns = _columns(plan)
    top = plan.pitch * (plan.bays + 1)
    _rows(drawing, plan, columns, top)
    _aisles(drawing, plan, top)
    _stations(drawing, plan, columns, top)
    return "\n".join(_text(plan, drawing, columns * plan.pitch, top)) + "\n"


def _columns(plan: Plan) -> int:
    """Return how many node pitches wide the site is: room for all aisles, front stations and chargers."""
    stations = plan.tote_stations + plan.packs
    if plan.paired:
        return max(plan.zones * plan.aisles * 2, stations, -(-(stations + plan.robots + plan.chargers) // 2))
    return max(plan.zones * plan.aisles * 2, stations + plan.robots, plan.chargers * 2)


def _rows(drawing: _Drawing, plan: Plan, columns: int, top: int) -> None:
    rows = [("F", 0, True), ("T", top, False)]
    if plan.paired:
        rows += [("G", -plan.pitch, False), ("U", top + plan.pitch, True)]
    for letter, y, rightwards in rows:
        for column in range(columns + 1):
            drawing.node(f"{letter}{column:02d}", column * plan.pitch, y)
        for column in range(columns):
            ends = f"{letter}{column:02d}", f"{letter}{column + 1:02d}"
            drawing.lane(*(ends if rightwards else ends[::-1]))
    if plan.paired:
        for start, end, column in (("G", "F", 0), ("T", "U", 0), ("F", "G", columns), ("U", "T", columns)):
            drawing.lane(f"{start}{column:02d}", f"{end}{column:02d}")
    else:
        drawing.lane(f"F{columns:02d}", f"T{columns:02d}")


def _aisles(drawing: _Drawing, plan: Plan, top: int) -> None:
    for number in range(plan.zones * plan.aisles):
        zone = _zone(number // plan.aisles)
        aisle = number % plan.aisles + 1
        column = number * 2
        x = column * plan.pitch
        chain = [f"T{column:02d}"]
        if plan.paired and column:
            chain.insert(0, f"U{column:02d}")
        for bay in range(plan.bays, 0, -1):
            node = drawing.node(f"{zone}{aisle:02d}N{bay:02d}", x, top - plan.pitch * (plan.bays + 1 - bay))
            chain.append(node)
            for side, shift in ((1, -RACK), (0, RACK)):
                for level in range(1, plan.levels + 1):
                    place = f"{zone}{aisle:02d}-{bay * 2 - side:02d}-{level}"
                    y = plan.pitch * bay
                    drawing.locations.append(
                        f"{{id: {place}, zone: {zone}, node: {node}, x: {x + shift}, y: {y}, level: {level}}}"
                    )
        chain.append(f"F{column:02d}")
        if plan.paired and column:
            chain.append(f"G{column:02d}")
        if number % 2:
            chain.reverse()
        for start, end in itertools.pairwise(chain):
            drawing.lane(start, end, speed=1200)


def _stations(drawing: _Drawing, plan: Plan, columns: int, top: int) -> None:
    wanted = [("tote", f"TOTES-{number}") for number in range(1, plan.tote_stations + 1)]
    wanted += [("pack", f"PACK-{number}") for number in range(1, plan.packs + 1)]
    parks = [("park", f"PARK-{number}") for number in range(1, plan.robots + 1)]
    chargers = [("charge", f"CHARGE-{number}") for number in range(1, plan.chargers + 1)]
    if plan.paired:
        before = columns + 1 - len(wanted)
        front, behind = list(enumerate([*wanted, *parks[:before]])), list(enumerate([*chargers, *parks[before:]]))
        rows = ("G", -plan.pitch, -1, front), ("U", top + plan.pitch, 1, behind)
    else:
        behind = [(number * 2 + 1, charger) for number, charger in enumerate(chargers)]
        rows = ("F", 0, -1, list(enumerate([*wanted, *parks]))), ("T", top, 1, behind)
    for letter, y, side, some in rows:
        for column, (kind, station) in some:
            place = column * plan.pitch, y + side * SPUR
            node = drawing.node(station.replace("-", ""), *place)
            drawing.lane(f"{letter}{column:02d}", node, speed=800, both=True)
            number = station.rsplit("-", 1)[1]
            devices = f", scale: scale-{number}, printer: printer-{number}" if kind == "pack" else ""
            drawing.stations.append(
                f"{{id: {station}, kind: {kind}, node: {node}, x: {place[0]}, y: {place[1] + side * RACK}{devices}}}"
            )


def _zone(number: int) -> str:
    """Return A to Z, then AA, AB and on."""
    more, letter = divmod(number, 26)
    return (_zone(more - 1) if more else "") + chr(ord("A") + letter)


def _list(name: str, rows: list[str]) -> Iterator[str]:
    yield f"{name}:" if rows else f"{name}: []"
    yield from (f"  - {row}" for row in rows)


def _text(plan: Plan, drawing: _Drawing, width: int, top: int) -> Iterator[str]:
    yield "# A site of Genba. Every key is explained in docs/site.md; `genba check FILE` finds mistakes."
    yield "# Lengths in mm, weights in g, times on the site's clock. Secrets are not written here, only their names."
    site_id, ja, en = (json.dumps(word, ensure_ascii=False) for word in (plan.site_id, plan.name_ja, plan.name_en))
    yield f"site: {{id: {site_id}, name: {{ja: {ja}, en: {en}}}, timezone: Asia/Tokyo}}"
    yield 'wms: {url: "http://127.0.0.1:8071", secret: wms_token}'
    yield 'broker: {url: "mqtt://127.0.0.1:1883", user: edge, secret: broker_password, interface: uagv}'
    yield from _list(
        "owners",
        [
            "{id: ACME, name: {ja: アクメ商店, en: Acme Store}, on_short: ship_partial}",
            "{id: HANA, name: {ja: 花ギフト, en: Hana Gift}, on_short: cancel}",
        ],
    )
    yield from _list(
        "carriers",
        [
            "{id: yamato, name: {ja: ヤマト運輸, en: Yamato}}",
            "{id: sagawa, name: {ja: 佐川急便, en: Sagawa}}",
        ],
    )
    yield from _list(
        "cutoffs",
        [
            '{id: yamato-1430, carrier: yamato, at: "14:30"}',
            '{id: yamato-1800, carrier: yamato, at: "18:00"}',
            '{id: sagawa-1700, carrier: sagawa, at: "17:00"}',
        ],
    )
    yield from _list("shifts", ['{id: day, start: "08:00", end: "17:00"}', '{id: late, start: "13:00", end: "22:00"}'])
    yield from _list("zones", _zone_rows(plan, top))
    yield from _list("cartons", _cartons())
    kind = "{id: tote4, totes: 4, footprint: {length: 900, width: 600}, speed: 1500, battery_hours: 8}"
    yield from _list("robot_types", [kind])
    yield from _list(
        "robots",
        [
            f"{{id: R{n}, type: tote4, manufacturer: GenbaSim, serial: R{n}, home: PARK-{n}}}"
            for n in range(1, plan.robots + 1)
        ],
    )
    yield from _list("stations", drawing.stations)
    yield from _list("docks", [f"{{id: DOCK-1, gate: GATE-1, x: {width + 3000}, y: 0, carriers: [yamato, sagawa]}}"])
    yield from _list(
        "gates",
        [
            (
                "{id: GATE-1, reader: reader-1, io: plc-1, inner: gate1_inner, outer: gate1_outer, "
                "green: gate1_green, red: gate1_red}"
            )
        ],
    )
    yield from _list("people", _people(plan))
    yield from _devices(plan)
    yield f"rules: {{totes: {plan.totes}, wave_minutes: 720}}"
    yield from _list("locations", drawing.locations)
    yield "roadmap:"
    yield "  map: floor1"
    yield "  nodes:"
    yield from (f"    - {row}" for row in drawing.nodes)
    yield "  lanes:"
    yield from (f"    - {row}" for row in drawing.lanes)


def _zone_rows(plan: Plan, top: int) -> list[str]:
    rows = []
    for number in range(plan.zones):
        left = number * plan.aisles * 2 * plan.pitch - plan.pitch
        right = left + plan.aisles * 2 * plan.pitch
        area = f"[[{left}, {RACK}], [{right}, {RACK}], [{right}, {top - RACK}], [{left}, {top - RACK}]]"
        zone = _zone(number)
        rows.append(f"{{id: {zone}, name: {{ja: {zone}ゾーン, en: Zone {zone}}}, area: {area}}}")
    return rows


def _cartons() -> list[str]:
    sizes = (("C60", 60, 250, 200, 150, 120), ("C80", 80, 350, 250, 200, 190), ("C100", 100, 420, 330, 250, 280))
    return [
        f"{{id: {carton}, name: {{ja: {size}サイズ, en: Size {size}}}, "
        f"length: {length}, width: {width}, height: {height}, weight: {weight}}}"
        for carton, size, length, width, height, weight in sizes
    ]


PICKERS = (
    ("sato", "佐藤", "Sato", "ja"),
    ("nguyen", "グエン", "Nguyen", "en"),
    ("suzuki", "鈴木", "Suzuki", "ja"),
    ("takahashi", "高橋", "Takahashi", "ja"),
    ("pham", "ファム", "Pham", "en"),
    ("ito", "伊藤", "Ito", "ja"),
    ("yamamoto", "山本", "Yamamoto", "ja"),
    ("santos", "サントス", "Santos", "en"),
    ("nakamura", "中村", "Nakamura", "ja"),
    ("kobayashi", "小林", "Kobayashi", "ja"),
    ("rai", "ライ", "Rai", "en"),
    ("kato", "加藤", "Kato", "ja"),
)
PACKERS = (
    ("tanaka", "田中", "Tanaka", "ja"),
    ("watanabe", "渡辺", "Watanabe", "ja"),
    ("silva", "シルバ", "Silva", "en"),
    ("yoshida", "吉田", "Yoshida", "ja"),
    ("yamada", "山田", "Yamada", "ja"),
    ("sasaki", "佐々木", "Sasaki", "ja"),
)
OTHERS = (
    ("inoue", "井上", "Inoue", "ja", "shipper"),
    ("mori", "森", "Mori", "ja", "supervisor, picker, packer, shipper"),
    ("abe", "阿部", "Abe", "ja", "support"),
    ("lee", "リー", "Lee", "en", "engineer, supervisor"),
)


def _people(plan: Plan) -> list[str]:
    pickers = PICKERS[: plan.zones * plan.pickers]
    packers = PACKERS[: plan.packs]
    rows = [(*one, "picker") for one in pickers] + [(*one, "packer") for one in packers] + list(OTHERS)
    return [
        f"{{id: {person}, name: {{ja: {ja}, en: {en}}}, roles: [{roles}], language: {language}}}"
        for person, ja, en, language, roles in rows
    ]


def _devices(plan: Plan) -> Iterator[str]:
    yield "devices:"
    yield '  - {id: reader-1, kind: rfid, address: "tcp://127.0.0.1:5084", antennas: [1, 2]}'
    yield "  - id: plc-1"
    yield "    kind: modbus"
    yield '    address: "tcp://127.0.0.1:1502"'
    yield "    points:"
    yield "      gate1_inner: {table: discrete, address: 0}"
    yield "      gate1_outer: {table: discrete, address: 1}"
    yield "      gate1_green: {table: coil, address: 0, safe: false}"
    yield "      gate1_red: {table: coil, address: 1, safe: false}"
    yield "      conveyor_count: {table: input, address: 0, type: uint32}"
    for number in range(1, plan.packs + 1):
        yield f'  - {{id: printer-{number}, kind: zpl, address: "tcp://127.0.0.1:{9100 + number - 1}"}}'
        yield f'  - {{id: scale-{number}, kind: scale, address: "tcp://127.0.0.1:{4001 + number - 1}"}}'
