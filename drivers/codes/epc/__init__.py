"""Electronic product codes on RFID tags: every scheme of the GS1 Tag Data Standard 2.3 that carries a GS1 key.

Decoding never drops a tag: what is not a GS1 code keeps its bits (I14). Encoding refuses what does not fit (I31-I34).
"""

from drivers.codes import gs1
from drivers.codes.epc.flaws import EpcError, Fault, Flaw
from drivers.codes.epc.keys import SGTIN, SSCC, Element, Identity, Key, checked
from drivers.codes.epc.tag import Epc, decode, encode, from_tag_uri
from drivers.codes.epc.uris import identity

__all__ = [
    "Element",
    "Epc",
    "EpcError",
    "Fault",
    "Flaw",
    "Identity",
    "Key",
    "checked",
    "decode",
    "encode",
    "from_tag_uri",
    "identity",
    "sgtin_96",
    "sscc_96",
]


def sscc_96(key: str, prefix_length: int, filter_value: int = 2) -> str:
    """Return the 24 hex digits of an SSCC; the company prefix length is data (I34). EpcError when they do not fit."""
    return encode(checked(SSCC, key, prefix_length=prefix_length), "sscc-96", filter_value=filter_value)


def sgtin_96(key: str, serial: str, prefix_length: int, filter_value: int = 1) -> str:
    """Return the 24 hex digits of a GTIN with a serial; EpcError for a serial that SGTIN-96 cannot carry (I32)."""
    number = (gs1.gtin(key) or key).zfill(14)
    return encode(checked(SGTIN, number, serial, prefix_length), "sgtin-96", filter_value=filter_value)
