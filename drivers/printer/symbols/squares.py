"""QR codes and Data Matrix, for a label's picture and the room they take; the printer draws its own from the same text.

The printer may choose another mask or size of the same symbology; every reader takes any (H71, H74).
"""

from enum import Enum
from functools import lru_cache

import numpy as np
import zxingcpp
from numpy.typing import NDArray

MOST_BYTES = 230
"""Of a text: more makes a symbol that is no longer read at arm's length."""
KEPT = 64
"""Symbols kept: they are measured when a label is laid out, and drawn when it is shown."""


class Kind(Enum):
    """The symbology, and how it is made."""

    QR = "qr"
    """Of level L."""
    DATA_MATRIX = "data matrix"
    GS1_DATA_MATRIX = "GS1 data matrix"
    """Of elements like `(00)…(10)…`."""


@lru_cache(KEPT)
def modules(kind: Kind, text: str) -> NDArray[np.bool_]:
    """Return the symbol without quiet zone, True is black, not to be changed; ValueError for what it cannot hold."""
    if len(text.encode()) > MOST_BYTES:
        raise ValueError(f"{len(text)} signs are too many for a {kind.value} code of a label")
    if kind is not Kind.QR and not text.isascii():
        raise ValueError(f"a {kind.value} code of a label holds ASCII, not {text!r}")
    if kind is Kind.QR:
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    else:
        gs1 = kind is Kind.GS1_DATA_MATRIX
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True, gs1=gs1)
    image = zxingcpp.write_barcode_to_image(made, scale=1, add_quiet_zones=False)
    black: NDArray[np.bool_] = np.asarray(image) == 0
    return black
