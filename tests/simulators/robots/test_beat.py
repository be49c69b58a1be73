"""When a robot reports."""

import asyncio
from datetime import UTC, datetime

import pytest

from simulators.robots.beat import GATHER, Beat
from simulators.world.loop import run

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
LEAST, MOST = 0.05, 10.0


def times(asked: list[float], until: float) -> list[float]:
    """Return when a beat calls that is asked at these moments."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        called: list[float] = []
        beat = Beat(lambda: called.append(loop.time()), LEAST, MOST)
        beat.start()
        for at in asked:
            loop.call_at(at, beat.ask)
        await asyncio.sleep(until)
        beat.stop()
        beat.ask()
        await asyncio.sleep(3 * MOST)
        return called

    return run(main(), 1, START)


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ([], [10.0, 20.0]),
        ([1.0], [1.0 + GATHER, 11.0 + GATHER, 21.0 + GATHER]),
        ([1.0, 1.005], [1.0 + GATHER, 11.0 + GATHER, 21.0 + GATHER]),
        ([1.0, 1.02, 1.03], [1.0 + GATHER, 1.0 + GATHER + LEAST, 11.0 + GATHER + LEAST, 21.0 + GATHER + LEAST]),
        ([9.99, 9.995], [10.0, 20.0]),
    ],
)
def test_R08_reports_are_gathered_kept_apart_and_never_long_in_coming(asked: list[float], called: list[float]) -> None:
    assert times(asked, 25.0) == pytest.approx(called)


def test_a_request_that_waits_beyond_the_regular_report_is_still_one() -> None:
    assert times([9.98, 10.01], 12.0) == pytest.approx([9.98 + GATHER, 9.98 + GATHER + LEAST])
