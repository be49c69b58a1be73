"""What is known of a robot when something is decided, and where goes what follows from it."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime

from drivers.vda5050 import reading
from drivers.vda5050.events import Event
from drivers.vda5050.messages import Factsheet, Header, InstantActions, Order, Responses, State, ZoneSets
from drivers.vda5050.topics import Major

Send = Order | InstantActions | Responses | ZoneSets


@dataclass(slots=True)
class Output:
    """What to send, in this order, and what happened, in this order."""

    sends: list[Send] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moment:
    """One robot at one moment: `alive` when its state is fresh, `ours` are its instant actions that come from us."""

    state: State
    header: Header | None
    factsheet: Factsheet | None
    major: Major
    alive: bool
    ours: Container[str]
    now: datetime
    out: Output

    @property
    def idle(self) -> bool:
        """Nothing is left to do for the robot (R19)."""
        return reading.idle(self.state, self.ours)

    @property
    def third(self) -> bool:
        """The robot speaks 3.0."""
        return self.major is Major.V3

    def tell(self, event: Event) -> None:
        """Say what happened."""
        self.out.events.append(event)

    def send(self, message: Send) -> None:
        """Have something sent."""
        self.out.sends.append(message)
