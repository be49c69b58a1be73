"""Robots that have way before them and stand, though nothing is wrong with them: jams, as seen on the floor.

One that is broken, blocked, paused or switched off is no jam but its cause; who is behind it is.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

LOOK = 15.0
"""Seconds between two looks."""
LONGEST = 900.0
"""Seconds that may pass until a stopped robot is out of the way: it is found dead after two minutes, a person comes
within one or two, makes it well or carries it off; and another may have stopped meanwhile behind the same corner."""


class Stander(Protocol):
    """A robot as one sees it who walks by."""

    @property
    def held_up(self) -> tuple[float, float] | None:
        """Where it stands with way before it, able to drive; None when it drives, acts, rests or is broken."""
        ...


class Standstill:
    """Looks at all robots now and then; `jams` has for each that stood too long how long, in seconds."""

    def __init__(
        self, robots: Mapping[str, Stander], time: Callable[[], float], *, longest_allowed: float = LONGEST
    ) -> None:
        self.jams: dict[str, float] = {}
        self.longest = 0.0
        """Of all stands, in seconds."""
        self._robots = robots
        self._time = time
        self._allowed = longest_allowed
        self._since: dict[str, tuple[tuple[float, float], float]] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """See who stands where he stood."""
        now = self._time()
        for serial, robot in self._robots.items():
            place = robot.held_up
            before = self._since.get(serial)
            if place is None:
                self._since.pop(serial, None)
            elif before is None or before[0] != place:
                self._since[serial] = (place, now)
            else:
                stood = now - before[1]
                self.longest = max(self.longest, stood)
                if stood > self._allowed:
                    self.jams[serial] = max(stood, self.jams.get(serial, 0.0))
