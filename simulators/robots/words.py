"""What a robot says is wrong, in the words of its version (VDA 5050 2.1 §6.6.4, §6.10.6; 3.0 §6.6.5.4)."""

from collections.abc import Mapping
from enum import Enum, auto

from drivers.vda5050.messages import ErrorLevel


class Wrong(Enum):
    """What can be wrong with what it is told, or with itself."""

    MALFORMED = auto()
    UNKNOWN_ACTION = auto()
    UNUSABLE_FIELD = auto()
    UNKNOWN_MAP = auto()
    OLD_UPDATE = auto()
    SAME_UPDATE = auto()
    NO_CONTINUATION = auto()
    UPDATE_OF_CANCELLED = auto()
    OTHER_ORDER = auto()
    TOO_FAR = auto()
    WRONG_MODE = auto()
    NOTHING_TO_CANCEL = auto()
    BAD_INSTANT_ACTION = auto()
    PICK_FAILED = auto()
    DROP_FAILED = auto()
    ACTION_FAILED = auto()
    NODE_UNREACHABLE = auto()
    PATH_BLOCKED = auto()
    BATTERY_EMPTY = auto()
    DUPLICATE_MAP = auto()
    MAP_FAILED = auto()
    NO_ROOM = auto()
    DUPLICATE_ZONES = auto()
    RELEASE_LOST = auto()


Words = Mapping[Wrong, tuple[str, ErrorLevel]]
WARNING, CRITICAL, FATAL = ErrorLevel.WARNING, ErrorLevel.CRITICAL, ErrorLevel.FATAL
IN_V2: Words = {
    Wrong.MALFORMED: ("validationError", WARNING),
    Wrong.UNKNOWN_ACTION: ("orderError", WARNING),
    Wrong.UNUSABLE_FIELD: ("orderError", WARNING),
    Wrong.UNKNOWN_MAP: ("orderError", WARNING),
    Wrong.OLD_UPDATE: ("orderUpdateError", WARNING),
    Wrong.NO_CONTINUATION: ("orderUpdateError", WARNING),
    Wrong.UPDATE_OF_CANCELLED: ("orderUpdateError", WARNING),
    Wrong.OTHER_ORDER: ("orderError", WARNING),
    Wrong.TOO_FAR: ("noRouteError", WARNING),
    Wrong.WRONG_MODE: ("orderError", WARNING),
    Wrong.NOTHING_TO_CANCEL: ("noOrderToCancel", WARNING),
    Wrong.BAD_INSTANT_ACTION: ("instantActionError", WARNING),
    Wrong.PICK_FAILED: ("pickFailed", WARNING),
    Wrong.DROP_FAILED: ("dropFailed", WARNING),
    Wrong.ACTION_FAILED: ("actionFailed", WARNING),
    Wrong.NODE_UNREACHABLE: ("nodeUnreachable", FATAL),
    Wrong.PATH_BLOCKED: ("pathBlocked", WARNING),
    Wrong.BATTERY_EMPTY: ("batteryEmpty", FATAL),
    Wrong.DUPLICATE_MAP: ("duplicateMap", WARNING),
    Wrong.MAP_FAILED: ("mapError", WARNING),
    Wrong.NO_ROOM: ("insufficientMemory", WARNING),
}
"""The standard leaves many of them to the robot. There is no word for the same update with other contents."""
IN_V3: Words = {
    Wrong.MALFORMED: ("VALIDATION_FAILURE", WARNING),
    Wrong.UNKNOWN_ACTION: ("INVALID_ORDER_ACTION", WARNING),
    Wrong.UNUSABLE_FIELD: ("UNSUPPORTED_PARAMETER", CRITICAL),
    Wrong.UNKNOWN_MAP: ("UNKNOWN_MAP_ID", WARNING),
    Wrong.OLD_UPDATE: ("OUTDATED_ORDER_UPDATE", WARNING),
    Wrong.SAME_UPDATE: ("SAME_ORDER_UPDATE_ID", WARNING),
    Wrong.NO_CONTINUATION: ("NO_ROUTE_TO_TARGET", WARNING),
    Wrong.UPDATE_OF_CANCELLED: ("ORDER_UPDATE_FOLLOWING_CANCEL", WARNING),
    Wrong.OTHER_ORDER: ("OTHER_ORDER_ACTIVE", WARNING),
    Wrong.TOO_FAR: ("START_NODE_OUT_OF_RANGE", WARNING),
    Wrong.WRONG_MODE: ("MOBILE_ROBOT_NOT_AVAILABLE", WARNING),
    Wrong.NOTHING_TO_CANCEL: ("NO_ORDER_TO_CANCEL", WARNING),
    Wrong.BAD_INSTANT_ACTION: ("INVALID_INSTANT_ACTION", WARNING),
    Wrong.PICK_FAILED: ("PICK_FAILED", CRITICAL),
    Wrong.DROP_FAILED: ("DROP_FAILED", CRITICAL),
    Wrong.ACTION_FAILED: ("ACTION_FAILED", CRITICAL),
    Wrong.NODE_UNREACHABLE: ("NODE_UNREACHABLE", CRITICAL),
    Wrong.PATH_BLOCKED: ("PATH_BLOCKED", WARNING),
    Wrong.DUPLICATE_MAP: ("DUPLICATE_MAP", WARNING),
    Wrong.NO_ROOM: ("INSUFFICIENT_MEMORY", ErrorLevel.URGENT),
    Wrong.DUPLICATE_ZONES: ("DUPLICATE_ZONE_SET", WARNING),
    Wrong.RELEASE_LOST: ("RELEASE_LOST", CRITICAL),
    Wrong.BATTERY_EMPTY: ("BATTERY_EMPTY", FATAL),
    Wrong.MAP_FAILED: ("MAP_FAILED", WARNING),
}
"""The standard names all but PICK_FAILED, DROP_FAILED, ACTION_FAILED, PATH_BLOCKED and the last two, and has room for
them; of a bad continuation it does not say which."""
