"""Which antennas of a gate have gone quiet: a cable that came off is seldom told by the reader itself. Pure.

An antenna is quiet when, in so many passages one after the other, it heard none of the tags that others heard. What
turned back, or was read hardly at all, says nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.rfid.passage import Direction, Passage

PASSAGES = 10
"""In a row."""
TAGS = 50
"""Heard by others in these passages: a few letters on a trolley may be out of an antenna's sight by chance."""


@dataclass(slots=True)
class _Silence:
    passages: int = 0
    tags: int = 0
    known: bool = False
    """It is known whether it is quiet: it was heard, or found quiet."""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Noticed:
    """Antennas that have gone quiet, and those that are heard: for the first time, or again."""

    quiet: tuple[int, ...] = ()
    heard: tuple[int, ...] = ()


class Antennas:
    """Listens to the antennas of one gate's reader."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._silences = {number: _Silence() for number in numbers}

    def passed(self, passage: Passage) -> Noticed:
        """Take a final passage; return what is news."""
        if passage.direction is Direction.NONE or len(self._silences) < 2:
            return Noticed()
        seen = [*passage.tags, *(one.tag for one in passage.suppressed)]
        heard = {evidence.antenna for tag in seen for evidence in tag.antennas} & self._silences.keys()
        if not heard:
            return Noticed()
        return Noticed(
            tuple(number for number in self._silences if number not in heard and self._silent(number, len(seen))),
            tuple(number for number in sorted(heard) if self._heard(number)),
        )

    def _silent(self, number: int, tags: int) -> bool:
        """Count a passage that an antenna heard nothing of; tell whether it has gone quiet by it."""
        silence = self._silences[number]
        silence.passages += 1
        silence.tags += tags
        if silence.quiet or silence.passages < PASSAGES or silence.tags < TAGS:
            return False
        silence.known = silence.quiet = True
        return True

    def _heard(self, number: int) -> bool:
        """Begin to count anew; tell whether that is news."""
        silence = self._silences[number]
        news = silence.quiet or not silence.known
        self._silences[number] = _Silence(known=True)
        return news
