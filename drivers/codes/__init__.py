"""Codes as scanners and tags deliver them: GS1 keys and element strings, Japanese parcel numbers, EPCs."""

from drivers.codes.code import Code, Kind, Meaning, read
from drivers.codes.normalise import Change, Symbology, fold, normalise
from drivers.codes.own import BadOwn, Own, OwnPattern, own_pattern

__all__ = [
    "BadOwn",
    "Change",
    "Code",
    "Kind",
    "Meaning",
    "Own",
    "OwnPattern",
    "Symbology",
    "fold",
    "normalise",
    "own_pattern",
    "read",
]
