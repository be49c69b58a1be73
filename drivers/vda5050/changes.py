"""What is new in a state against the one before (R30-R33, R116): pure functions."""

from collections.abc import Iterator

from drivers.vda5050.events import (
    BaseRequested,
    BatteryChanged,
    ErrorsChanged,
    Event,
    LoadsChanged,
    ModeChanged,
    PauseChanged,
)
from drivers.vda5050.messages import State


def of_mode(before: State | None, state: State) -> Iterator[Event]:
    """Tell of another operating mode."""
    if before is None or before.operating_mode is not state.operating_mode:
        yield ModeChanged(state.operating_mode, None if before is None else before.operating_mode)


def of_actions(before: State | None, state: State) -> bool:
    """Return whether actions stand otherwise than before."""
    return (
        before is None
        or before.action_states != state.action_states
        or before.instant_action_states != state.instant_action_states
    )


def of_robot(before: State | None, state: State) -> Iterator[Event]:
    """Tell of errors, pause, loads, battery and the wish for more base."""
    if before is None:
        if state.errors:
            yield ErrorsChanged(state.errors)
    elif before.errors != state.errors:
        yield ErrorsChanged(state.errors)
    if bool(state.paused) != (before is not None and bool(before.paused)):
        yield PauseChanged(bool(state.paused))
    if before is None or before.loads != state.loads:
        yield LoadsChanged(state.loads)
    battery = (round(state.battery_state.battery_charge), state.battery_state.charging)
    if before is None or battery != (round(before.battery_state.battery_charge), before.battery_state.charging):
        yield BatteryChanged(*battery)
    if state.new_base_request and not (before is not None and before.new_base_request):
        yield BaseRequested()
