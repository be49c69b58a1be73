"""A busy site for looking at the console: 2,000 orders, 5,000 tasks, 200 robots; or all of it broken."""

from datetime import timedelta
from itertools import pairwise
from math import atan2, degrees
from random import Random
from typing import Any

from edge.live import DeviceView, ForeignView, GateView, Live, NewcomerView, RobotView
from edge.model.states import OrderState, Role, TaskKind, TaskState
from edge.processes.people import Attempt, Face, KeyRole, add_key, log_in, note_use, revoke_key
from edge.processes.staff import block
from edge.processes.trouble import raise_trouble, take_trouble
from edge.site import (
    Broker,
    Carrier,
    Carton,
    CutOff,
    Device,
    Dock,
    ForeignRobots,
    Gate,
    Head,
    Lane,
    Location,
    Node,
    Owner,
    Roads,
    RobotType,
    RobotUnit,
    Shift,
    Site,
    Station,
    Text,
    Wms,
    Worker,
    Zone,
)
from edge.store.tables import (
    allocations,
    cursors,
    held,
    item_weights,
    items,
    order_lines,
    orders,
    parcels,
    people,
    robots,
    seats,
    stock,
    tasks,
    totes,
)
from edge.store.tx import Tx

AISLES = 12
BAYS = 16
ROBOTS = 200
NAMES = (("佐藤", "Sato"), ("鈴木", "Suzuki"), ("高橋", "Takahashi"), ("グエン", "Nguyen"), ("田中", "Tanaka"))
GOODS = (("Tシャツ 白 M", "T-shirt white M"), ("マグカップ 青", "Mug blue"), ("ノート A5", "Notebook A5"))
CARRIERS = (
    ("yamato", "ヤマト運輸", "Yamato"),
    ("sagawa", "佐川急便", "Sagawa"),
    ("japanpost", "日本郵便", "Japan Post"),
)
CUTOFFS = (("yamato", "14:30"), ("sagawa", "16:00"), ("japanpost", "17:30"), ("yamato", "18:00"))


def text(ja: str, en: str) -> Text:
    """Return a name in both languages."""
    return Text(ja=ja, en=en)


