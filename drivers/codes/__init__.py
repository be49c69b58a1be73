"""Codes as scanners and tags deliver them: GS1 keys and element strings, Japanese parcel numbers, EPCs."""

from drivers.codes.code import Code, Kind, Meaning, read
from drivers.codes.normalise import Change, Symbology, fold, normalise

__all__ = ["Change", "Code", "Kind", "Meaning", "Symbology", "fold", "normalise", "read"]
