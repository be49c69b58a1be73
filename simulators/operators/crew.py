"""Puts the people of a site file to work: each role at its work places, one task for each person."""

import random
from collections.abc import Callable

from simulators.operators import picking
from simulators.operators.counting import Counter
from simulators.operators.loading import Loader
from simulators.operators.packing import Packer
from simulators.operators.person import Habits, Person, RobotAt, Step
from simulators.operators.sorting import Sorter
from simulators.sitefile import SiteFile
from simulators.world.http import Way
from simulators.world.physics import Warehouse

Credentials = Callable[[str], tuple[str, str]]
"""Badge and PIN of a person id."""

WORKING_ROLES = ("picker", "packer", "shipper")


def crew(
    site: SiteFile,
    warehouse: Warehouse,
    call_for: Callable[[str], Way],
    credentials: Credentials,
    dice: random.Random,
    *,
    habits: Habits | None = None,
    robot_at: RobotAt | None = None,
) -> list[Person]:
    """Return everybody who works with a handheld; a person takes the role of theirs that has the fewest people.

    Supervisors do not: they stand in only where somebody is missing. Nor do packers for whom no table is left.

    `call_for` gives each person an own line, so that one radio can fail alone.
    """
    packs, walls = ([place.id for place in site.stations.values() if place.kind == kind] for kind in ("pack", "wall"))
    places = {
        "picker": [f"ZONE:{zone}" for zone in site.zones],
        "packer": [*packs, *walls, *walls],
        "shipper": list(site.docks),
    }
    taken = dict.fromkeys(WORKING_ROLES, 0)
    people = []
    for who in site.people.values():
        roles = [role for role in who.roles if places.get(role)]
        if taken["packer"] == len(places["packer"]):
            roles = [role for role in roles if role != "packer"]
        if not roles or "supervisor" in who.roles:
            continue
        role = min(roles, key=lambda name: (taken[name] / len(places[name]), WORKING_ROLES.index(name)))
        workplace = places[role][taken[role] % len(places[role])]
        taken[role] += 1
        badge, pin = credentials(who.id)
        people.append(
            Person(
                who.id,
                call=call_for(who.id),
                badge=badge,
                pin=pin,
                site=site,
                warehouse=warehouse,
                workplace=workplace,
                dice=random.Random(dice.getrandbits(64)),
                steps=steps_of(role),
                habits=habits,
                robot_at=robot_at,
            )
        )
    return people


def steps_of(role: str) -> dict[tuple[str, str], Step]:
    """Return what a role can do; people remember what they have in hand, so each needs their own."""
    match role:
        case "packer":
            return {**Packer().steps, **Sorter().steps}
        case "shipper":
            return Loader().steps
        case _:
            return {**picking.STEPS, **Counter().steps}
