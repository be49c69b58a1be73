"""What goes wrong with robots and their radio, as an interface the simulation injects."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.vda5050.topics import Topic


class Radio(Protocol):
    """Decides the fate of each message a robot sends."""

    def outgoing(self, topic: Topic) -> tuple[float, ...]:
        """Return the delay in seconds of each copy: (0.0,) is normal, () is lost, (0.0, 0.5) is doubled."""
        ...


class CleanRadio:
    """Every message arrives once, at once."""

    def outgoing(self, topic: Topic) -> tuple[float, ...]:  # noqa: ARG002
        """Lose nothing."""
        return (0.0,)


@dataclass(slots=True)
class PoorRadio:
    """Loses, doubles and delays QoS 0 messages with these probabilities; `longest` in seconds."""

    dice: random.Random
    lost: float = 0.05
    doubled: float = 0.03
    late: float = 0.05
    longest: float = 3.0

    def outgoing(self, topic: Topic) -> tuple[float, ...]:
        """Throw the dice; QoS 1 is protected by MQTT itself."""
        if topic is Topic.CONNECTION:
            return (0.0,)
        throw = self.dice.random()
        if throw < self.lost:
            return ()
        if throw < self.lost + self.doubled:
            return 0.0, self.dice.uniform(0.0, self.longest)
        if throw < self.lost + self.doubled + self.late:
            return (self.dice.uniform(0.0, self.longest),)
        return (0.0,)


class Trouble(StrEnum):
    """What can happen to a robot."""

    STOP = "stop"
    BLOCKED = "blocked"
    CUT = "cut"
    REBOOT = "reboot"
    VANISH = "vanish"


class Victim(Protocol):
    """What trouble needs of a robot."""

    def stop(self, seconds: float) -> None:
        """Stand still as if somebody stood in the protective field."""
        ...

    def block_path(self, seconds: float) -> None:
        """Find an obstacle on the way and report it."""
        ...

    def cut(self, seconds: float) -> None:
        """Lose the network and drive on."""
        ...

    def reboot(self) -> None:
        """Lose power for a moment, and with it the order."""
        ...

    def vanish(self) -> None:
        """Die until revived."""
        ...


def befall(robot: Victim, trouble: Trouble, seconds: float) -> None:
    """Let one trouble happen."""
    if trouble is Trouble.STOP:
        robot.stop(seconds)
    elif trouble is Trouble.BLOCKED:
        robot.block_path(seconds)
    elif trouble is Trouble.CUT:
        robot.cut(seconds)
    elif trouble is Trouble.REBOOT:
        robot.reboot()
    else:
        robot.vanish()


async def mischief(
    robots: Sequence[Victim],
    dice: random.Random,
    *,
    every: float,
    kinds: Sequence[Trouble] = (Trouble.STOP, Trouble.BLOCKED, Trouble.CUT, Trouble.REBOOT),
    longest: float = 60.0,
) -> None:
    """Let random trouble befall random robots, on average once in `every` seconds over all, until cancelled."""
    while True:
        await asyncio.sleep(dice.expovariate(1 / every))
        befall(dice.choice(robots), dice.choice(kinds), dice.uniform(1.0, longest))
