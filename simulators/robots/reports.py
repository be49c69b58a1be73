"""What a robot reports of itself (VDA 5050 2.1 §6.10.6; 3.0 §6.6.6; R05, R08)."""

from msgspec.structs import replace

from drivers.vda5050.messages import Edge, EStop, OperatingMode, SafetyState, State, Visualization
from simulators.robots.body import Body
from simulators.robots.mind import Mind

SAFETY = {halted: SafetyState(e_stop=EStop.NONE, field_violation=halted) for halted in (False, True)}


def state_of(mind: Mind, *, driving: bool) -> State:
    """Return its state."""
    book, body = mind.book, mind.body
    position = body.agv_position()
    if mind.mode is OperatingMode.STARTUP:
        position = replace(position, x=0.0, y=0.0, theta=0.0, position_initialized=False)
    return State(
        order_id=book.order_id,
        order_update_id=book.update_id,
        last_node_id="" if mind.mode is OperatingMode.STARTUP else book.last_node_id,
        last_node_sequence_id=book.last_sequence_id,
        driving=driving,
        paused=mind.paused,
        new_base_request=_needs_base(book.edges),
        operating_mode=mind.mode,
        node_states=book.node_states,
        edge_states=book.edge_states,
        action_states=book.order_actions if mind.third else tuple(book.actions.values()),
        battery_state=body.battery_state(),
        errors=tuple(book.errors),
        safety_state=SAFETY[mind.halted],
        agv_position=position,
        velocity=body.velocity(),
        loads=body.cargo.loads,
        maps=mind.atlas.maps,
        zone_sets=mind.atlas.zone_sets if mind.third else None,
        instant_action_states=book.instant_actions if mind.third else (),
        zone_requests=mind.requests.told,
    )


def shown(body: Body) -> Visualization:
    """Return what is shown of its movement."""
    return Visualization(agv_position=body.agv_position(), velocity=body.velocity())


def _needs_base(edges: list[Edge]) -> bool:
    """Tell whether it drives the last released edge and more are to come."""
    return bool(edges) and not edges[-1].released and not (len(edges) > 1 and edges[1].released)
