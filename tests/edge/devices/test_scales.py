"""Weights and zero at a station, and what is said of a scale that cannot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from drivers.scale.link import NoCommand, NotZero, Overload, ScaleError, ScaleLost, Unsettled, Weight
from edge.devices.links import Links
from edge.devices.scales import Scales
from edge.live import DeviceView, Live
from edge.model.reasons import Refusal
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Return the small site's floor."""
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    yield floor
    floor.store.close()


class ScriptedScale:
    """A scale that says one thing."""

    def __init__(self, says: int | ScaleError) -> None:
        self.says = says

    async def weigh(self) -> Weight:
        """Give the weight, or raise."""
        return Weight(await self.zero(), stable=True)

    async def zero(self) -> int:
        """Give what it showed, or raise."""
        if isinstance(self.says, ScaleError):
            raise self.says
        return self.says


def scales_of(floor: Floor, says: int | ScaleError | None) -> tuple[Scales, Live]:
    """Return the scales of a site whose PACK-1 has a scale, known only if it says something."""
    site, live = floor.store.site, Live()
    stations = [one.model_copy(update={"scale": "scale-1"}) for one in site.stations]
    live.devices["scale-1"] = DeviceView("scale-1", "scale", "tcp://scale:4001")
    known = {} if says is None else {"scale-1": ScriptedScale(says)}
    links = Links(site, floor.store, live, floor.store.source)
    return Scales(site.model_copy(update={"stations": stations}), known, links), live


async def test_what_a_scale_shows_is_its_last_word(floor: Floor) -> None:
    scales, live = scales_of(floor, 735)
    assert await scales.weigh("PACK-1") == 735
    assert live.devices["scale-1"].last_word == "735 g"
    assert await scales.zero("PACK-1") == 735
    assert live.devices["scale-1"].last_word == "0 g"


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (None, "pack.scale_silent"),
        (ScaleLost("no answer"), "pack.scale_silent"),
        (Unsettled(None), "pack.scale_silent"),
        (Unsettled(12), "pack.scale_moving"),
        (Overload("too much"), "pack.scale_over"),
        (NoCommand("none"), "pack.scale_no_command"),
        (NotZero(350), "pack.scale_not_zero"),
    ],
)
async def test_F49_what_a_scale_cannot_do_is_a_refusal_that_says_it(
    floor: Floor, says: ScaleError | None, code: str
) -> None:
    scales, _ = scales_of(floor, says)
    for ask in (scales.weigh, scales.zero):
        with pytest.raises(Refusal) as refused:
            await ask("PACK-1")
        assert refused.value.code == code
        assert refused.value.details["scale"] == "scale-1"
