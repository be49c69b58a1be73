"""What a robot carries: one load for each slot."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.vda5050.messages import Action, Load


@dataclass(frozen=True, slots=True)
class Handover:
    """A load that changes between robot and station; `taken` when the robot takes it."""

    serial: str
    station: str
    node: str
    load_id: str
    load_type: str
    taken: bool


Partner = Callable[[Handover], str | None]
"""The station's side of a handover: returns why it cannot be done, or None and does it."""


def willing(_handover: Handover) -> str | None:
    """Agree to every handover."""
    return None


class Cargo:
    """The slots of one robot."""

    def __init__(self, slots: tuple[str, ...]) -> None:
        self._held: dict[str, Load | None] = dict.fromkeys(slots)
        self.loads: tuple[Load, ...] = ()
        """What is carried, in the order of the slots."""

    def pick(self, action: Action) -> tuple[str, Load] | str:
        """Return the slot and load of a pick, or why it cannot be done."""
        load_id = str(action.parameter("loadId") or f"load-{action.action_id}")
        if any(load.load_id == load_id for load in self.loads):
            return f"{load_id} is carried already"
        wanted = action.parameter("lhd")
        for slot, held in self._held.items():
            if held is None and wanted in {None, slot}:
                load_type = str(action.parameter("loadType") or "tote")
                return slot, Load(load_id=load_id, load_type=load_type, load_position=slot)
        return "no free slot" if wanted is None else f"slot {wanted} is not free"

    def drop(self, action: Action) -> tuple[str, Load] | str:
        """Return the slot and load of a drop, or why it cannot be done."""
        load_id, wanted = action.parameter("loadId"), action.parameter("lhd")
        for slot, held in self._held.items():
            if held is not None and load_id in {None, held.load_id} and wanted in {None, slot}:
                return slot, held
        return "nothing to drop" if load_id is None else f"{load_id} is not carried"

    def put(self, slot: str, load: Load | None) -> None:
        """Fill or empty a slot."""
        self._held[slot] = load
        self.loads = tuple(held for held in self._held.values() if held is not None)

    def take_off(self, load_id: str) -> bool:
        """Somebody takes a load off by hand; False when it is not there."""
        for slot, held in self._held.items():
            if held is not None and held.load_id == load_id:
                self.put(slot, None)
                return True
        return False
