"""States of everything that has a life, and the one table of allowed transitions for each."""

from collections.abc import Mapping
from enum import StrEnum


class OrderState(StrEnum):
    """An order of the WMS, from acceptance to its end."""

    ACCEPTED = "accepted"
    ALLOCATED = "allocated"
    PICKING = "picking"
    PACKING = "packing"
    PACKED = "packed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    SHORT = "short"
    """Ended without a single unit to ship."""


class TaskState(StrEnum):
    """A piece of work for one person or one robot."""

    PLANNED = "planned"
    READY = "ready"
    ASSIGNED = "assigned"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Halt(StrEnum):
    """What people say to all robots at once: stand where you are, or go home."""

    STOPPED = "stopped"
    HOME = "home"


class BatchState(StrEnum):
    """One tour of a robot with the totes of several orders."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    """The robot fetches empty totes."""
    PICKING = "picking"
    DELIVERING = "delivering"
    DONE = "done"
    CANCELLED = "cancelled"


class ToteState(StrEnum):
    """A reusable tote."""

    FREE = "free"
    BOUND = "bound"
    WAITING = "waiting"
    """At its pack station, to be packed."""


class ParcelState(StrEnum):
    """A carton that leaves the site."""

    OPEN = "open"
    WEIGHED = "weighed"
    LABELLED = "labelled"
    PACKED = "packed"
    """Label and parcel are paired by a scan."""
    SHIPPED = "shipped"
    VOID = "void"


class LoadState(StrEnum):
    """Parcels that go through a gate together."""

    OPEN = "open"
    AT_GATE = "at_gate"
    PASSED = "passed"
    CANCELLED = "cancelled"


class TripState(StrEnum):
    """One drive of a robot."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class TaskKind(StrEnum):
    """What a task asks for."""

    CARRY = "carry"
    PICK = "pick"
    SORT = "sort"
    """Put a tote's goods into the slots of a put wall, order by order."""
    PACK = "pack"
    LOAD = "load"
    PUTBACK = "putback"
    RESCUE = "rescue"
    COUNT = "count"
    """Count what lies at a location, without being told what should."""


class Role(StrEnum):
    """What a person may do."""

    PICKER = "picker"
    PACKER = "packer"
    SHIPPER = "shipper"
    SUPERVISOR = "supervisor"
    SUPPORT = "support"
    ENGINEER = "engineer"


ORDER_MOVES: Mapping[OrderState, tuple[OrderState, ...]] = {
    OrderState.ACCEPTED: (OrderState.ALLOCATED, OrderState.CANCELLED, OrderState.SHORT),
    OrderState.ALLOCATED: (OrderState.PICKING, OrderState.ACCEPTED, OrderState.CANCELLED, OrderState.SHORT),
    OrderState.PICKING: (OrderState.PACKING, OrderState.ALLOCATED, OrderState.CANCELLED, OrderState.SHORT),
    OrderState.PACKING: (OrderState.PACKED, OrderState.CANCELLED, OrderState.SHORT),
    OrderState.PACKED: (OrderState.SHIPPED, OrderState.CANCELLED),
    OrderState.SHIPPED: (),
    OrderState.CANCELLED: (),
    OrderState.SHORT: (),
}

TASK_MOVES: Mapping[TaskState, tuple[TaskState, ...]] = {
    TaskState.PLANNED: (TaskState.READY, TaskState.CANCELLED),
    TaskState.READY: (TaskState.ASSIGNED, TaskState.PLANNED, TaskState.CANCELLED),
    TaskState.ASSIGNED: (TaskState.RUNNING, TaskState.READY, TaskState.DONE, TaskState.CANCELLED, TaskState.FAILED),
    TaskState.RUNNING: (TaskState.DONE, TaskState.READY, TaskState.CANCELLED, TaskState.FAILED),
    TaskState.DONE: (),
    TaskState.CANCELLED: (),
    TaskState.FAILED: (),
}

ORDER_OPEN = tuple(state for state, nexts in ORDER_MOVES.items() if nexts)
ORDER_ENDED = tuple(state for state, nexts in ORDER_MOVES.items() if not nexts)
TASK_OPEN = tuple(state for state, nexts in TASK_MOVES.items() if nexts)
TASK_HELD = (TaskState.ASSIGNED, TaskState.RUNNING)
