"""Buttons at slots and locations: a press is a scan of whoever the place is lit for (F04, F08).

A press of what is dark counts nothing, and all who work there are told.
"""

from edge.processes.faces import lit_faces
from edge.processes.hands_free import people_at, tell
from edge.processes.lights import Lit
from edge.processes.screens import act
from edge.processes.seats import BUTTON, load_seat, wrong
from edge.processes.wall import lit
from edge.store.tx import Tx

SLOT_DARK = "wall.not_lit"
FACE_DARK = "face.not_lit"


def slot_pressed(tx: Tx, slot: str) -> None:
    """Take the button of a slot of a put wall as its scan."""
    place = tx.site.slot[slot].id
    light = lit(tx, place).get(slot)
    if light is None:
        _dark(tx, f"station/{place}", place, SLOT_DARK, slot)
        return
    act(tx, light.person, {"action": "scan", "value": slot, "source": BUTTON})
    tx.journal("seat.told", f"person/{light.person}", scanned=slot)


def face_pressed(tx: Tx, location: str) -> None:
    """Take the button at a location as its scan, in the name of whoever it is lit for."""
    light = _lit_face(tx, location)
    if light is not None:
        _in_name_of(tx, light, {"action": "scan", "value": location, "source": BUTTON})
        tx.journal("seat.told", f"person/{light.person}", scanned=location)


def face_short(tx: Tx, location: str) -> None:
    """Take the second button at a location: it holds no more than was counted out of it (F36)."""
    light = _lit_face(tx, location)
    if light is not None:
        seat = load_seat(tx, light.person)
        short = {"action": "short", "reason": "empty", "quantity": seat.counted, "screen": str(seat.screen)}
        _in_name_of(tx, light, {**short, "source": BUTTON})
        tx.journal("seat.told", f"person/{light.person}", scanned=location)


def _lit_face(tx: Tx, location: str) -> Lit | None:
    light = lit_faces(tx).get(location)
    if light is None:
        _dark(tx, f"location/{location}", f"ZONE:{tx.site.location[location].zone}", FACE_DARK, location)
    return light


def _in_name_of(tx: Tx, light: Lit, done: dict[str, object]) -> None:
    """Do what somebody did, who is no handheld: what comes of it stands in the journal under their name."""
    who, tx.actor = tx.actor, f"person:{light.person}"
    try:
        act(tx, light.person, done)
    finally:
        tx.actor = who


def _dark(tx: Tx, subject: str, place: str, code: str, pressed: str) -> None:
    tx.journal("scan.refused", subject, reason=code, scanned=pressed, source=BUTTON)
    for person in people_at(tx, place):
        tell(tx, person, wrong(code, slot=pressed).told)
