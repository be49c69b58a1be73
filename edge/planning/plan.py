"""One round of planning: what can go forward goes one step forward. Repeated after every change and once in a while."""

from edge.planning.allocate import allocate_waiting, retry_waiting
from edge.planning.batches import make_batches
from edge.planning.loads import make_loads
from edge.planning.stops import Travel
from edge.planning.waves import release_due
from edge.processes.attendance import note_waits, take_back
from edge.store.tx import Tx


def plan(tx: Tx, travel: Travel) -> int:
    """Take back what nobody works on, allocate, release, batch and load what is due.

    Returns how much was moved, 0 when nothing is left to do.
    """
    moved = take_back(tx) + allocate_waiting(tx)
    moved += release_due(tx)
    moved += make_batches(tx, travel)
    moved += make_loads(tx)
    note_waits(tx)
    return moved


def stock_came(tx: Tx, owner: str, sku: str) -> None:
    """Let orders that wait for an item be looked at again."""
    retry_waiting(tx, owner, sku)
