"""One round of planning: what can go forward goes one step forward. Repeated after every change and once in a while."""

from edge.planning.allocate import allocate_waiting, retry_waiting
from edge.planning.batches import make_batches
from edge.planning.loads import make_loads
from edge.planning.stops import Travel
from edge.planning.waves import release_due
from edge.store.queue import release_expired
from edge.store.tx import Tx


def plan(tx: Tx, travel: Travel) -> int:
    """Allocate, release, batch and load what is due; return how much was moved, 0 when nothing is left to do."""
    moved = allocate_waiting(tx)
    moved += release_due(tx)
    moved += make_batches(tx, travel)
    moved += make_loads(tx)
    return moved + release_expired(tx)


def stock_came(tx: Tx, owner: str, sku: str) -> None:
    """Let orders that wait for an item be looked at again."""
    retry_waiting(tx, owner, sku)
