"""What a robot remembers of its order, and whether it takes a new one (VDA 5050 2.1 §6.6.1-§6.6.4 and figure 8).

Where 3.0 differs, it is by §6.1.2-§6.1.4 of that. Pure: knows neither time nor network. Written from the standard,
sharing nothing with the master.
"""

from enum import Enum, auto
from math import hypot
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from drivers.vda5050.messages import (
    Action,
    ActionState,
    ActionStatus,
    BlockingType,
    Edge,
    EdgeState,
    Error,
    ErrorReference,
    Node,
    NodePosition,
    NodeState,
    Order,
)
from simulators.robots.words import IN_V2, Words, Wrong

KNOWN_ACTIONS = ("pick", "drop", "startCharging", "stopCharging", "wait", "waitForTrigger")
"""What this robot can do on a node; on an edge only `wait`."""
ENDED_KEPT = 50
"""Ended actions reported until the next order, at most."""
ERRORS_KEPT = 20


class Answer(Enum):
    """What became of a received order."""

    NEW = auto()
    UPDATE = auto()
    IGNORED = auto()
    REJECTED = auto()


class Standing(NamedTuple):
    """Where the robot is when an order comes: its node ("" between nodes), metres, and what it takes as near."""

    node: str
    x: float
    y: float
    maps: tuple[str, ...]
    near: float


