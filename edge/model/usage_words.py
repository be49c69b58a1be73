"""The headings of the table that `genba usage` shows, in Japanese and English."""

from collections.abc import Mapping

HEADINGS: Mapping[str, tuple[str, str]] = {
    "day": ("日", "day"),
    "robot": ("ロボット", "robot"),
    "serial": ("製造番号", "serial"),
    "powered_s": ("電源", "on"),
    "worked_s": ("作業", "at work"),
    "missions": ("巡回", "tours"),
    "loads": ("トート", "totes"),
    "drove_m": ("m", "m"),
    "energy_wh": ("Wh", "Wh"),
    "charges": ("充電", "charges"),
}
"""By column of a bill, in the order shown."""
TOTAL = ("合計", "total")


def headings(language: str) -> list[str]:
    """Return the headings in `ja` or `en`."""
    return [_in(language, words) for words in HEADINGS.values()]


def total(language: str) -> str:
    """Return what stands in the first column of a total."""
    return _in(language, TOTAL)


def _in(language: str, words: tuple[str, str]) -> str:
    return words[0] if language == "ja" else words[1]
