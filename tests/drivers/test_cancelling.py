"""A cancellation that a library swallows still ends the task."""

import asyncio

import pytest

from drivers.cancelling import KeptCancellation


async def swallow(outcome: Exception | None) -> None:
    """Wait like a library that takes its cancellation for the end of the wait."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        if outcome is not None:
            raise outcome from None


@pytest.mark.parametrize("outcome", [None, ConnectionError("gone")])
async def test_a_swallowed_cancellation_is_raised(outcome: Exception | None) -> None:
    async def guarded() -> None:
        with KeptCancellation():
            await swallow(outcome)

    task = asyncio.create_task(guarded())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


async def test_without_a_cancellation_results_and_errors_pass() -> None:
    with KeptCancellation():
        await asyncio.sleep(0)
    with pytest.raises(ConnectionError), KeptCancellation():
        raise ConnectionError("gone")
