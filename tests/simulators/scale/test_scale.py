"""The simulated scale."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from simulators.scale.cli import command
from simulators.scale.device import Build, Dialect, ScaleDevice
from simulators.world import loop as virtual
from simulators.world.streams import Network

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


def converse(build: Build, *steps: str | float) -> list[str]:
    """Send `Q`-like commands, type `>` commands, wait numbers; return the lines of the scale."""

    async def main() -> list[str]:
        network = Network(random.Random(1))
        device = ScaleDevice(random.Random(2), build)
        reader, writer = await network.dial(await device.start(network.listen, "tcp://s:4001"))
        lines: list[str] = []

        async def listen() -> None:
            while line := await reader.readline():
                lines.append(line.decode().rstrip("\r\n"))

        task = asyncio.create_task(listen())
        for step in steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            elif step.startswith(">"):
                await command(device, step[1:])
            else:
                writer.write(step.encode() + b"\r\n")
                await asyncio.sleep(0.01)
        task.cancel()
        return lines

    return virtual.run(main(), 1, START)


def test_it_wobbles_and_then_rests_in_each_dialect() -> None:
    moving, resting = converse(Build(), ">1234", 0.1, "Q", 2.0, "Q")
    assert moving.startswith("US,+0")
    assert resting == "ST,+01234.00  g"
    moving, resting = converse(Build(dialect=Dialect.SICS, kilograms=True), ">1234", 0.1, "SI", 2.0, "SI")
    assert moving.startswith("S D")
    assert resting == "S S      1.234 kg"
    assert converse(Build(dialect=Dialect.BARE), ">5", 2.0, "Q") == ["     5.00 g"]


def test_loads_add_up_and_are_taken_off() -> None:
    lines = converse(Build(), ">100", ">200", 2.0, "Q", ">take", 2.0, "Q")
    assert lines == ["ST,+00300.00  g", "ST,+00000.00  g"]


def test_S_waits_for_rest_also_when_the_load_changes_meanwhile() -> None:
    assert converse(Build(), ">100", "S", 0.5, ">50", 0.5, 1.0) == ["ST,+00150.00  g"]


def test_continuous_output_runs_only_while_asked_for() -> None:
    lines = converse(Build(), "SIR", 1.0, "C", 60.0)
    assert 10 <= len(lines) <= 12


def test_resolution_capacity_mute_and_unknown_commands() -> None:
    assert converse(Build(resolution=5), ">12", 2.0, "Q") == ["ST,+00010.00  g"]
    assert converse(Build(capacity=100), ">101", 2.0, "Q")[0].startswith("OL,")
    assert converse(Build(), ">mute", "Q", ">unmute", "JUNK") == ["EC,E01"]
    with pytest.raises(ValueError, match="invalid literal"):
        converse(Build(), ">heavy")
