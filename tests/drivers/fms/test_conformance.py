"""Our own HTTP driver and the simulated manager pass the suite that a third driver must pass."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from simulators.world.loop import run
from tests.drivers.fms.bench import START, Bench
from tests.drivers.fms.conformance import Conformance, Stage, Stages


@asynccontextmanager
async def stage() -> Stages:
    bench = Bench({"F1": "A"})

    def switch(name: str) -> Callable[[bool], None]:
        return lambda on: setattr(bench.trouble, name, 1.0 if on else 0.0)

    yield Stage(
        port=bench.port,
        near="A",
        far="B",
        robot="F1",
        made=lambda: bench.yard.made,
        away=lambda on: setattr(bench.line.faults, "down", on),
        deaf=switch("lost_before"),
        mute=switch("lost_after"),
        mad=switch("rubbish"),
    )
    await bench.close()


class TestHttp(Conformance):
    """Over HTTP, in virtual time."""

    def stage(self) -> AbstractAsyncContextManager[Stage]:
        return stage()

    def live(self, story: Callable[[Stage], Awaitable[None]]) -> None:
        async def all_of_it() -> None:
            async with self.stage() as one:
                await story(one)

        run(all_of_it(), 1, START)
