"""Cuts a scanner's bytes into codes: any line ending, any split, noise kept out (I43, I47, F65).

A wrong code is worse than none: whatever is not clean text is set aside as garbage, never repaired into a code.
"""

import unicodedata
from dataclasses import dataclass

LINE_ENDS = b"\r\n\t"
"""End keys scanners are set to send; a CR LF pair is one ending."""
SEPARATORS = "\x1d\x1e\x1c\x04"
"""Control characters that belong to codes: GS (FNC1), RS, FS and EOT (GS1, ISO/IEC 15434)."""
LONGEST_CODE = 8192
"""Bytes: the largest QR code holds 7,089 digits; more is a line gone wild."""
ENCODINGS = ("utf-8", "cp932")
"""Tried in this order: QR codes of Japanese makers often carry Shift_JIS."""
CODE_GAP = 0.05
"""Seconds of silence that end a code without terminator: 50 characters at 9600 baud."""
BROKEN_GAP = 1.0
"""Seconds of silence after which a terminator will not come any more: longer than any network gateway's delay."""


NO_READ = ("ERROR", "NOREAD", "NO READ", "NO-READ")
"""What makers' scanners say, in any case of letters, when they saw nothing: KEYENCE, then others."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a scanner marks its codes.

    `gap` is the silence in seconds that ends a code without a terminator; where codes are terminated, it ends the wait
    for the rest of a broken one. `no_read` are its words for "saw nothing", in any case of letters. A `separator`
    stands between the codes of a scanner that sees several at once, a tunnel's; without one a line is one code.
    """

    terminated: bool = True
    gap: float | None = None
    prefix: str = ""
    suffix: str = ""
    no_read: tuple[str, ...] = NO_READ
    separator: str = ""

    @property
    def silence(self) -> float:
        """Return the gap in force, in seconds."""
        return self.gap if self.gap is not None else BROKEN_GAP if self.terminated else CODE_GAP

    def says_nothing(self, text: str) -> bool:
        """Tell whether a text is one of the words for "saw nothing"."""
        return text.strip().casefold() in [word.casefold() for word in self.no_read]


@dataclass(frozen=True, slots=True)
class NoRead:
    """The scanner was triggered and saw no code."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no code."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Several:
    """Codes that were seen at once, two or more, each told once, in the scanner's order."""

    codes: tuple[str, ...]


Piece = str | Several | NoRead | Garbage


class Cutter:
    """Takes bytes as they come and gives codes as they are complete."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._rest = bytearray()
        self._skipping = False

    @property
    def waiting(self) -> bool:
        """Tell whether there is an unfinished code, to be ended by silence."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes; return the pieces they complete."""
        pieces: list[Piece] = []
        for byte in data:
            if byte in LINE_ENDS:
                pieces += self._finish()
                continue
            self._rest.append(byte)
            if len(self._rest) > LONGEST_CODE:
                pieces += [] if self._skipping else [Garbage(bytes(self._rest[:64]))]
                self._skipping = True
                self._rest.clear()
        return pieces

    def silence(self) -> list[Piece]:
        """Note that the line was silent for long: an unterminated code is complete, a terminated one broken.

        The tail of a broken code may still come and would look like a whole one: it is skipped.
        """
        if not self._framing.terminated:
            return self._finish()
        raw = bytes(self._rest)
        self._rest.clear()
        if self._skipping or not raw:
            return []
        self._skipping = _clean_text(raw) is not None
        return [Garbage(raw)]

    def _finish(self) -> list[Piece]:
        raw = bytes(self._rest)
        skipping = self._skipping
        self._rest.clear()
        self._skipping = False
        return [] if skipping or not raw.strip(b"\0 ") else [read_code(raw, self._framing)]


def read_code(raw: bytes, framing: Framing) -> Piece:
    """Turn one line into a code, several, a no-read or garbage.

    A tunnel's head that saw nothing says so beside what the others saw: a no-read only when none saw anything.
    """
    text = _clean_text(raw)
    if text is None:
        return Garbage(raw)
    if framing.says_nothing(text):
        return NoRead()
    if not (text.startswith(framing.prefix) and text.endswith(framing.suffix)):
        return Garbage(raw)
    text = text[len(framing.prefix) : len(text) - len(framing.suffix)]
    parts = text.split(framing.separator) if framing.separator else [text]
    parts = [part for part in parts if part.strip()]
    codes = tuple(dict.fromkeys(part for part in parts if not framing.says_nothing(part)))
    if len(codes) > 1:
        return Several(codes)
    return codes[0] if codes else NoRead() if parts else Garbage(raw)


def _clean_text(raw: bytes) -> str | None:
    """Return the text of clean bytes, None for noise; NUL bytes around it are a sleepy line's."""
    for encoding in ENCODINGS:
        try:
            text = raw.strip(b"\0").decode(encoding)
        except UnicodeDecodeError:
            continue
        # cp932 turns stray bytes such as 0xFF into private-use signs: noise as well.
        noisy = any(unicodedata.category(sign) in ("Cc", "Co", "Cn") and sign not in SEPARATORS for sign in text)
        return None if noisy else text
    return None
