"""What can be wrong with a site file, its roadmap and its secrets: codes for machines, with words for people (R124).

The words stand in edge/model/site_words.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a site file down to one place in it."""


class Fault(StrEnum):
    """Everything that is told about these files. Codes are stable, words are not."""

    # the file itself
    NO_FILE = "file.absent"
    A_FOLDER = "file.folder"
    FORBIDDEN = "file.forbidden"
    UNREADABLE = "file.unreadable"
    NOT_UTF8 = "file.encoding"
    # YAML
    CONTROL = "yaml.control"
    TAB = "yaml.tab"
    CHARACTER = "yaml.character"
    COLON = "yaml.colon"
    QUOTE = "yaml.quote"
    BRACKET = "yaml.bracket"
    ALIAS = "yaml.alias"
    SECOND = "yaml.second"
    VALUE = "yaml.value"
    SYNTAX = "yaml.syntax"
    KEY_TWICE = "yaml.key_twice"
    # keys and values
    NO_SITE = "site.no_site"
    MISSING = "site.missing"
    UNKNOWN_KEY = "site.unknown_key"
    KEY_NOT_TEXT = "site.key_not_text"
    NOT_TEXT = "site.not_text"
    NOT_WHOLE = "site.not_whole"
    NOT_NUMBER = "site.not_number"
    NOT_TRUE_FALSE = "site.not_true_false"
    NOT_LIST = "site.not_list"
    NOT_KEYS = "site.not_keys"
    NOT_POINT = "site.not_point"
    NOT_SIGNAL = "site.not_signal"
    NOT_ONE_OF = "site.not_one_of"
    TOO_SMALL = "site.too_small"
    TOO_LARGE = "site.too_large"
    NOT_ABOVE = "site.not_above"
    TOO_LONG = "site.too_long"
    TOO_FEW = "site.too_few"
    BAD_ID = "site.bad_id"
    BAD_TIME = "site.bad_time"
    BAD_ADDRESS = "site.bad_address"
    BAD_SERIAL = "site.bad_serial"
    BAD_PREFIX = "site.bad_prefix"
    BAD_BROKER = "site.bad_broker"
    BAD_WMS = "site.bad_wms"
    BAD_FMS = "site.bad_fms"
    BAD_UUID = "site.bad_uuid"
    NO_TIME_ZONE = "site.no_time_zone"
    UNUSABLE = "site.unusable"
    # names
    USED_TWICE = "site.used_twice"
    NO_FMS = "site.no_fms"
    TWO_DRIVERS = "site.two_drivers"
    HALF_NAMED = "site.half_named"
    NOT_NAMED = "site.not_named"
    NO_CARRIER = "site.no_carrier"
    NO_ZONE = "site.no_zone"
    NO_NODE = "site.no_node"
    NO_ROBOT_TYPE = "site.no_robot_type"
    NO_HOME = "site.no_home"
    NO_STATION = "site.no_station"
    NO_GATE = "site.no_gate"
    NO_SCALE = "site.no_scale"
    NO_PRINTER = "site.no_printer"
    NO_READER = "site.no_reader"
    NO_IO = "site.no_io"
    NO_POINT = "site.no_point"
    NOT_OUTPUT = "site.not_output"
    NO_PROFILE = "site.no_profile"
    # parts that do not fit together, or are not there
    LANE_TO_ITSELF = "site.lane_to_itself"
    LANE_TWICE = "site.lane_twice"
    LANE_OF_NO_LENGTH = "site.lane_of_no_length"
    CHARGE_LIMITS = "site.charge_limits"
    ONE_EYE = "site.one_eye"
    ONE_LIGHT = "site.one_light"
    DOOR_NO_LANE = "site.door_no_lane"
    DOOR_LANE_TAKEN = "site.door_lane_taken"
    DOOR_IN_ROW = "site.door_in_row"
    DOOR_ONE_SIGNAL = "site.door_one_signal"
    DOOR_NO_BIT = "site.door_no_bit"
    DOOR_NOT_LEFT = "site.door_not_left"
    DOOR_TWO_COMMANDS = "site.door_two_commands"
    DOOR_MANAGED = "site.door_managed"
    NO_WEIGHT = "site.no_weight"
    NO_WALL = "site.no_wall"
    WALL_BARE = "site.wall_bare"
    NO_PACK_STATION = "site.no_pack_station"
    SLOT_NAME = "site.slot_name"
    SLOT_NO_IO = "site.slot_no_io"
    SLOT_POINT_TAKEN = "site.slot_point_taken"
    SLOT_VALUE = "site.slot_value"
    SLOT_NO_PULSE = "site.slot_no_pulse"
    SAME_ADDRESS = "site.same_address"
    WRONG_WAY = "site.wrong_way"
    LINE_DIFFERS = "site.line_differs"
    NO_PACK = "site.no_pack"
    NO_TOTES = "site.no_totes"
    NO_CHARGER = "site.no_charger"
    NO_DOCK = "site.no_dock"
    # points of a Modbus unit, as drivers/modbus/points.py finds them
    POINT_NUMBERED = "point.numbered"
    POINT_OUTSIDE = "point.outside"
    POINT_BITS = "point.bits"
    POINT_BIT = "point.bit"
    POINT_COUNTER = "point.counter"
    POINT_SCALE = "point.scale"
    POINT_NO_OUTPUT = "point.no_output"
    POINT_WRITE_BITS = "point.write_bits"
    POINT_UNFIT = "point.unfit"
    # label templates
    NO_OWNER = "site.no_owner"
    LABEL_UNKNOWN_KEY = "label.unknown_key"
    LABEL_KEY = "label.key"
    LABEL_BRACES = "label.braces"
    LABEL_FIELD = "label.field"
    LABEL_LOW = "label.low"
    LABEL_OUTSIDE = "label.outside"
    LABEL_TOO_WIDE = "label.too_wide"
    LABEL_CONTENT = "label.content"
    LABEL_GS1 = "label.elements"
    LABEL_TWICE = "label.twice"
    LABEL_NO_OWN = "label.no_own"
    LABEL_NO_TRACKING = "label.no_tracking"
    LABEL_NO_TAG = "label.no_tag"
    # the roadmap
    ONLY_BAYS = "map.only_bays"
    NO_LANE = "map.no_lane"
    UNREACHABLE = "map.unreachable"
    DEAD_END = "map.dead_end"
    BAY_ON_WAY_IN = "map.bay_on_way_in"
    BAY_ON_WAY_OUT = "map.bay_on_way_out"
    STATION_UNREACHABLE = "map.station_unreachable"
    STATION_NO_WAY_BACK = "map.station_no_way_back"
    BAY_TOO_NEAR = "map.bay_too_near"
    FEW_BAYS = "map.few_bays"
    CROSSING = "map.crossing"
    # secrets
    SECRET_SHOWN = "secret.shown"  # noqa: S105  a code
    SECRET_NOT_SET = "secret.not_set"  # noqa: S105
    SECRET_NOT_TEXT = "secret.not_text"  # noqa: S105
    NO_SECRETS = "secret.none"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place of the site file; details fill the placeholders of its words."""

    where: Path
    fault: Fault
    details: Mapping[str, Any] = field(default_factory=dict)