class OrderBook:
    """Order, remaining nodes and edges, actions and errors of one robot; `third` has the rules of 3.0."""

    def __init__(self, last_node_id: str = "", words: Words = IN_V2, *, third: bool = False) -> None:
        self._words = words
        self._third = third
        self._last: Order | None = None
        self.order_id = ""
        self.update_id = 0
        self.last_node_id = last_node_id
        self.last_sequence_id = 0
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self._nodes_told: list[NodeState] = []
        self._edges_told: list[EdgeState] = []
        self.arrived: Node | None = None
        self.actions: dict[str, ActionState] = {}
        self.errors: list[Error] = []
        self._of_order: dict[str, None] = {}
        self._began = False
        self._cancelled = False

    @property
    def busy(self) -> bool:
        """An order is under way (figure 8, question 3)."""
        return bool(self.nodes or self.edges) or any(
            not self.actions[name].action_status.ended for name in self._of_order if name in self.actions
        )

    @property
    def order_actions(self) -> tuple[ActionState, ...]:
        """The actions of the order, without instant ones."""
        return tuple(one for name, one in self.actions.items() if name in self._of_order)

    @property
    def instant_actions(self) -> tuple[ActionState, ...]:
        """The instant actions alone."""
        return tuple(one for name, one in self.actions.items() if name not in self._of_order)

    @property
    def node_states(self) -> tuple[NodeState, ...]:
        """The nodes that are left (R83)."""
        return tuple(self._nodes_told)

    @property
    def edge_states(self) -> tuple[EdgeState, ...]:
        """The edges that are left."""
        return tuple(self._edges_told)

    def next_leg(self) -> tuple[Edge, Node] | None:
        """Return the released edge and node that come next; None at the decision point."""
        if self.edges and self.nodes and self.edges[0].released and self.nodes[0].released:
            return self.edges[0], self.nodes[0]
        return None

    def receive(self, order: Order, header_id: int | None, standing: Standing) -> Answer:
        """Take, ignore or reject an order; a rejected one leaves an error and changes nothing else (R17)."""
        references = {
            "topic": "order",
            "headerId": str(header_id),
            "orderId": order.order_id,
            "orderUpdateId": str(order.order_update_id),
        }
        same = self._began and order.order_id == self.order_id
        if same and order.order_update_id == self.update_id:
            if self._third and order != self._last:
                return self._reject(Wrong.SAME_UPDATE, "the same update has other contents", references)
            return Answer.IGNORED
        fault = _malformed(order)
        if fault is not None:
            return self._reject(Wrong.MALFORMED, fault, references)
        impossible = _cannot(order, standing.maps, third=self._third)
        if impossible is not None:
            return self._reject(*impossible, references)
        answer = self._update(order, references) if same else self._start(order, standing, references)
        if answer is not Answer.REJECTED:
            self._last = order
        return answer

    def traverse(self) -> Node:
        """Pass the next node: it and the edge before it leave the states (R18)."""
        node = self.nodes.pop(0)
        del self._nodes_told[0]
        if self.edges and self.edges[0].sequence_id < node.sequence_id:
            edge = self.edges.pop(0)
            del self._edges_told[0]
            for action in edge.actions:
                self.end_running(action.action_id)
        self.last_node_id, self.last_sequence_id = node.node_id, node.sequence_id
        self.arrived = node
        return node

    def truncate(self, legs: int) -> None:
        """Forget all but so many of the next edges with their nodes, fail what waits; ids are kept (R20, R33)."""
        self._cancelled = True
        for parts in (self.nodes, self.edges, self._nodes_told, self._edges_told):
            del parts[legs:]
        for name in self._of_order:
            if self.actions[name].action_status is ActionStatus.WAITING:
                self.set_action(name, ActionStatus.FAILED, "cancelled")

    def add_instant(self, action: Action) -> bool:
        """Note an instant action; false when it is known already and must not run twice."""
        if action.action_id in self.actions:
            return False
        self._note(action)
        ended = [name for name, one in self.actions.items() if one.action_status.ended and name not in self._of_order]
        for name in ended[:-ENDED_KEPT]:
            del self.actions[name]
        return True

    def set_action(self, action_id: str, status: ActionStatus, result: str | None = None) -> None:
        """Move an action to another status; an ended one stays as it is."""
        one = self.actions.get(action_id)
        if one is not None and not one.action_status.ended:
            self.actions[action_id] = replace(one, action_status=status, result_description=result)

    def end_running(self, action_id: str) -> None:
        """Finish an action that ends with its edge."""
        self.set_action(action_id, ActionStatus.FINISHED)

    def forget_instant_actions(self) -> None:
        """Forget the instant actions that have ended."""
        self.actions = {
            name: one for name, one in self.actions.items() if name in self._of_order or not one.action_status.ended
        }

    def add_error(self, wrong: Wrong, text: str, references: dict[str, str]) -> None:
        """Report an error; the same again replaces the old one."""
        error_type, level = self._words[wrong]
        given = tuple(ErrorReference(reference_key=key, reference_value=value) for key, value in references.items())
        error = Error(error_type=error_type, error_level=level, error_references=given, error_description=text)
        self.errors = [*(one for one in self.errors if one != error), error][-ERRORS_KEPT:]

    def clear_error(self, wrong: Wrong) -> None:
        """Stop to report errors of this type."""
        error_type, _ = self._words[wrong]
        self.errors = [one for one in self.errors if one.error_type != error_type]

    def _start(self, order: Order, standing: Standing, references: dict[str, str]) -> Answer:
        if self.busy:
            return self._reject(Wrong.OTHER_ORDER, f"order {self.order_id} is still active", references)
        if order.nodes[0].sequence_id != 0:
            return self._reject(Wrong.MALFORMED, "a new order starts at sequenceId 0", references)
        if self._third and order.order_update_id != 0:
            return self._reject(Wrong.MALFORMED, "a new order starts at orderUpdateId 0", references)
        if not _reachable(order.nodes[0], standing):
            return self._reject(Wrong.TOO_FAR, f"start node {order.nodes[0].node_id} is not within reach", references)
        self.actions = {
            name: one
            for name, one in self.actions.items()
            if not one.action_status.ended or (self._third and name not in self._of_order)
        }
        self.errors = []
        self._of_order = {}
        self.order_id, self.update_id = order.order_id, order.order_update_id
        self._began, self._cancelled = True, False
        self._append(order.nodes, order.edges)
        self.traverse()
        return Answer.NEW

    def _update(self, order: Order, references: dict[str, str]) -> Answer:
        if order.order_update_id < self.update_id:
            return self._reject(Wrong.OLD_UPDATE, f"update {self.update_id} is in force", references)
        if self._cancelled:
            return self._reject(Wrong.UPDATE_OF_CANCELLED, f"order {self.order_id} was cancelled", references)
        base = [node for node in self.nodes if node.released]
        expected = (base[-1].node_id, base[-1].sequence_id) if base else (self.last_node_id, self.last_sequence_id)
        first = order.nodes[0]
        if (first.node_id, first.sequence_id) != expected:
            text = f"an update starts at {expected[0]} ({expected[1]}), not at {first.node_id} ({first.sequence_id})"
            return self._reject(Wrong.NO_CONTINUATION, text, references)
        kept = sum([edge.released for edge in self.edges])
        for node in self.nodes[len(base) :]:
            self._drop_actions(node.actions)
        for edge in self.edges[kept:]:
            self._drop_actions(edge.actions)
        del self.nodes[len(base) :], self._nodes_told[len(base) :]
        del self.edges[kept:], self._edges_told[kept:]
        self.update_id = order.order_update_id
        self._append(order.nodes[1:], order.edges)
        for wrong in (Wrong.OLD_UPDATE, Wrong.NO_CONTINUATION, Wrong.UPDATE_OF_CANCELLED):
            self.clear_error(wrong)
        return Answer.UPDATE

    def _append(self, nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> None:
        """Take on nodes and edges, what is told of them, and their actions."""
        self.nodes += nodes
        self.edges += edges
        self._nodes_told += [
            NodeState(
                node_id=node.node_id,
                sequence_id=node.sequence_id,
                released=node.released,
                node_position=None if node.node_position is None else _place(node.node_position),
            )
            for node in nodes
        ]
        self._edges_told += [
            EdgeState(edge_id=edge.edge_id, sequence_id=edge.sequence_id, released=edge.released) for edge in edges
        ]
        for part in _along(nodes, edges):
            for action in part.actions:
                self._note(action)
                self._of_order[action.action_id] = None

    def _note(self, action: Action) -> None:
        self.actions[action.action_id] = ActionState(
            action_id=action.action_id, action_type=action.action_type, action_status=ActionStatus.WAITING
        )

    def _drop_actions(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            self.actions.pop(action.action_id, None)
            self._of_order.pop(action.action_id, None)

    def _reject(self, wrong: Wrong, text: str, references: dict[str, str]) -> Answer:
        self.add_error(wrong, text, references)
        return Answer.REJECTED


def _malformed(order: Order) -> str | None:
    """Return what the order breaks of §6.6.1, None when it is well formed."""
    if not order.order_id or not order.nodes:
        return "an order needs an orderId and a node"
    if len(order.edges) != len(order.nodes) - 1:
        return "the number of edges must be the number of nodes minus one"
    parts = _along(order.nodes, order.edges)
    names = [action.action_id for part in parts for action in part.actions]
    if len(set(names)) != len(names):
        return "actionIds must be unique"
    return _misnumbered(parts) or _misreleased(parts)


def _misnumbered(parts: list[Node | Edge]) -> str | None:
    first = parts[0].sequence_id
    if first % 2 or [part.sequence_id for part in parts] != list(range(first, first + len(parts))):
        return "sequenceIds must run over nodes and edges without gap, nodes even"
    if any(isinstance(part, Node) != (place % 2 == 0) for place, part in enumerate(parts)):
        return "nodes and edges must alternate"
    return None


def _misreleased(parts: list[Node | Edge]) -> str | None:
    released = [part.released for part in parts]
    base = released.index(False) if False in released else len(released)
    if any(released[base:]) or base % 2 == 0:
        return "the base must be one piece, begin and end with a node"
    return None


def _along(nodes: tuple[Node, ...], edges: tuple[Edge, ...]) -> list[Node | Edge]:
    parts: list[Node | Edge] = [*nodes, *edges]
    return sorted(parts, key=attrgetter("sequence_id"))


def _cannot(order: Order, maps: tuple[str, ...], *, third: bool) -> tuple[Wrong, str] | None:
    """Return what of the order this robot cannot do, None when it can do all of it."""
    for node in order.nodes:
        for action in node.actions:
            single = action.blocking_type is BlockingType.SINGLE and not third
            if action.action_type not in KNOWN_ACTIONS or single:
                return Wrong.UNKNOWN_ACTION, f"action {action.action_type} ({action.blocking_type}) is unknown"
        if node.node_position is not None and node.node_position.map_id not in maps:
            return Wrong.UNKNOWN_MAP, f"map {node.node_position.map_id} is unknown"
    for edge in order.edges:
        if edge.trajectory is not None:
            return Wrong.UNUSABLE_FIELD, "trajectories are not supported"
        for action in edge.actions:
            if action.action_type != "wait":
                return Wrong.UNKNOWN_ACTION, f"action {action.action_type} cannot run on an edge"
    return None


def _reachable(node: Node, standing: Standing) -> bool:
    """Tell whether the first node counts as reached: the robot stands on it or within its deviation."""
    if standing.node and node.node_id == standing.node:
        return True
    position = node.node_position
    if position is None:
        return False
    allowed = standing.near if position.allowed_deviation_xy is None else position.allowed_deviation_xy
    return hypot(position.x - standing.x, position.y - standing.y) <= max(allowed, standing.near)


def _place(position: NodePosition) -> NodePosition:
    """Return a position without what belongs to an order alone."""
    if position.allowed_deviation_xy is None and position.allowed_deviation_theta is None:
        return position
    return replace(position, allowed_deviation_xy=None, allowed_deviation_theta=None)
