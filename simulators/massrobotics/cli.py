"""`genba sim massrobotics`: robots of other makers that report themselves over a WebSocket."""

import asyncio
import os
import random
from datetime import UTC, datetime
from typing import Annotated

import typer

from simulators.massrobotics.robot import Course, Robot
from simulators.massrobotics.uplink import Mood, Uplink
from simulators.prompt import obey

MOODS = ", ".join(Mood)


def massrobotics(
    *,
    url: Annotated[str, typer.Option(help="Where they report.")] = "ws://127.0.0.1:8070/api/massrobotics",
    datum: Annotated[str, typer.Option(help="UUID of their coordinates (planarDatum).")],
    robots: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 3,
    length: Annotated[float, typer.Option(help="Metres of the rectangle they drive round, along x.")] = 10.0,
    width: Annotated[float, typer.Option(help="The same along y.")] = 6.0,
    moods: Annotated[list[str] | None, typer.Option("--mood", help=f"NAME=MOOD ({MOODS}).")] = None,
    basic: Annotated[bool, typer.Option("--basic", help="Show the key as a password.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play robots E1, E2, … ; their key comes from GENBA_SIM_TOKEN. Lines typed as `E1 silent` change a mood."""
    dice = random.Random(seed)
    course = Course(datum, length=length, width=width)
    key = os.environ.get("GENBA_SIM_TOKEN", "")
    names = [f"E{number}" for number in range(1, robots + 1)]
    uplinks = {
        name: Uplink(
            Robot(name, course, dice),
            url,
            key,
            random.Random(dice.random()),
            now=lambda: datetime.now(UTC),
            basic=basic,
        )
        for name in names
    }
    try:
        for word in moods or ():
            _change(uplinks, *word.split("=", 1))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        asyncio.run(_play(uplinks))
    except KeyboardInterrupt:
        typer.echo("the robots left")


async def _play(uplinks: dict[str, Uplink]) -> None:
    async def handle(line: str) -> str:
        if line == "show":
            return "\n".join(_line(uplink) for uplink in uplinks.values())
        return _change(uplinks, *line.split(None, 1))

    async with asyncio.TaskGroup() as group:
        for uplink in uplinks.values():
            group.create_task(uplink.run())
        await obey(handle, f"{', '.join(uplinks)}: type `show`, or NAME and one of {MOODS}")


def _change(uplinks: dict[str, Uplink], name: str, mood: str = "") -> str:
    if name not in uplinks:
        raise ValueError(f"there is no robot {name}")
    if mood not in list(Mood):
        raise ValueError(f"{mood or 'nothing'} is none of {MOODS}")
    uplinks[name].mood = Mood(mood)
    return f"{name} is {mood}"


def _line(uplink: Uplink) -> str:
    robot = uplink.robot
    link = "reports" if uplink.connected else uplink.refused or "not connected"
    where = f"{robot.battery:.0f} % at {robot.x:.1f}, {robot.y:.1f} m"
    return f"{robot.name} {robot.state} {where}; {link}, {uplink.sent} sent"
