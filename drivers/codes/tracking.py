"""Parcel numbers: 12 digits with a modulus 7 check (Yamato, Sagawa, Yu-Pack; I38) and UPU S10 (I40).

The check digit does not name the carrier, and one random number in ten passes: the caller's context decides what it is.
"""

import re

from drivers.codes.digits import is_digits, mod7

LENGTH = 12
_CODABAR = re.compile(r"[A-Da-d](.*)[A-Da-d]", re.DOTALL)
_S10 = re.compile(r"[A-Z]{2}(\d{8})\d[A-Z]{2}", re.ASCII)
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def make(serial: int) -> str:
    """Return the 12-digit number of a serial from 0 to 99,999,999,999; ValueError outside."""
    if not 0 <= serial < 10 ** (LENGTH - 1):
        raise ValueError(f"a parcel serial has at most {LENGTH - 1} digits: {serial}")
    body = f"{serial:0{LENGTH - 1}d}"
    return body + mod7(body)


def holds(text: str) -> bool:
    """Tell whether the text is 12 digits whose last is the first eleven modulo 7."""
    return len(text) == LENGTH and is_digits(text) and mod7(text[:-1]) == text[-1]


def s10_holds(text: str) -> bool:
    """Tell whether the text is a UPU S10 item number (EE123456785JP) with the right check digit."""
    return text[10:11] == s10_check(text)


def s10_check(text: str) -> str | None:
    """Return the check digit that a text of the form of a UPU S10 number needs, None for other texts."""
    match = _S10.fullmatch(text)
    if match is None:
        return None
    rest = 11 - sum(int(d) * w for d, w in zip(match[1], _S10_WEIGHTS, strict=True)) % 11
    return str({10: 0, 11: 5}.get(rest, rest))


def strip_codabar(text: str) -> str:
    """Remove the start and stop letters of an NW-7 (Codabar) symbol; call it for that symbology only (I39)."""
    match = _CODABAR.fullmatch(text)
    return match[1] if match else text
