"""Who is silent among others is dead; when all are, it is the radio or the broker, and all go on afterwards (R123)."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from drivers.vda5050.messages import RobotId
from edge.devices.robot import Robot
from edge.devices.silence import Silence
from edge.site import RobotUnit, Site
from edge.store.store import Store
from edge.store.tables import robots
from tests.edge.devices.bench import live, pass_
from tests.support.floor import Floor

NAMES = ("R1", "R2", "R3")
DEAD_AFTER = 120


class Fleet:
    """Robots that are heard or not."""

    def __init__(self, store: Store, names: tuple[str, ...]) -> None:
        self.store = store
        self.robots = {name: Robot(name, RobotId("GenbaSim", name), "BAY1", 4, 1000, "BAY1") for name in names}
        self.silence = Silence(store, self.robots)

    def heard(self, *names: str) -> None:
        """They speak."""
        for name in names:
            self.robots[name].alive = True
            self.silence.end(self.robots[name])

    def silent(self, *names: str) -> None:
        """Nothing more is heard of them."""
        for name in names:
            self.robots[name].alive = False
            self.silence.begin(self.robots[name])

    async def dead(self) -> list[str]:
        """Return who was declared dead."""
        return await self.store.read(lambda reader: [row.id for row in reader.all(robots, dead=True)])


def with_fleet(
    folder: Path, story: Callable[[Fleet], Coroutine[Any, Any, None]], names: tuple[str, ...] = NAMES
) -> None:
    async def day(floor: Floor) -> None:
        await story(Fleet(floor.store, names))

    def changed(site: Site) -> Site:
        units = [
            RobotUnit(id=name, type="tote4", manufacturer="GenbaSim", serial=name, home="PARK-1") for name in NAMES
        ]
        return site.model_copy(update={"robots": units})

    live(folder, day, changed=changed)


def test_R123_who_is_silent_among_others_is_dead(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.heard(*NAMES)
        fleet.silent("R2")
        await pass_(DEAD_AFTER - 1)
        assert await fleet.dead() == []
        await pass_(2)
        assert await fleet.dead() == ["R2"]

    with_fleet(tmp_path, story)


def test_R123_nobody_dies_while_none_is_heard_and_each_has_its_time_once_one_is(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.heard(*NAMES)
        for name in NAMES:
            fleet.silent(name)
            await pass_(10)
        await pass_(24 * 3600)
        assert await fleet.dead() == []
        fleet.heard("R1")
        await pass_(DEAD_AFTER - 1)
        fleet.heard("R3")
        await pass_(2)
        assert await fleet.dead() == ["R2"]

    with_fleet(tmp_path, story)


def test_R123_a_dead_robot_that_is_heard_again_shows_that_the_radio_works(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.heard(*NAMES)
        fleet.silent("R1")
        await pass_(DEAD_AFTER + 1)
        fleet.robots["R1"].dead = True
        fleet.silent("R2", "R3")
        await pass_(3600)
        assert await fleet.dead() == ["R1"]
        fleet.heard("R1")
        await pass_(DEAD_AFTER + 1)
        assert await fleet.dead() == list(NAMES)

    with_fleet(tmp_path, story)


def test_R123_a_sites_only_robot_has_nobody_to_be_compared_with(tmp_path: Path) -> None:
    async def story(fleet: Fleet) -> None:
        fleet.silent("R1")
        await pass_(DEAD_AFTER + 1)
        assert await fleet.dead() == ["R1"]

    with_fleet(tmp_path, story, NAMES[:1])
