"""`genba sim robots`: simulated robots against a real broker."""

import asyncio
import json
import os
import random
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import typer
import yaml

from drivers.mqtt.aio import connector
from drivers.vda5050.topics import Topic
from simulators.robots.build import from_site, in_a_line
from simulators.robots.config import RobotConfig
from simulators.robots.downloads import over_http
from simulators.robots.faults import CleanRadio, PoorRadio
from simulators.robots.fleet import RobotFleet
from simulators.robots.robot import Robot
from simulators.robots.shared import shared

MQTT_PORT = 1883
YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it is built in: a site of 1,000 robots took minutes without it."""


def robots(
    *,
    broker: Annotated[str, typer.Option(help="Address of the MQTT broker.")] = "mqtt://127.0.0.1:1883",
    site: Annotated[Path | None, typer.Option(help="Site file whose robots to play.")] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="Only this machine, at the home of a place of the site file: R5=Maker/X9. Again for more."),
    ] = None,
    count: Annotated[int, typer.Option(help="Without a site file: so many robots on a generated line of nodes.")] = 5,
    state_interval: Annotated[float, typer.Option(help="Seconds between states when nothing happens.")] = 10.0,
    visualization: Annotated[float, typer.Option(help="Seconds between positions; 0 is off.")] = 0.0,
    lost: Annotated[float, typer.Option(help="Share of messages the radio loses; as many come late or twice.")] = 0.0,
    one_session: Annotated[bool, typer.Option(help="All robots over one MQTT session, for load tests.")] = False,
    vda5050: Annotated[
        Literal["2.0", "2.1", "3.0"], typer.Option(help="What robots speak whose type does not say it.")
    ] = "2.1",
    tally: Annotated[
        Path | None,
        typer.Option(help="Leave properly on SIGTERM, and write here (JSON) how many states each robot sent."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play robots; user and password of the broker come from GENBA_SIM_USER and GENBA_SIM_PASSWORD."""
    template = RobotConfig(
        manufacturer="GenbaSim",
        serial="R1",
        node="N1",
        x=0,
        y=0,
        state_interval=state_interval,
        visualization_interval=visualization or None,
        vda5050=vda5050,
    )
    configs = (
        in_a_line(count, template)
        if site is None
        else from_site(yaml.load(site.read_text(), YAML), template, _units(unit))  # noqa: S506  a safe loader
    )
    typer.echo(f"{len(configs)} robots at {broker}")
    dice = random.Random(seed)
    play = _play(configs, broker, lost=lost, one_session=one_session, to_the_end=tally is not None, dice=dice)
    try:
        sent = asyncio.run(play)
    except KeyboardInterrupt:
        typer.echo("robots left")
    else:
        if tally is not None:
            tally.write_text(json.dumps(sent))


async def _play(
    configs: list[RobotConfig],
    broker: str,
    *,
    lost: float,
    one_session: bool,
    to_the_end: bool,
    dice: random.Random,
) -> dict[str, int]:
    """Play until all have left, or are cancelled; return how many states each robot had to send."""
    address = urlsplit(broker)
    connect = connector(
        address.hostname or "127.0.0.1",
        address.port or MQTT_PORT,
        os.environ.get("GENBA_SIM_USER"),
        os.environ.get("GENBA_SIM_PASSWORD"),
    )
    async with AsyncExitStack() as stack:
        if one_session:
            connect = await stack.enter_async_context(shared(connect, "genba-sim"))
        fleet = RobotFleet(
            [
                Robot(
                    config,
                    connect,
                    now=_now,
                    dice=random.Random(dice.random()),
                    radio=PoorRadio(random.Random(dice.random()), lost, lost, lost) if lost else CleanRadio(),
                    fetch=over_http,
                )
                for config in configs
            ]
        )
        if to_the_end:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, fleet.leave)
        await fleet.run()
        return {serial: robot.uplink.counted(Topic.STATE) for serial, robot in fleet.robots.items()}


def _units(given: list[str] | None) -> dict[str, tuple[str, str]] | None:
    """Read R5=Maker/X9."""
    if not given:
        return None
    found = {}
    for one in given:
        place, _, machine = one.partition("=")
        manufacturer, _, serial = machine.partition("/")
        if not (place and manufacturer and serial):
            raise typer.BadParameter(f"{one}: write PLACE=MANUFACTURER/SERIAL", param_hint="--unit")
        found[place] = manufacturer, serial
    return found


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    typer.run(robots)
