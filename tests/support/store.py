"""A small site and a store of its own for tests of decisions."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from edge.clock import Source
from edge.model.states import Role
from edge.site import (
    Broker,
    Carrier,
    Carton,
    CutOff,
    Dock,
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
from edge.store.database import Database
from edge.store.store import Store

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class HandClock:
    """A clock that a test moves by hand."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def pass_(self, **span: float) -> None:
        """Let time pass."""
        self.time += timedelta(**span)


def name(text: str) -> Text:
    """Return the same name in both languages."""
    return Text(ja=text, en=text)


def small_site() -> Site:
    """Return a site with one aisle of four locations, one robot, one pack station and one gate."""
    nodes = [Node(id=f"N{i}", x=i * 2000, y=0) for i in range(8)]
    lanes = [Lane.model_validate({"from": f"N{i}", "to": f"N{(i + 1) % 8}"}) for i in range(8)]
    bay = Node(id="BAY1", x=0, y=-2000)
    lanes += [Lane.model_validate({"from": "N0", "to": "BAY1", "both": True})]
    return Site(
        site=Head(id="T1", name=name("Test")),
        wms=Wms(url="http://wms.invalid"),
        broker=Broker(),
        owners=[Owner(id="ACME", name=name("Acme"))],
        carriers=[Carrier(id="yamato", name=name("Yamato"))],
        cutoffs=[CutOff(id="y1430", carrier="yamato", at="14:30")],
        shifts=[Shift(id="day", start="08:00", end="17:00")],
        zones=[Zone(id="A", name=name("A"), area=[(0, 0), (16000, 0), (16000, 4000)])],
        locations=[Location(id=f"A-0{i}-1", zone="A", node=f"N{i}", x=i * 2000, y=1000) for i in range(1, 5)],
        roadmap=Roads(map="floor1", nodes=[*nodes, bay], lanes=lanes),
        robot_types=[RobotType(id="tote4", totes=4)],
        robots=[RobotUnit(id="R1", type="tote4", manufacturer="GenbaSim", serial="R1", home="PARK-1")],
        stations=[
            Station(id="TOTES-1", kind="tote", node="N0", x=0, y=0),
            Station(id="PACK-1", kind="pack", node="N6", x=12000, y=1000),
            Station(id="PARK-1", kind="park", node="BAY1", x=0, y=-2000),
        ],
        docks=[Dock(id="DOCK-1", gate="GATE-1", x=14000, y=1000, carriers=["yamato"])],
        gates=[Gate(id="GATE-1", reader="r", io="p", inner="i", outer="o", green="g", red="d")],
        cartons=[
            Carton(id="C60", name=name("60"), length=250, width=200, height=150, weight=120),
            Carton(id="C100", name=name("100"), length=400, width=350, height=250, weight=300),
        ],
        people=[
            Worker(id="sato", name=name("Sato"), roles=[Role.PICKER, Role.PACKER, Role.SHIPPER], language="ja"),
            Worker(id="kim", name=name("Kim"), roles=[Role.PICKER, Role.PACKER, Role.SHIPPER], language="en"),
            Worker(id="mori", name=name("Mori"), roles=[Role.SUPERVISOR], language="ja"),
        ],
    )


def database(folder: Path) -> Database:
    """Open the database of a folder; one that is not there is made from a copy.

    A hundred statements of migrations need not run for every test.
    """
    file = folder / "genba.db"
    if not file.exists():
        file.write_bytes(_empty())
    return Database(f"sqlite:///{file}")


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "genba.db"
        Database(f"sqlite:///{file}").close()
        return file.read_bytes()


def make_store(folder: Path, site: Site, clock: HandClock | None = None, *, url: str | None = None) -> Store:
    """Open a store in the running loop; decisions are taken inside the loop."""
    source = Source(now=clock or HandClock(), dice=Random(1))
    return Store.open(Database(url) if url else database(folder), site, source, inline=True)
