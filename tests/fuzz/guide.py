"""A small fuzzer guided by coverage: what reaches a line by a new way is kept, changed again and tried again.

Decoders of foreign bytes must end, stay small and raise nothing but what they declare. Which bytes would break that
nobody thinks of; so bytes are drawn, and the lines that they reach say which are worth drawing on. The same seed draws
the same bytes: a number of trials bounds it, never the clock.
"""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

STEPS = 300_000
"""Lines that one input may run through in the watched files: no honest input of a few kilobytes needs a tenth."""
TELLING = (0, 1, 2, 4, 8, 0x0F, 0x10, 0x7F, 0x80, 0xFE, 0xFF)
CUTS = 300
"""Tries to make an input that broke something shorter."""
NEWEST = 8
"""Half of all draws go on from one of the latest finds: depth before breadth."""

Step = tuple[CodeType, int, int]


class Endless(BaseException):
    """The input runs through too many lines. No `except Exception` may hide it."""


@dataclass(frozen=True)
class Target:
    """What is tried: `run` takes bytes, checks what must hold, and may raise `errors` alone."""

    name: str
    run: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    files: tuple[str, ...]
    """Ends or parts of the paths whose lines guide."""
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    """What the format is made of: put in whole, since nobody draws it by chance."""
    mend: Callable[[bytes], bytes] | None = None
    """Makes lengths and check sums right again; every other input goes through it."""
    longest: int = 1024
    steps: int = STEPS
    """Lines that one input may run through."""
    share: int = 1
    """A target with long inputs gets one in so many trials."""


@dataclass(frozen=True)
class Fall:
    """An input that broke the target, as short as it could be made, and what it raised."""

    data: bytes
    error: BaseException


class Lines:
    """Collects which line followed which in the watched files."""

    def __init__(self, files: tuple[str, ...], most: int) -> None:
        self._files = files
        self._most = most
        self._watched: dict[CodeType, bool] = {}
        self._steps = 0
        self.known: set[Step] = set()

    def new(self, run: Callable[[], object]) -> bool:
        """Run something; tell whether a line was reached by a way that none before had. Raises what it raises."""
        before = len(self.known)
        self._steps = 0
        with tracing(self._call):
            run()
        return len(self.known) > before

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002  the signature of sys.settrace
        code = frame.f_code
        watched = self._watched.get(code)
        if watched is None:
            watched = self._watched[code] = any(part in code.co_filename for part in self._files)
        return self._follow(code, frame.f_lineno) if watched else None

    def _follow(self, code: CodeType, last: int) -> Callable[..., Any]:
        def line(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal last
            if event == "line":
                self.known.add((code, last, frame.f_lineno))
                last = frame.f_lineno
                self._steps += 1
                if self._steps > self._most:
                    raise Endless(f"more than {self._most} lines")
            return line

        return line


@contextmanager
def tracing(call: Callable[..., Any]) -> Iterator[None]:
    """Have the interpreter tell of calls and lines, and give a debugger its place back."""
    before = sys.gettrace()
    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(before)


class Fuzzer:
    """Tries one target; `corpus` grows by what was new."""

    def __init__(self, target: Target, seed: int) -> None:
        self._target = target
        self._dice = random.Random(seed)
        self.lines = Lines(target.files, target.steps)
        self.corpus: list[bytes] = []

    def go(self, trials: int) -> Fall | None:
        """Try the seeds and then as many changed inputs; return the first that broke it."""
        for data in self._target.seeds:
            error = self._try(data, keep=True)
            if error is not None:
                return self._shortened(data, error)
        for _ in range(-(-trials // self._target.share)):
            data = self._drawn()
            error = self._try(data)
            if error is not None:
                return self._shortened(data, error)
        return None

    def _try(self, data: bytes, *, keep: bool = False) -> BaseException | None:
        known = len(self.lines.known)
        error: BaseException | None = None
        try:
            self.lines.new(lambda: self._target.run(data))
        except self._target.errors:
            pass
        except (Exception, Endless) as exc:  # noqa: BLE001  whatever it is, it is the find
            error = exc
        if keep or len(self.lines.known) > known:
            self.corpus.append(data)
        return error

    def _drawn(self) -> bytes:
        dice, target = self._dice, self._target
        pool = self.corpus[-NEWEST:] if dice.random() < 0.5 else self.corpus
        data = bytearray(dice.choice(pool))
        for _ in range(1 << dice.randrange(5)):
            dice.choice(CHANGES)(data, dice, self)
        changed = bytes(data[: target.longest])
        return target.mend(changed) if target.mend is not None and dice.random() < 0.5 else changed

    def word(self) -> bytes:
        """Return a word of the format, or a byte that means something in many."""
        words = self._target.words
        return self._dice.choice(words) if words else bytes([self._dice.choice(TELLING)])

    def other(self) -> bytes:
        """Return another input that was new once."""
        return self._dice.choice(self.corpus)

    def _shortened(self, data: bytes, error: BaseException) -> Fall:
        """Cut out what the fall does not need, as far as it goes quickly."""
        size, cuts = len(data) // 2, 0
        while size:
            at = 0
            while at < len(data) and cuts < CUTS:
                cuts += 1
                shorter = data[:at] + data[at + size :]
                found = self._try(shorter)
                if type(found) is type(error):
                    data, error = shorter, found
                else:
                    at += size
            size //= 2
        return Fall(data, error)


Change = Callable[[bytearray, random.Random, Fuzzer], None]


def _place(data: bytearray, dice: random.Random) -> int:
    return dice.randrange(len(data) + 1)


def _flip(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _set(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.choice(TELLING) if dice.random() < 0.5 else dice.randrange(256)


def _number(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    """Write a telling number of two or four bytes, as lengths are."""
    size = dice.choice((2, 4))
    number = dice.choice((*TELLING, len(data), 0xFFFF, (1 << 8 * size) - 1)) & (1 << 8 * size) - 1
    at = _place(data, dice)
    data[at : at + size] = number.to_bytes(size, dice.choice(("big", "little")))


def _cut(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    at = _place(data, dice)
    del data[at : at + 1 + dice.randrange(16)]


def _drop_end(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    del data[_place(data, dice) :]


def _insert(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    at = _place(data, dice)
    data[at:at] = dice.randbytes(1 + dice.randrange(8))


def _repeat(data: bytearray, dice: random.Random, _: Fuzzer) -> None:
    at = _place(data, dice)
    data[at:at] = data[at : at + 1 + dice.randrange(32)] * (1 << dice.randrange(6))


def _insert_word(data: bytearray, dice: random.Random, fuzzer: Fuzzer) -> None:
    at = _place(data, dice)
    data[at:at] = fuzzer.word()


def _write_word(data: bytearray, dice: random.Random, fuzzer: Fuzzer) -> None:
    at, word = _place(data, dice), fuzzer.word()
    data[at : at + len(word)] = word


def _splice(data: bytearray, dice: random.Random, fuzzer: Fuzzer) -> None:
    other = fuzzer.other()
    data[_place(data, dice) :] = other[dice.randrange(len(other) + 1) :]


CHANGES: tuple[Change, ...] = (
    _flip, _set, _number, _cut, _drop_end, _insert, _repeat, _insert_word, _write_word, _splice,
)  # fmt: skip
