"""What a driver of a maker's fleet management system owes: four calls, and errors that say what is known.

Everything else (repeating, asking, ordering, alarms) is done once, for every maker, in pursuit.py and link.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.fms.messages import RobotReport, Task, TaskReport


class FmsError(RuntimeError):
    """A call did not give what was asked for."""


class NotReached(FmsError):
    """The manager surely did not get it: nothing happened."""


class Unanswered(FmsError):
    """It may have got it: no answer, a broken one, or an internal error. What happened must be asked."""


class Denied(FmsError):
    """It did not let us in, or does not know the address: says nothing about the task, and a person must look."""


class Busy(FmsError):
    """It surely did nothing and asks us to come again after so many seconds."""

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text)
        self.seconds = seconds


class Refused(FmsError):
    """A definite no to this task, with the manager's code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code
        self.text = text


class TooLate(FmsError):
    """It cannot be cancelled any more: wait for its end."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said of the keys asked for. A key in neither was not answered."""

    reports: tuple[TaskReport, ...]
    unknown: tuple[str, ...]


class FleetManager(Protocol):
    """A maker's fleet management system. Each call ends within seconds, with an answer or an FmsError."""

    async def create(self, task: Task) -> TaskReport:
        """Have a task done. Called again with the same key it must not make a second one.

        Raises Refused for a definite no, Busy or NotReached when nothing happened, Denied, else Unanswered.
        """
        ...

    async def cancel(self, key: str) -> TaskReport | None:
        """Have it not done; None when the manager does not know the key. Raises TooLate and as `create`."""
        ...

    async def query(self, keys: Sequence[str]) -> Answers:
        """Ask for tasks by our keys. Raises as `create`, but never Refused."""
        ...

    async def robots(self) -> Sequence[RobotReport]:
        """Return all robots. Raises as `query`."""
        ...
