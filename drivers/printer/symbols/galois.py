"""Reed-Solomon check words over the field of 256, as QR Code and Data Matrix use them with a polynomial each."""

from collections.abc import Sequence
from functools import cache


class Field:
    """The field of 256 elements of one primitive polynomial."""

    def __init__(self, polynomial: int) -> None:
        self._powers = [1]
        for _ in range(254):
            doubled = self._powers[-1] << 1
            self._powers.append(doubled ^ polynomial if doubled > 255 else doubled)
        self._logs = {value: power for power, value in enumerate(self._powers)}
        self._generator = cache(self._made)

    def check_words(self, data: Sequence[int], count: int, first_root: int) -> list[int]:
        """Return so many check words for data; the generator's roots are the powers from `first_root` on."""
        generator = self._generator(count, first_root)
        rest = [0] * count
        for word in data:
            factor = word ^ rest[0]
            rest = [*rest[1:], 0]
            rest = [old ^ self._times(factor, term) for old, term in zip(rest, generator, strict=True)]
        return rest

    def _made(self, count: int, first_root: int) -> list[int]:
        """Return the generator polynomial, highest term first, without its leading one."""
        terms = [1]
        for power in range(first_root, first_root + count):
            root = self._powers[power % 255]
            shifted = [*terms, 0]
            terms = [a ^ b for a, b in zip(shifted, [0, *(self._times(term, root) for term in terms)], strict=True)]
        return terms[1:]

    def _times(self, one: int, other: int) -> int:
        if not one or not other:
            return 0
        return self._powers[(self._logs[one] + self._logs[other]) % 255]
