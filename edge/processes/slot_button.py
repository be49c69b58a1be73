"""The button of a slot: it proves a put for whoever the slot is lit for (F08)."""

from edge.processes.hands_free import people_at, tell
from edge.processes.screens import act
from edge.processes.seats import wrong
from edge.processes.wall import lit
from edge.store.tx import Tx

NOT_LIT = "wall.not_lit"


def slot_pressed(tx: Tx, slot: str) -> None:
    """Take the button of a slot as its scan by whoever it is lit for; of one that is dark all at the wall are told."""
    place = tx.site.slot[slot].id
    light = lit(tx, place).get(slot)
    if light is None:
        tx.journal("scan.refused", f"station/{place}", reason=NOT_LIT, scanned=slot)
        for person in people_at(tx, place):
            tell(tx, person, wrong(NOT_LIT, slot=slot).told)
        return
    act(tx, light.person, {"action": "scan", "value": slot, "source": "button"})
    tx.journal("seat.told", f"person/{light.person}", scanned=slot)
