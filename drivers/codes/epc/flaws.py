"""What can be wrong with a tag's code, or with what shall be written on one."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong; the words are in WORDS."""

    NOT_HEX = "not_hex"
    SHORT = "short"
    PADDING = "padding"
    PARTITION = "partition"
    PREFIX = "prefix"
    JAPAN = "japan"
    RANGE = "range"
    INTEGER = "integer"
    DIGITS = "digits"
    LENGTH = "length"
    SIZE = "size"
    CHARACTER = "character"
    RESERVED = "reserved"
    CHECK_DIGIT = "check_digit"
    DATE = "date"
    ELEMENT = "element"
    NO_DATA = "no_data"
    SCHEME = "scheme"
    FORM = "form"


WORDS = {
    Fault.NOT_HEX: "{value!r} is not hexadecimal",
    Fault.SHORT: "the code ends {value} bits before it is complete",
    Fault.PADDING: "the bits after the end are not zero",
    Fault.PARTITION: "there is no partition {value}",
    Fault.PREFIX: "a company prefix is 6 to 12 digits long: {value}",
    Fault.JAPAN: "a company prefix of Japan (45, 49) is 7, 9 or 10 digits long: {value}",
    Fault.RANGE: "{value} is not in {limit}",
    Fault.INTEGER: "{value!r} is not a number of {limit} without leading zeros",
    Fault.DIGITS: "{value!r} is not {limit} digits",
    Fault.LENGTH: "a length of {value} is not in {limit}",
    Fault.SIZE: "{value!r} is not 1 to {limit} characters long",
    Fault.CHARACTER: "{value!r} has no place here",
    Fault.RESERVED: "reserved bits are set: {value}",
    Fault.CHECK_DIGIT: "the check digit of {value} is wrong",
    Fault.DATE: "there is no date {value}",
    Fault.ELEMENT: "the element ({value}) is not known",
    Fault.NO_DATA: "the tag announces further data, and none follows",
    Fault.SCHEME: "{value!r} is no scheme that can hold this",
    Fault.FORM: "{value!r} is not of the form {limit}",
}
"""One sentence a fault; `value` is what was found, `limit` what would fit, in figures: no words."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One fault: in which field, what was found and what would fit."""

    fault: Fault
    field: str
    value: str = ""
    limit: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {WORDS[self.fault].format(value=self.value, limit=self.limit)}"


class EpcError(ValueError):
    """The code cannot be read as what its header says, or the key cannot be written in this scheme."""

    def __init__(self, fault: Fault, field: str, value: object = "", limit: object = "") -> None:
        self.flaw = Flaw(fault, field, str(value), str(limit))
        super().__init__(str(self.flaw))
