"""How a shipper works: scan parcels onto the cage, push it through the gate, put right what the gate finds."""

from simulators.operators import picking
from simulators.operators.handheld import Screen
from simulators.operators.person import Person, Step, stand_by
from simulators.world.physics import STAGING, Parcel

PATIENCE = 12
"""Looks around for more parcels of a load before a person leaves with what is there."""
VERDICT_S = (20.0, 40.0)
"""Seconds that a person waits for the gate's verdict before they go through again."""
BACK_S = (1.0, 2.0)
"""Seconds after the cage came back in before a person looks whether the gate had let it go after all."""
GIVE_UP_AFTER = 3
"""Passes that the gate refused before a person goes back to the load."""


class Loader:
    """What a shipper keeps in mind about the load at hand."""

    def __init__(self) -> None:
        self._waited = 0
        self._refused = 0
        self._pushed = False
        self._not_ours: dict[int, None] = {}
        self.steps: dict[tuple[str, str], Step] = {
            **picking.STEPS,
            ("idle", "wait"): self.without_load,
            ("load", "parcel"): self.load_parcel,
            ("load", "gate"): self.push_through,
        }

    async def without_load(self, person: Person, screen: Screen) -> Screen:
        """See to what we pushed out, then wait for work (idle/wait)."""
        if self._pushed:
            for parcel in await self._clear_outside(person, screen):
                person.warehouse.stand(parcel, STAGING)
        return await stand_by(person, screen)

    async def load_parcel(self, person: Person, screen: Screen) -> Screen:
        """Scan a parcel of this load and put it on the cage; push off when all are on it (load/parcel)."""
        await person.go(person.workplace)
        world, gate = person.warehouse, _gate(person)
        await self._clear_outside(person, screen)
        parcel = self._next_parcel(person, screen)
        if parcel is not None and parcel.label is not None:
            return await self._load(person, screen, parcel)
        self._waited += 1
        ready = world.parcels_at(f"cage:{gate}") and not screen.undone
        out_of_patience = self._waited >= PATIENCE
        if out_of_patience:
            self._waited = 0
            self._not_ours.clear()
        for button, wanted in (("go", ready), ("absent", out_of_patience), ("go", out_of_patience)):
            if wanted and screen.button(button):
                return (await person.press(screen, button)).screen
        return await person.wait()

    async def push_through(self, person: Person, screen: Screen) -> Screen:
        """Push the cage through the gate and wait for the verdict (load/gate)."""
        world, gate = person.warehouse, _gate(person)
        if self._refused >= GIVE_UP_AFTER and screen.button("back"):
            self._refused = 0
            return (await person.press(screen, "back")).screen
        if world.parcels_at(f"out:{gate}"):
            await self._bring_in(person)
            await person.pause(BACK_S)
            screen = await person.handheld.look()
            if screen.place != ("load", "gate"):
                if screen.last == "done":
                    await self._take_away(person)
                return screen
        self._put_right(person, screen)
        self._pushed = True
        await world.pass_gate(gate)
        person.counts["gate_pass"] += 1
        after = await person.handheld.newer(person.dice.uniform(*VERDICT_S)) or await person.glance()
        if after.place != screen.place and after.last != "wrong":
            await self._take_away(person)
        else:
            self._refused += 1
            person.counts["gate_refused"] += 1
        return after

    async def _clear_outside(self, person: Person, screen: Screen) -> list[Parcel]:
        """Let what stands outside leave if the gate had let it go after all; else bring it back in and return it."""
        gate = _gate(person)
        if not person.warehouse.parcels_at(f"out:{gate}"):
            return []
        if screen.last == "done":
            await self._take_away(person)
            return []
        return await self._bring_in(person)

    async def _bring_in(self, person: Person) -> list[Parcel]:
        self._pushed = False
        return await person.warehouse.pass_gate(_gate(person), inward=True)

    async def _take_away(self, person: Person) -> None:
        """Load the truck: the gate has let this load go, even if the light came late and the cage is inside again."""
        self._refused = 0
        self._pushed = False
        self._not_ours.clear()
        gate = _gate(person)
        if person.warehouse.parcels_at(f"cage:{gate}"):
            await person.warehouse.pass_gate(gate)
        person.warehouse.depart(gate)

    async def _load(self, person: Person, screen: Screen, parcel: Parcel) -> Screen:
        world, before = person.warehouse, parcel.spot
        world.stand(parcel, person.hand)
        await person.pause(person.habits.grab_s)
        outcome = await (person.scan_label(screen, parcel.label) if parcel.label else person.scan(screen, ""))
        world.stand(parcel, before)
        if outcome.good:
            self._waited = 0
            person.counts["parcel_loaded"] += 1
            if before == STAGING and person.chance(person.habits.left_behind):
                person.counts["left_behind"] += 1
                self._not_ours[parcel.number] = None
            else:
                world.stand(parcel, f"cage:{_gate(person)}")
        elif outcome.kind == "wrong":
            self._not_ours[parcel.number] = None
        return outcome.screen

    def _next_parcel(self, person: Person, screen: Screen) -> Parcel | None:
        """Choose what the screen names; any parcel that was not refused for this load if it names none."""
        world = person.warehouse
        near = [*world.parcels_at(f"cage:{_gate(person)}"), *world.labelled()]
        waiting = {
            parcel.label.tracking: parcel for parcel in near if parcel.label and parcel.number not in self._not_ours
        }
        if screen.lines:
            return next((waiting[code] for code in (screen.target, *screen.undone) if code in waiting), None)
        return waiting.get(screen.target or "") or next(iter(waiting.values()), None)

    def _put_right(self, person: Person, screen: Screen) -> None:
        """Make the cage hold what the load lists: extra parcels off, those left behind on."""
        world, cage = person.warehouse, f"cage:{_gate(person)}"
        ours = [str(line.get("sku")) for line in screen.lines]
        if screen.last != "wrong" or not ours:
            return
        for parcel in world.parcels_at(cage):
            if parcel.label is None or parcel.label.tracking not in ours:
                person.counts["took_off"] += 1
                world.stand(parcel, STAGING)
        for parcel in world.labelled():
            if parcel.label is not None and parcel.label.tracking in ours:
                person.counts["fetched"] += 1
                world.stand(parcel, cage)


def _gate(person: Person) -> str:
    """Return the gate of our dock."""
    return person.site.docks[person.workplace].gate