def big_site() -> Site:
    """Return a site of three zones, twelve aisles, four pack stations, two gates and 200 robots."""
    nodes, lanes, locations = _aisles()
    stations = [
        Station(id=f"PACK-{i + 1}", kind="pack", node=f"B{i * 3}", x=3000 + i * 9000, y=-3500) for i in range(4)
    ]
    stations += [Station(id="TOTES-1", kind="tote", node="B1", x=7500, y=-3500)]
    for i in range(6):
        nodes.append(Node(id=f"CH{i}", x=-3000, y=1000 + i * 1800))
        lanes.append(Lane.model_validate({"from": "B0" if i == 0 else f"CH{i - 1}", "to": f"CH{i}", "both": True}))
        stations.append(Station(id=f"CHARGE-{i + 1}", kind="charge", node=f"CH{i}", x=-4200, y=1000 + i * 1800))
    return Site(
        site=Head(id="OS1", name=text("大阪第一センター", "Osaka Centre 1")),
        massrobotics=ForeignRobots(),
        wms=Wms(url="http://wms.invalid:8071"),
        broker=Broker(),
        owners=[Owner(id="ACME", name=text("アクメ", "Acme")), Owner(id="HANA", name=text("花工房", "Hana Studio"))],
        carriers=[Carrier(id=key, name=text(ja, en)) for key, ja, en in CARRIERS],
        cutoffs=[CutOff(id=f"{carrier}-{at[:2]}", carrier=carrier, at=at) for carrier, at in CUTOFFS],
        shifts=[Shift(id="day", start="08:00", end="17:00"), Shift(id="late", start="13:00", end="22:00")],
        zones=[
            Zone(id=name, name=text(f"{name} ゾーン", f"Zone {name}"), area=_area(i * 12000))
            for i, name in enumerate("ABC")
        ],
        locations=locations,
        roadmap=Roads(map="floor1", nodes=nodes, lanes=lanes),
        robot_types=[RobotType(id="tote4", totes=4)],
        robots=[
            RobotUnit(id=f"R{i + 1}", type="tote4", manufacturer="GenbaSim", serial=f"R{i + 1}", home="PARK-1")
            for i in range(ROBOTS)
        ],
        stations=stations,
        docks=[
            Dock(id=f"DOCK-{i + 1}", gate=f"GATE-{i + 1}", x=10500 + i * 12000, y=-6500, carriers=[CARRIERS[i][0]])
            for i in range(2)
        ],
        gates=[
            Gate(id=f"GATE-{i}", reader=f"reader-{i}", io="plc-1", inner="i", outer="o", green="g", red="d")
            for i in (1, 2)
        ],
        cartons=[Carton(id="C60", name=text("60サイズ", "Size 60"), length=250, width=200, height=150, weight=120)],
        people=[
            Worker(id=f"p{i}", name=text(ja, en), roles=[Role.PICKER, Role.PACKER], language="ja" if i != 3 else "en")
            for i, (ja, en) in enumerate(NAMES)
        ]
        + [
            Worker(id="mori", name=text("森", "Mori"), roles=[Role.SUPERVISOR], language="ja"),
            Worker(id="brown", name=text("ブラウン", "Brown"), roles=[Role.SUPERVISOR], language="en"),
            Worker(id="endo", name=text("遠藤", "Endo"), roles=[Role.ENGINEER], language="ja"),
            Worker(id="evans", name=text("エバンス", "Evans"), roles=[Role.ENGINEER, Role.SUPPORT], language="en"),
        ],
        devices=[
            Device(id="reader-1", kind="rfid", address="tcp://10.0.0.11:5084"),
            Device(id="reader-2", kind="rfid", address="tcp://10.0.0.12:5084"),
            Device(id="plc-1", kind="modbus", address="tcp://10.0.0.20:502"),
            Device(id="printer-1", kind="zpl", address="tcp://10.0.0.31:9100"),
            Device(id="scale-1", kind="scale", address="tcp://10.0.0.41:4001"),
            Device(id="scanner-1", kind="scanner", address="serial:/dev/ttyUSB0?baud=9600", station="PACK-1"),
        ],
    )


def fill(tx: Tx, orders_wanted: int = 2000, tasks_wanted: int = 5000) -> None:
    """Insert a working afternoon."""
    dice = Random(7)
    site = tx.site
    tx.insert_many(
        items,
        [
            {"owner": owner, "sku": f"SKU{i:03d}", "name_ja": f"{ja} {i}", "name_en": f"{en} {i}", "weight_g": 200}
            for owner in ("ACME", "HANA")
            for i, (ja, en) in enumerate(GOODS * 20)
        ],
    )
    tx.insert_many(stock, [_stock_row(tx, dice, location) for location in site.locations])
    tx.insert_many(item_weights, [_weighed(dice, owner, i) for owner in ("ACME", "HANA") for i in range(0, 60, 2)])
    tx.insert_many(totes, [{"id": f"T-{i:04d}", "state": "free", "place": "buffer"} for i in range(1, 401)])
    rows = [_order_row(tx, dice, i) for i in range(orders_wanted)]
    tx.insert_many(orders, rows)
    tx.insert_many(order_lines, [line for row in rows for line in _lines(dice, row)])
    work = [_task_row(tx, dice, rows, i) for i in range(tasks_wanted)]
    tx.insert_many(tasks, work)
    held_tasks = [row for row in work if row["state"] == TaskState.RUNNING]
    tx.insert_many(
        robots,
        [{"id": r.id, "type": r.type, "manufacturer": r.manufacturer, "serial": r.serial} for r in site.robots],
    )
    tx.insert_many(
        seats,
        [
            {"person_id": f"p{i}", "device": f"HH-{i}", "step": "pick/item", "place": "ZONE:A", "task_id": task["id"]}
            for i, task in enumerate(held_tasks[:5])
        ],
    )
    _one_story(tx, rows[0])
    for row in rows[:300]:
        if row["state"] in (OrderState.PACKED, OrderState.SHIPPED):
            tx.journal("order.packed", f"order/{row['id']}", outward=True, carton="C60", weight_g=700, tracking="1")
    tx.insert(cursors, follower="wms", seq=tx.seq)


