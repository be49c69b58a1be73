"""`genba sim plc`: one PLC on a real port; sensors are set by typing, outputs are told as they change."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from drivers.streams import listen
from simulators.plc.device import Plc
from simulators.plc.moods import mood_of
from simulators.prompt import obey
from simulators.sitefile import load

GATE = {
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
    device: Annotated[str, typer.Option(help="Device id in the site file.")] = "plc-1",
    unit: Annotated[int, typer.Option(help="Unit id.")] = 1,
    watchdog: Annotated[float, typer.Option(help="Seconds of host silence until outputs go off; 0 is never.")] = 2.0,
) -> None:
    """Play a PLC: type `gate1_inner=1`, `conveyor_count+5`, a name to read it, `hang`, `off`, `on`, `mood busy`.

    Moods are the ways in which a peer misbehaves; a wrong one is answered with all there are.
    """
    points: Mapping[str, Mapping[str, Any]] = GATE if site is None else _points(site, device)
    try:
        asyncio.run(_play(points, address, unit=unit, watchdog=watchdog or None))
    except KeyboardInterrupt:
        typer.echo("PLC switched off")


def _points(site: Path, device: str) -> Mapping[str, Mapping[str, Any]]:
    found = load(site).devices.get(device)
    if found is None:
        raise typer.BadParameter(f"{site} has no device {device}")
    points: Mapping[str, Mapping[str, Any]] = found.options.get("points", {})
    return points


async def _play(points: Mapping[str, Mapping[str, Any]], address: str, *, unit: int, watchdog: float | None) -> None:
    device = Plc(
        points, unit=unit, watchdog=watchdog, on_output=lambda name, value: typer.echo(f"output {name} = {value}")
    )
    where = await device.start(listen, address)
    beating = asyncio.create_task(beat(device, points))
    try:
        await obey(lambda line: command(device, line), f"PLC at {where}, unit {unit}: {', '.join(points)}")
    finally:
        beating.cancel()
        await device.close()


async def beat(device: Plc, points: Mapping[str, Mapping[str, Any]]) -> None:
    """Let every heartbeat among the points beat, twice as often as it must."""
    pauses = {name: settings["heartbeat"] / 2 for name, settings in points.items() if settings.get("heartbeat")}
    while pauses:
        await asyncio.sleep(min(pauses.values()))
        for name in pauses:
            device.set_input(name, not device.value(name))


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
