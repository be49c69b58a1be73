"""`genba sim plc`: one PLC on a real port; sensors are set by typing, outputs are told as they change."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from drivers.streams import listen
from simulators.plc import door, lift
from simulators.plc.device import Plc
from simulators.plc.door import Door
from simulators.plc.hung import hung_door, hung_lift
from simulators.plc.lift import Lift
from simulators.plc.line import Line
from simulators.plc.moods import mood_of
from simulators.prompt import obey
from simulators.sitefile import SiteFile, load

Points = Mapping[str, Mapping[str, Any]]

GATE: Points = {
    "gate1_inner": {"table": "discrete", "address": 0},
    "gate1_outer": {"table": "discrete", "address": 1},
    "gate1_green": {"table": "coil", "address": 0},
    "gate1_red": {"table": "coil", "address": 1},
    "conveyor_count": {"table": "input", "address": 0, "type": "uint32"},
}
"""The points of one gate and a conveyor, for a start without a site file."""
NOTHING: Mapping[str, Door | Lift] = {}


def plc(
    *,
    address: Annotated[
        str, typer.Option(help="Where to listen; pty:/tmp/genba-line plays a unit on a serial line (RTU).")
    ] = "tcp://127.0.0.1:1502",
    site: Annotated[Path | None, typer.Option(help="Site file whose PLC to play.")] = None,
    device: Annotated[
        list[str] | None, typer.Option(help="Device id in the site file, plc-1 if none; more than one share a line.")
    ] = None,
    unit: Annotated[int, typer.Option(help="Unit id, without a site file.")] = 1,
    watchdog: Annotated[float, typer.Option(help="Seconds of host silence until outputs go off; 0 is never.")] = 2.0,
) -> None:
    """Play a PLC: type `gate1_inner=1`, `conveyor_count+5`, a name to read it, `hang`, `off`, `on`, `mood busy`.

    Moods are the ways in which a peer misbehaves; a wrong one is answered with all there are. Of several devices the
    first is meant, or the one whose id stands in front: `io-2.di0=1`. Doors and lifts of the site file that hang at
    them move: `LIFT-1 stuck` lets something go wrong with one, `LIFT-1 well` makes it well again.
    """
    names = device or ["plc-1"]
    maps = {names[0]: (unit, GATE)} if site is None else _maps(site, names)
    plcs = {
        name: Plc(points, unit=number, watchdog=watchdog or None, on_output=_teller(name, alone=len(maps) == 1))
        for name, (number, points) in maps.items()
    }
    try:
        asyncio.run(_play(plcs, address, None if site is None else load(site)))
    except KeyboardInterrupt:
        typer.echo("PLC switched off")


def _maps(site: Path, names: list[str]) -> dict[str, tuple[int, Points]]:
    """Return unit id and points of devices in a site file."""
    known = load(site).devices
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"{site} has no device {name}")
    return {name: (known[name].options.get("unit", 1), known[name].options.get("points", {})) for name in names}


def _teller(name: str, *, alone: bool) -> Callable[[str, float], None]:
    front = "" if alone else f"{name}."
    return lambda point, value: typer.echo(f"output {front}{point} = {value}")


async def _play(plcs: Mapping[str, Plc], address: str, site: SiteFile | None) -> None:
    line = Line(list(plcs.values()))
    moved = {} if site is None else hung(site, plcs)
    where = await line.start(listen, address)
    units = "; ".join(f"{name}, unit {plc.unit}: {', '.join(plc.points)}" for name, plc in plcs.items())
    beating = [asyncio.create_task(plc.beat()) for plc in plcs.values()]
    try:
        await obey(lambda text: meant(plcs, text, moved), f"PLC at {where}: {units}")
    finally:
        for one in beating:
            one.cancel()
        await line.unplug()


def hung(site: SiteFile, plcs: Mapping[str, Plc]) -> dict[str, Door | Lift]:
    """Hang the doors and lifts of a site file at those of their PLCs that are played; give them by id."""
    doors = {one.id: hung_door(one, plcs[one.io]) for one in site.doors.values() if one.io in plcs}
    return doors | {one.id: hung_lift(one, plcs[one.io]) for one in site.lifts.values() if one.io in plcs}


async def meant(plcs: Mapping[str, Plc], line: str, moved: Mapping[str, Door | Lift] = NOTHING) -> str:
    """Obey a typed line that may begin with the id of the PLC, door or lift it is meant for; errors as of `command`."""
    thing, space, wrong = line.partition(" ")
    if space and thing in moved:
        return f"{thing} is {_befall(moved[thing], wrong.strip())}"
    name, dot, rest = line.partition(".")
    if dot and name in plcs:
        return f"{name}.{await command(plcs[name], rest)}"
    return await command(next(iter(plcs.values())), line)


async def command(device: Plc, line: str) -> str:
    """Obey one typed line; return what to answer. KeyError for an unknown point, ValueError for no number."""
    match line:
        case "hang":
            device.hang()
            return "hangs"
        case "wake":
            device.wake()
            return "answers again"
        case "off":
            await device.go_offline()
            return "switched off"
        case "on":
            await device.go_online()
            return "switched on"
    if line.startswith("mood "):
        device.mood = mood_of(line.removeprefix("mood ").strip())
        return line
    for sign in "=+":
        name, found, number = line.partition(sign)
        if found:
            value = _number(number) + (device.value(name.strip()) if sign == "+" else 0)
            device.set_input(name.strip(), value)
            line = name.strip()
            break
    return f"{line} = {device.value(line)}"


def _befall(thing: Door | Lift, wrong: str) -> str:
    """Let something go wrong with a door or lift; ValueError with all there is."""
    kinds = lift.Failing if isinstance(thing, Lift) else door.Failing
    if wrong != "well" and wrong not in [one.value for one in kinds]:
        raise ValueError(f"{thing.id} can be: well, {', '.join(one.value for one in kinds)}")
    if isinstance(thing, Lift):
        thing.fail(None if wrong == "well" else lift.Failing(wrong))
    else:
        thing.fail(None if wrong == "well" else door.Failing(wrong))
    return wrong


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


if __name__ == "__main__":
    typer.run(plc)