def crew(tx: Tx) -> None:
    """Let people be logged in, blocked, locked or without a badge, and let there be keys in use and revoked."""
    for person in ("p0", "p1", "p2", "p4"):
        tx.update(people, people.c.id == person, badge=f"B-{person}", pin_hash="hash")
    tx.update(people, people.c.id == "p2", locked_until=tx.now + timedelta(minutes=3))
    for number, person in enumerate(("p0", "p1")):
        log_in(tx, Attempt(f"B-{person}", f"HH-{number}", Face.HANDHELD, True, "hash", person))
    log_in(tx, Attempt("B-p1", "10.0.7.21", Face.CONSOLE, True, "hash", "p1-desk"))
    block(tx, "p4", "mori")
    for name, role in (("metrics", KeyRole.METRICS), ("wms-main", KeyRole.WMS), ("wms-old", KeyRole.WMS)):
        add_key(tx, name, role, name)
    note_use(tx, {"wms-main": tx.now - timedelta(minutes=2), "wms-old": tx.now - timedelta(days=40)})
    revoke_key(tx, "wms-old")


def trouble(tx: Tx) -> None:
    """Break everything there is."""
    raise_trouble(tx, "exception.robot_dead", "robot/R7", robot="R7", node="A03N5")
    raise_trouble(
        tx, "exception.device_lost", "device/printer-1", device="printer-1", error="TimeoutError: no answer in 5 s"
    )
    raise_trouble(tx, "exception.short", "location/A-01-03-1", location="A-01-03-1", sku="SKU003", missing=2)
    raise_trouble(tx, "exception.gate", "gate/GATE-1", gate="GATE-1", missing=["1"], extra=[])
    raise_trouble(tx, "exception.parked", "order/ACME/100002", document="ACME/100002", error="unknown carrier")
    taken = raise_trouble(tx, "exception.robot_error", "robot/R9", robot="R9", error="motor overheated")
    take_trouble(tx, taken, "mori")
    raise_trouble(tx, "exception.wms_down", "wms", minutes=42)
    tx.insert(
        held, follower="wms", subject="order/ACME/100002", seq=3, attempts=4, parked=True, error="unknown carrier"
    )


