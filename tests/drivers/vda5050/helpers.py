"""Orders, states and a master's view of them, for the tests of this folder."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from msgspec.structs import replace

from drivers.vda5050 import orders
from drivers.vda5050.events import Event
from drivers.vda5050.messages import (
    Action,
    ActionState,
    ActionStatus,
    BatteryState,
    BlockingType,
    Connection,
    ConnectionState,
    EdgeState,
    Error,
    ErrorLevel,
    ErrorReference,
    EStop,
    Factsheet,
    Grant,
    Header,
    InstantActions,
    NodeState,
    OperatingMode,
    Order,
    Responses,
    SafetyState,
    State,
    ZoneRequest,
)
from drivers.vda5050.moment import Output, Send
from drivers.vda5050.orders import Waypoint
from drivers.vda5050.storage import MapFile
from drivers.vda5050.topics import Major
from drivers.vda5050.vehicle import Vehicle
from drivers.vda5050.zones import ZonePlan

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
E = TypeVar("E")


def way(*names: str, actions: dict[str, Sequence[Action]] | None = None) -> list[Waypoint]:
    """Return a route along the x axis, 2 m between nodes."""
    given = actions or {}
    return [
        Waypoint(name, 2000 * place, 0, "floor1", actions=tuple(given.get(name, ())))
        for place, name in enumerate(names)
    ]


def pick(action_id: str, blocking: BlockingType = BlockingType.HARD) -> Action:
    return orders.action("pick", action_id, blocking, loadId="T-0001")


def state(
    order: Order | None = None,
    at: int = 0,
    *,
    actions: dict[str, ActionStatus] | None = None,
    errors: tuple[Error, ...] = (),
    mode: OperatingMode = OperatingMode.AUTOMATIC,
    cleared: bool = False,
    **changes: Any,
) -> State:
    """Return what an honest robot reports that has passed sequenceId `at` of an order."""
    left = [] if order is None or cleared else [node for node in order.nodes if node.sequence_id > at]
    edges = [] if order is None or cleared else [edge for edge in order.edges if edge.sequence_id > at]
    node = "N1" if order is None else order.nodes[at // 2].node_id
    steps = {} if order is None else {one.action_id: ActionStatus.WAITING for one in orders.actions_of(order)}
    report = State(
        order_id="" if order is None else order.order_id,
        order_update_id=0 if order is None else order.order_update_id,
        last_node_id=node,
        last_node_sequence_id=at,
        driving=bool(left),
        operating_mode=mode,
        node_states=tuple(NodeState(one.node_id, one.sequence_id, one.released) for one in left),
        edge_states=tuple(EdgeState(one.edge_id, one.sequence_id, one.released) for one in edges),
        action_states=tuple(ActionState(name, status) for name, status in (steps | (actions or {})).items()),
        battery_state=BatteryState(80.0, charging=False),
        errors=errors,
        safety_state=SafetyState(EStop.NONE, field_violation=False),
    )
    return replace(report, **changes)


def error(error_type: str, **references: str) -> Error:
    given = tuple(ErrorReference(key, value) for key, value in references.items())
    return Error(error_type, ErrorLevel.WARNING, given or None)


class Master:
    """A vehicle with a clock and a memory of what it sent and told."""

    def __init__(
        self,
        major: Major = Major.V2,
        version: str = "2.1.0",
        leave: Callable[[ZoneRequest], Grant] = lambda _request: Grant.QUEUED,
    ) -> None:
        self.now = START
        self.version = version
        self.vehicle = Vehicle(ids=_numbers(), major=major, leave=leave)
        self.sent: list[Send] = []
        self.events: list[Event] = []
        self._header = 0

    def state(self, report: State, *, header: int | None = None, at: datetime | None = None) -> list[Event]:
        self._header = self._header + 1 if header is None else header
        text = (at or self.now).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-4] + "Z"
        head = Header(header_id=self._header, timestamp=text, version=self.version)
        return self._book(self.vehicle.on_state(head, report, self.now))

    def want(self, order: Order | None, *, accepted: bool = False) -> list[Event]:
        return self._book(self.vehicle.want(order, self.now, accepted=accepted))

    def cancel(self, action_id: str = "c1") -> list[Event]:
        return self._book(self.vehicle.cancel(action_id, self.now))

    def act(self, action: Action) -> list[Event]:
        return self._book(self.vehicle.act(action, self.now))

    def store(self, *maps: MapFile, zones: ZonePlan | None = None) -> list[Event]:
        return self._book(self.vehicle.store(maps, () if zones is None else (zones,), self.now))

    def reconsider(self) -> list[Event]:
        return self._book(self.vehicle.reconsider(self.now))

    def link_up(self) -> list[Event]:
        return self._book(self.vehicle.on_link_up(self.now))

    def wait(self, seconds: float, report: Callable[[], State] | None = None) -> list[Event]:
        """Let time pass second by second, with a state each second where one is given."""
        events = []
        for _ in range(int(seconds)):
            self.now += timedelta(seconds=1)
            if report is not None:
                events += self.state(report())
            events += self._book(self.vehicle.tick(self.now))
        return events

    def orders_sent(self) -> list[Order]:
        return [one for one in self.sent if isinstance(one, Order)]

    def actions_sent(self, action_type: str) -> list[Action]:
        return [
            action
            for one in self.sent
            if isinstance(one, InstantActions)
            for action in one.actions
            if action.action_type == action_type
        ]

    def connection(self, state: ConnectionState) -> list[Event]:
        return self._book(self.vehicle.on_connection(Connection(state), self.now))

    def factsheet(self, factsheet: Factsheet) -> list[Event]:
        return self._book(self.vehicle.on_factsheet(factsheet, self.now))

    def answers(self) -> list[tuple[str, Grant]]:
        return [
            (answer.request_id, answer.grant_type)
            for one in self.sent
            if isinstance(one, Responses)
            for answer in one.responses
        ]

    def told(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def _book(self, out: Output) -> list[Event]:
        self.sent += out.sends
        self.events += out.events
        return list(out.events)


def _numbers() -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"id-{next(count)}"
