"""Lights at locations, pick-to-light: which of them are lit for whom, and what a press there proves (F04).

What is lit is read from the seats, never remembered: the location that a picker is asked for is lit in their colour,
until it is proved; where a press proves the units too, until those are.
"""

from typing import Any

from edge.model.states import TaskKind
from edge.processes.inventory import contents
from edge.processes.lights import Lit, free_colour, workers
from edge.processes.parts import Part, current, step_at
from edge.processes.seats import Seat
from edge.site import MOST_SHOWN
from edge.store.tx import Reader


def lit_faces(reader: Reader) -> dict[str, Lit]:
    """Return which locations are lit, by location: one that two are asked for is lit for who was asked first."""
    found: dict[str, Lit] = {}
    for place, colours in reader.site.face_colours.items():
        working = [row for row in workers(reader, TaskKind.PICK, place) if row.task_id is not None]
        worn: dict[str, None] = {}
        for row in sorted(working, key=lambda row: (row.detail.get("since", 0), row.person_id)):
            colour = row.detail.get("colour", "")
            if colours and (not colour or colour in worn):
                continue
            worn[colour] = None
            part = current(reader, row)
            if part is not None and _asked(reader, row, part):
                lit = Lit(row.person_id, row.name_ja, row.name_en, colour, part.quantity)
                found.setdefault(part.first.place, lit)
    return found


def colour_at_faces(reader: Reader, seat: Seat) -> str:
    """Return the colour in which a seat's locations are lit, the one it had if it may; "" for none: all stays dark."""
    colours = reader.site.face_colours.get(seat.place or "", ())
    return free_colour(reader, seat, TaskKind.PICK, colours) if colours else ""


def proves_units(reader: Reader, part: Part) -> bool:
    """Say whether a press proves the units shown: where the site says so, of goods that lie alone there, no lot asked.

    Of more than one kind there, or of a lot that is to be looked at, only a scan tells what was taken; and what a
    display cannot show nobody has seen there.
    """
    of = part.first
    face = reader.site.face.get(of.place)
    if face is None or face.press != "units" or of.lot or part.quantity > MOST_SHOWN:
        return False
    return len(contents(reader, of.place)) == 1


def _asked(reader: Reader, row: Any, part: Part) -> bool:
    step = step_at(row, part)
    return part.first.place in reader.site.face and (
        step == "location" or (step == "item" and proves_units(reader, part))
    )