def lively(live: Live, site: Site, now: Any, step: int = 0) -> None:
    """Put 200 robots on the lanes, `step` frames after the start."""
    nodes = {node.id: node for node in site.roadmap.nodes}
    lanes = site.roadmap.lanes
    for i, robot in enumerate(site.robots):
        lane = lanes[(i * 7 + (step // 20)) % len(lanes)]
        a, b = nodes[lane.start], nodes[lane.end]
        share = ((i * 37) % 100 / 100 + step / 20) % 1
        view = live.robots.setdefault(robot.id, RobotView(id=robot.id))
        view.x, view.y = round(a.x + (b.x - a.x) * share), round(a.y + (b.y - a.y) * share)
        view.heading = round(degrees(atan2(b.y - a.y, b.x - a.x)))
        view.battery, view.online, view.seen_at = (i * 13) % 100, True, now
        view.driving, view.charging = i % 11 != 0, i % 19 == 0
        view.totes = [f"T-{i:04d}"] * (i % 5)
        view.path = [lane.end, *(each.end for each in lanes if each.start == lane.end)][:4]
        view.code = "traffic.home" if i % 11 == 0 else "traffic.jam" if i % 23 == 0 else "traffic.going"
        view.details = {"node": lane.end, "robot": "R2"}
    for i, state in enumerate(("navigating", "charging", "waiting", "")):
        robot_id = f"6948df80-14bd-4e04-8842-7668d9c001f{i}"
        live.foreign[robot_id] = ForeignView(
            robot_id,
            "elsewhere",
            silent_after=30,
            seen_at=now - timedelta(seconds=i * 12),
            name=f"ER-{i + 1:03d}" if state else robot_id[:8],
            maker="Elsewhere Robotics" if state else "",
            model="ER-7" if state else "",
            length=900,
            width=600,
            state=state,
            placed=bool(state),
            x=9_000 + i * 8_000 + step * 40,
            y=12_000,
            heading=90 * i,
            battery=80 - i * 30 if state else None,
            errors=["E-17 obstacle"] if state == "waiting" else (),
        )
    live.wms_up, live.wms_since = True, now - timedelta(hours=3)
    for device in site.devices:
        shown = live.devices.setdefault(device.id, DeviceView(device.id, device.kind, device.address))
        shown.up, shown.since, shown.last_at, shown.words = True, now - timedelta(hours=3), now, 1204 + step
        shown.last_word = {
            "rfid": "EPC 3035…0021 ant 1 −54 dBm",
            "scale": "735 g stable",
            "modbus": "gate1_inner = 0",
        }.get(device.kind, "ready")
    for gate in site.gates:
        live.gates[gate.id] = GateView(gate.id, inner=step % 10 > 5, outer=True, light="green", verdict="pass", at=now)
    live.newcomers = lambda: (53, _newcomers(now))
    live.touch()


def _newcomers(now: Any) -> list[NewcomerView]:
    """Return one machine that may come in, and one that stands beside its node and fits nowhere."""
    known: dict[str, Any] = {"manufacturer": "GenbaSim", "version": "3.0.0", "model": "tug-120", "load": 120}
    known |= {"speed": 1500, "battery": 76, "mode": "AUTOMATIC", "position": (8000, 2000), "heard_at": now}
    known |= {"since": now - timedelta(minutes=7), "node": "A01", "hindrance": None, "misfits": {}}
    small = ("newcomer.totes", {"has": 2, "needs": 4, "type": "tote4"})
    off = ("newcomer.off_node", {"node": "A01", "distance": 812})
    nothing = dict.fromkeys(("load", "speed", "battery", "position", "node"))
    long = {"manufacturer": "Yokohama Automated Vehicles", "serial": "YAV-2026-000000001234567890-B"}
    return [
        NewcomerView(**known, serial="X9", fits=["R5", "R6"]),
        NewcomerView(**known | {"misfits": {"R5": small, "R6": small}}, serial="X10", fits=[]),
        NewcomerView(**known | nothing | long | {"hindrance": off}, fits=[]),
    ]


def wreck(live: Live, site: Site, now: Any) -> None:
    """Let every link be down and every tenth robot be in trouble."""
    live.wms_up, live.wms_since, live.wms_waiting = False, now - timedelta(minutes=42), 318
    for device in site.devices:
        shown = live.devices[device.id]
        shown.up, shown.since, shown.error, shown.losses = (
            False,
            now - timedelta(minutes=9),
            "TimeoutError: no answer in 5 s",
            14,
        )
    for i, view in enumerate(live.robots.values()):
        if i % 10 == 0:
            view.code, view.online = "robot.silent", False
        elif i % 10 == 1:
            view.errors = ["motorOverheated"]
    live.robots["R7"].code = "robot.dead"
    for gate in live.gates.values():
        gate.light, gate.verdict = "red", "stop"
    live.touch()


def _aisles() -> tuple[list[Node], list[Lane], list[Location]]:
    nodes, lanes, locations = [], [], []
    for a in range(AISLES):
        x, zone = a * 3000, "ABC"[a * 3 // AISLES]
        nodes += [Node(id=f"B{a}", x=x, y=-1500), Node(id=f"T{a}", x=x, y=BAYS * 1200 + 1500)]
        column = [f"B{a}", *(f"{zone}{a:02d}N{b}" for b in range(BAYS)), f"T{a}"]
        for b in range(BAYS):
            node = f"{zone}{a:02d}N{b}"
            nodes.append(Node(id=node, x=x, y=b * 1200 + 600))
            for side, offset in ((1, -1000), (2, 1000)):
                for level in (1, 2):
                    place = f"{zone}-{a:02d}-{b:02d}-{side}{level}"
                    locations.append(
                        Location(id=place, zone=zone, node=node, x=x + offset, y=b * 1200 + 600, level=level)
                    )
        pairs = list(pairwise(column))
        lanes += [Lane.model_validate({"from": p, "to": q} if a % 2 == 0 else {"from": q, "to": p}) for p, q in pairs]
    for a in range(AISLES - 1):
        for end in "BT":
            lanes.append(Lane.model_validate({"from": f"{end}{a}", "to": f"{end}{a + 1}", "both": True}))
    return nodes, lanes, locations


def _area(left: int) -> list[tuple[int, int]]:
    return [
        (left - 1450, -300),
        (left + 10450, -300),
        (left + 10450, BAYS * 1200 + 300),
        (left - 1450, BAYS * 1200 + 300),
    ]


def _weighed(dice: Random, owner: str, i: int) -> dict[str, Any]:
    return {
        "owner": owner,
        "sku": f"SKU{i:03d}",
        "told_g": 200,
        "weight": dice.choice([198_400, 201_000, 231_700]),
        "unsure": dice.randrange(10**4, 10**6),
        "spread": dice.randrange(10**5, 10**7),
        "parcels": dice.choice([1, 4, 37, 1204]),
        "odd": 188_000,
        "odd_parcels": dice.choice([0, 0, 0, 2]),
    }


def _stock_row(tx: Tx, dice: Random, location: Location) -> dict[str, Any]:
    quantity = dice.randrange(1, 60)
    return {
        "id": tx.new_id(),
        "place": location.id,
        "owner": dice.choice(["ACME", "HANA"]),
        "sku": f"SKU{dice.randrange(60):03d}",
        "expiry": dice.choice(["", "", "2026-10-01", "2027-03-31"]),
        "quantity": quantity,
        "allocated": dice.randrange(0, quantity),
    }


def _order_row(tx: Tx, dice: Random, i: int) -> dict[str, Any]:
    carrier, at = CUTOFFS[i % 4]
    hours, minutes = int(at[:2]), int(at[3:])
    local = tx.site.local(tx.now).replace(hour=hours, minute=minutes, second=0, microsecond=0)
    states = [OrderState.SHIPPED] * (5 - i % 4) + [OrderState.PACKED, OrderState.PICKING, OrderState.PACKING]
    states += [OrderState.ALLOCATED, OrderState.ACCEPTED] * (1 + i % 4)
    state = dice.choice(states) if i else OrderState.PACKED
    shipped = state == OrderState.SHIPPED
    owner = "ACME" if i % 3 else "HANA"
    return {
        "id": f"{owner}/{100000 + i}",
        "owner": owner,
        "order_key": str(100000 + i),
        "state": state,
        "priority": 9 if i % 41 == 0 else 5,
        "carrier": carrier,
        "cutoff_at": local.astimezone(tx.now.tzinfo),
        "ship_to": {"name": f"{dice.choice(NAMES)[0]} {'花子' if i % 2 else '太郎'}", "postcode": "530-0001"},
        "hold": not shipped and i % 97 == 0 and i > 0,
        "payload_hash": "x",
        "received_at": tx.now - timedelta(minutes=dice.randrange(5, 300)),
        "wave_id": "W1",
        "reason": "wait.no_stock" if state == OrderState.ACCEPTED and i % 29 == 0 else None,
        "closed_at": tx.now - timedelta(minutes=dice.randrange(1, 200)) if shipped else None,
    }


def _lines(dice: Random, row: dict[str, Any]) -> list[dict[str, Any]]:
    done = row["state"] in (OrderState.PACKED, OrderState.SHIPPED, OrderState.PACKING)
    lines = []
    for line in range(1, dice.randrange(2, 5)):
        n = dice.randrange(1, 4)
        lines.append(
            {
                "order_id": row["id"],
                "line": line,
                "owner": row["owner"],
                "sku": f"SKU{dice.randrange(60):03d}",
                "requested": n,
                "allocated": n,
                "picked": n if done else 0,
                "packed": n if done else 0,
            }
        )
    return lines


def _task_row(tx: Tx, dice: Random, rows: list[dict[str, Any]], i: int) -> dict[str, Any]:
    order = rows[i % len(rows)]
    kind = dice.choice([TaskKind.PICK, TaskKind.PICK, TaskKind.PACK, TaskKind.CARRY])
    state = dice.choice([TaskState.READY, TaskState.PLANNED, TaskState.DONE, TaskState.DONE, TaskState.RUNNING])
    if state == TaskState.RUNNING and i > 400:
        state = TaskState.READY
    place = {TaskKind.PICK: f"ZONE:{'ABC'[i % 3]}", TaskKind.PACK: f"PACK-{i % 4 + 1}"}.get(kind, "PACK-1")
    holder = None
    if state == TaskState.RUNNING:
        holder = f"robot:R{i % 200 + 1}" if kind == TaskKind.CARRY else f"person:p{i % 5}"
    return {
        "id": tx.new_id(),
        "kind": kind,
        "state": state,
        "subject": f"batch/{i:026d}" if kind != TaskKind.PACK else f"order/{order['id']}",
        "place": place,
        "needs": "picker",
        "priority": order["priority"],
        "due_at": order["cutoff_at"],
        "holder": holder,
        "reason": "wait.robot_coming" if state == TaskState.PLANNED and kind == TaskKind.PICK else None,
        "detail": {"robot": f"R{i % 200 + 1}"},
        "created_at": tx.now - timedelta(minutes=dice.randrange(1, 120)),
        "started_at": tx.now - timedelta(minutes=dice.randrange(1, 12)) if holder else None,
        "ended_at": tx.now if state == TaskState.DONE else None,
    }


def _one_story(tx: Tx, row: dict[str, Any]) -> None:
    """Write the whole life of the first order."""
    subject, parcel = f"order/{row['id']}", tx.new_id()
    told: dict[str, Any] = {
        "carrier": row["carrier"],
        "cutoff_at": row["cutoff_at"].isoformat(),
        "lines": 2,
        "units": 3,
    }
    tx.journal("order.accepted", subject, outward=True, **told)
    tx.journal("order.allocated", subject, units=3)
    tx.journal("order.batched", subject, tote="T-0001", station="PACK-1")
    for sku in ("SKU001", "SKU002"):
        facts: dict[str, Any] = {"line": 1, "sku": sku, "quantity": 2, "person": "p0", "robot": "R3", "tote": "T-0001"}
        tx.journal("order.picked", subject, outward=True, **facts)
    tx.journal("order.short", subject, outward=True, reason="wait.no_stock", line=2, quantity=1)
    tx.insert(
        parcels,
        id=parcel,
        order_id=row["id"],
        state="packed",
        station="PACK-1",
        carton="C60",
        expected_g=700,
        weight_g=712,
        tracking="123456789012",
        carrier=row["carrier"],
    )
    tx.journal("parcel.labelled", f"parcel/{parcel}", tracking="123456789012", station="PACK-1")
    packed: dict[str, Any] = {
        "parcel": parcel,
        "carton": "C60",
        "weight_g": 712,
        "tracking": "123456789012",
        "person": "p1",
    }
    tx.journal("order.packed", subject, outward=True, **packed)
    tx.insert(
        allocations,
        id=tx.new_id(),
        order_id=row["id"],
        line=1,
        owner=row["owner"],
        sku="SKU001",
        place="A-00-00-11",
        quantity=2,
        picked=2,
        state="picked",
    )
