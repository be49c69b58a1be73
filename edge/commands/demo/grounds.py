"""The grounds of a demo: a folder with the site file, secrets, badges and a database, and ports that are free.

Nothing in it is fixed: every badge, PIN, password and key is made for this run.
"""

import random
import secrets
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edge.clock import real_source
from edge.commands.run import DATABASE_FILE
from edge.processes.people import KeyRole, add_key, set_badge, set_pin, sync_people
from edge.site import Site
from edge.sitefile import load_site
from edge.store.database import Database
from edge.store.store import Store
from edge.store.tx import Tx
from edge.web.pins import ArgonHasher, digest, new_badge, new_key, new_pin

HOST = "127.0.0.1"
PORTS = (20_000, 32_000)
"""Below the range from which Linux serves outgoing connections: a part that was killed finds its port again."""
FASTEST_LANE = 5000
"""What the site file allows, mm/s."""
WHOLE_DAYS_MINUTES = 2880
"""Orders are released at any hour: a demo is also watched at night."""
WMS_KEY = "wms"
DEMO_BASE = "https://demo.example/genba"
"""Under which a demo names what has no GS1 key."""
DEMO_PREFIX = "4912345"
"""A company prefix as if it were the site's own."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where everything of a demo is."""

    folder: Path
    site: Site
    site_file: Path
    badges: dict[str, dict[str, str]]
    passwords: dict[str, str]
    """At the broker, by user: the edge and each robot's serial."""
    wms_token: str
    epcis_token: str
    host_key: str
    broker_port: int
    listen: str

    @property
    def edge_url(self) -> str:
        """Where the edge answers."""
        host, _, port = self.listen.rpartition(":")
        return f"http://{HOST if host in ('0.0.0.0', '') else host}:{port}"  # noqa: S104  said, not opened

    @property
    def wms_url(self) -> str:
        """Where the WMS answers."""
        return self.site.wms.url

    @property
    def epcis_url(self) -> str:
        """Where the EPCIS repository answers; empty where none is told."""
        return self.site.epcis.url if self.site.epcis is not None else ""

    @property
    def data(self) -> Path:
        """The edge's folder."""
        return self.folder / "edge"

    @property
    def secrets_file(self) -> Path:
        """The edge's secrets."""
        return self.folder / "secrets.yaml"

    @property
    def badges_file(self) -> Path:
        """Badges and PINs of everybody."""
        return self.folder / "badges.yaml"

    @property
    def passwords_file(self) -> Path:
        """The robots' passwords at the broker."""
        return self.folder / "passwords.yaml"


def lay_out(folder: Path, site_file: Path, *, pace: float, listen: str | None, epcis: bool = False) -> Grounds:
    """Fill an empty folder, with an EPCIS repository if wished; raises SiteError when the site file is wrong."""
    load_site(site_file)
    ports = free_ports()
    raw = yaml.safe_load(site_file.read_text(encoding="utf-8"))
    broker_port = next(ports)
    listen = listen or f"{HOST}:{next(ports)}"
    _bring_here(raw, broker_port, ports)
    if epcis or raw.get("epcis"):
        raw["epcis"] = {"base": DEMO_BASE, **(raw.get("epcis") or {}), "url": f"http://{HOST}:{next(ports)}"}
        raw["rules"] = {"company_prefix": DEMO_PREFIX, **raw.get("rules", {})}
    _hurry(raw, pace)
    if raw.get("labels"):
        raw["labels"] = str((site_file.parent / raw["labels"]).resolve())
    copy = folder / "site.yaml"
    copy.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
    site = load_site(copy)
    dice = secrets.SystemRandom()
    grounds = Grounds(
        folder=folder,
        site=site,
        site_file=copy,
        badges={worker.id: {"badge": new_badge(dice), "pin": new_pin(dice)} for worker in site.people},
        passwords={user: secrets.token_urlsafe(24) for user in _users(site)},
        wms_token=secrets.token_urlsafe(32),
        epcis_token=secrets.token_urlsafe(32),
        host_key=new_key(WMS_KEY, dice),
        broker_port=broker_port,
        listen=listen,
    )
    known = {site.broker.secret: grounds.passwords[site.broker.user], site.wms.secret: grounds.wms_token}
    known |= {site.epcis.secret: grounds.epcis_token} if site.epcis is not None else {}
    _write(grounds.secrets_file, known)
    _write(grounds.badges_file, grounds.badges)
    _write(grounds.passwords_file, grounds.passwords)
    return grounds


async def let_in(grounds: Grounds) -> None:
    """Give people their badges and PINs, and the WMS its key, before the edge starts."""
    hasher = ArgonHasher()
    hashes = {person: await hasher.hash(entry["pin"]) for person, entry in grounds.badges.items()}

    def first_day(tx: Tx) -> None:
        sync_people(tx)
        for person, entry in grounds.badges.items():
            set_badge(tx, person, entry["badge"])
            set_pin(tx, person, hashes[person])
        add_key(tx, WMS_KEY, KeyRole.WMS, digest(grounds.host_key))

    store = Store.open(Database(f"sqlite:///{grounds.data / DATABASE_FILE}"), grounds.site, real_source())
    try:
        await store.run(first_day)
    finally:
        store.close()


def free_ports() -> Iterator[int]:
    """Give ports of this machine that nobody listens at."""
    dice = random.SystemRandom()
    given: dict[int, None] = {}
    while True:
        port = dice.randrange(*PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port not in given:
            given[port] = None
            yield port


def _bring_here(raw: dict[str, Any], broker_port: int, ports: Iterator[int]) -> None:
    """Put real addresses of this machine in place; scanners stay out, people scan with their handhelds."""
    raw["wms"]["url"] = f"http://{HOST}:{next(ports)}"
    raw.setdefault("broker", {})["url"] = f"mqtt://{HOST}:{broker_port}"
    raw["devices"] = [device for device in raw.get("devices", []) if device["kind"] != "scanner"]
    for device in raw["devices"]:
        device["address"] = f"tcp://{HOST}:{next(ports)}"


def _hurry(raw: dict[str, Any], pace: float) -> None:
    """Let waits be as short and lanes as fast as people and robots are quick."""
    defaults = Site.model_fields["rules"].default
    rules = raw.setdefault("rules", {})
    rules["wave_minutes"] = max(WHOLE_DAYS_MINUTES, rules.get("wave_minutes", 0))
    for name in ("batch_wait_seconds", "load_wait_seconds"):
        rules[name] = round(rules.get(name, getattr(defaults, name)) / pace)
    for lane in raw["roadmap"]["lanes"]:
        lane["speed"] = min(FASTEST_LANE, round(lane.get("speed", 1200) * pace))


def _users(site: Site) -> Iterable[str]:
    return [site.broker.user, *(robot.machine[1] for robot in site.robots if robot.machine is not None)]


def _write(path: Path, content: Any) -> None:
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
