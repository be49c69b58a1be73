"""What robots used in a span of days, as their lessor's bill wants it (RaaS).

Seconds, metres and watt-hours are whole, cut off downwards from what is kept; totals are made of what is kept, so they
may be one more than the sum of the days.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from edge.model.reasons import Refusal
from edge.processes.robots import robot_row
from edge.processes.usage import SUMS
from edge.store.tables import stays, usage
from edge.store.tx import Reader

COLUMNS = (
    "site", "day", "robot", "manufacturer", "serial", "powered_s", "worked_s", "missions", "trips", "loads", "drove_m",
    "energy_wh", "drained_percent", "charged_percent", "charges",
)  # fmt: skip
"""Of the days as a table, whatever the language; docs/usage.md says what they mean."""
MACHINE_COLUMNS = ("site", "from", "to", "manufacturer", "serial", "places", *COLUMNS[5:])
"""Of the machines as a table."""
MACHINE = ("robot_id", "manufacturer", "serial")
SERIAL = ("manufacturer", "serial")
_ENERGY = func.sum(usage.c.drained * usage.c.battery_wh).label("energy")
_UNKNOWN = func.sum(usage.c.drained).filter(usage.c.battery_wh.is_(None)).label("unknown")
_TOTALS = (*(func.coalesce(func.sum(usage.c[name]), 0).label(name) for name in SUMS), _ENERGY, _UNKNOWN)


def bill_of(reader: Reader, first: date, last: date, robot: str | None = None) -> dict[str, Any]:
    """Return `{site, from, to, days, totals, machines, stays}`; both days included.

    Days are by day, place and machine, totals by place and machine, machines whatever places they had. Stays are when
    which machine had which place in the fleet, as far as that touches these days.

    Raises Refusal for a robot that the site never had, and for a span that ends before it begins.
    """
    if last < first:
        raise Refusal("usage.no_days", first=first.isoformat(), last=last.isoformat())
    if robot is not None:
        robot_row(reader, robot)
    here = [usage.c.day >= first.isoformat(), usage.c.day <= last.isoformat()]
    here += [usage.c.robot_id == robot] if robot is not None else []
    machine = [usage.c[name] for name in MACHINE]
    by_day = select(usage.c.day, *machine, *_TOTALS).where(*here).group_by(usage.c.day, *machine)
    by_machine = select(*machine, *_TOTALS).where(*here).group_by(*machine)
    days = reader.rows(by_day.order_by(usage.c.day, *machine))
    totals = reader.rows(by_machine.order_by(*machine))
    serial = [usage.c[name] for name in SERIAL]
    places = func.count(usage.c.robot_id.distinct()).label("places")
    machines = reader.rows(select(*serial, places, *_TOTALS).where(*here).group_by(*serial).order_by(*serial))
    return {
        "site": reader.site.id,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": [{"day": row.day, **_machine(row), **_amounts(row)} for row in days],
        "totals": [{**_machine(row), **_amounts(row)} for row in totals],
        "machines": [
            {"manufacturer": row.manufacturer, "serial": row.serial, "places": row.places, **_amounts(row)}
            for row in machines
        ],
        "stays": [_stay(reader, row) for row in reader.rows(_stays(reader, first, last, robot))],
    }


def use_of(reader: Reader, robot: str, first: date, last: date) -> Mapping[str, int | None]:
    """Return what one robot used in these days, whatever machine it was; zeros where there is nothing."""
    here = (usage.c.robot_id == robot, usage.c.day >= first.isoformat(), usage.c.day <= last.isoformat())
    return _amounts(reader.one(select(*_TOTALS).where(*here)))


def flat(bill: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return a bill's days as rows of COLUMNS."""
    return [{"site": bill["site"], **row} for row in bill["days"]]


def by_machine(bill: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return a bill's machines as rows of MACHINE_COLUMNS."""
    span = {name: bill[name] for name in ("site", "from", "to")}
    return [{**span, **row} for row in bill["machines"]]


def _stays(reader: Reader, first: date, last: date, robot: str | None) -> Select[Any]:
    zone = reader.site.zone_info
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    here = [stays.c.since < end, stays.c.until.is_(None) | (stays.c.until > begin)]
    here += [stays.c.robot_id == robot] if robot is not None else []
    return select(stays).where(*here).order_by(stays.c.robot_id, stays.c.number)


def _stay(reader: Reader, row: Any) -> dict[str, str | None]:
    until = None if row.until is None else reader.site.local(row.until).isoformat(timespec="seconds")
    since = reader.site.local(row.since).isoformat(timespec="seconds")
    return {**_machine(row), "since": since, "until": until}


def _machine(row: Any) -> dict[str, str]:
    return {"robot": row.robot_id, "manufacturer": row.manufacturer, "serial": row.serial}


def _amounts(row: Any) -> dict[str, int | None]:
    """Return sums in the units of the bill; energy is None where nobody said what the battery holds."""
    return {
        "powered_s": row.powered_ms // 1000,
        "worked_s": row.worked_ms // 1000,
        "missions": row.missions,
        "trips": row.trips,
        "loads": row.loads,
        "drove_m": row.drove_mm // 1000,
        "energy_wh": None if row.unknown else (row.energy or 0) // 100,
        "drained_percent": row.drained,
        "charged_percent": row.charged,
        "charges": row.charges,
    }
