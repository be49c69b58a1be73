"""`genba sim plc`: one PLC on a real port; sensors are set by typing, outputs are told as they change."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from drivers.streams import listen
from simulators.plc.device import Plc
from simulators.plc.line import Line
from simulators.plc.moods import mood_of
from simulators.prompt import obey
from simulators.sitefile import load

Points = Mapping[str, Mapping[str, Any]]

GATE: Points = {
    "gate1_inner": {"table": "discrete", "address": 0},
    "gate1_outer": {"table": "discrete", "address": 1},
    "gate1_green": {"table": "coil", "address": 0},
    "gate1_red": {"table": "coil", "address": 1},
    "conveyor_count": {"table": "input", "address": 0, "type": "uint32"},
}
"""The points of one gate and a conveyor, for a start without a site file."""


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
    first is meant, or the one whose id stands in front: `io-2.di0=1`.
    """
    names = device or ["plc-1"]
    maps = {names[0]: (unit, GATE)} if site is None else _maps(site, names)
    plcs = {
        name: Plc(points, unit=number, watchdog=watchdog or None, on_output=_teller(name, alone=len(maps) == 1))
        for name, (number, points) in maps.items()
    }
    try:
        asyncio.run(_play(plcs, address))
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


async def _play(plcs: Mapping[str, Plc], address: str) -> None:
    line = Line(list(plcs.values()))
    where = await line.start(listen, address)
    units = "; ".join(f"{name}, unit {plc.unit}: {', '.join(plc.points)}" for name, plc in plcs.items())
    beating = [asyncio.create_task(plc.beat()) for plc in plcs.values()]
    try:
        await obey(lambda text: meant(plcs, text), f"PLC at {where}: {units}")
    finally:
        for one in beating:
            one.cancel()
        await line.unplug()


async def meant(plcs: Mapping[str, Plc], line: str) -> str:
    """Obey a typed line that may begin with the id of the PLC it is meant for; errors as of `command`."""
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


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


if __name__ == "__main__":
    typer.run(plc)
