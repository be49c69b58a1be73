"""One round of planning: what can go forward goes forward. Repeated after every change and once in a while."""

from collections.abc import Iterable

from edge.planning.allocate import ORDERS_AT_ONCE, allocate_waiting, retry_waiting
from edge.planning.batches import make_batches
from edge.planning.loads import make_loads
from edge.planning.stops import Travel
from edge.planning.waves import release_due
from edge.processes.attendance import note_waits, take_back
from edge.store.tx import Tx


def plan(tx: Tx, travel: Travel, came: Iterable[tuple[str, str]] = ()) -> bool:
    """Take back what nobody works on, allocate, release, batch and load what is due.

    Orders that wait for an (owner, sku) of `came` are looked at again. Each step sees what those before it did; returns
    whether another round may find more.
    """
    for owner, sku in came:
        stock_came(tx, owner, sku)
    take_back(tx)
    looked_at = allocate_waiting(tx)
    release_due(tx)
    batches = make_batches(tx, travel)
    loads = make_loads(tx)
    note_waits(tx)
    return looked_at == ORDERS_AT_ONCE or batches + loads > 0


def stock_came(tx: Tx, owner: str, sku: str) -> None:
    """Let orders that wait for an item be looked at again."""
    retry_waiting(tx, owner, sku)
