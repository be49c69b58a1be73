"""Text as a picture, for printers without Japanese fonts (H73)."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from unicodedata import category

from PIL import Image, ImageDraw, ImageFont

CJK_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansJP-Regular.ttf",
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
    "/usr/share/fonts/truetype/takao-gothic/TakaoGothic.ttf",
    "/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
    "/System/Library/Fonts/ヒラギノ角ゴシック W3.ttc",
    "C:/Windows/Fonts/YuGothM.ttc",
    "C:/Windows/Fonts/msgothic.ttc",
)
"""Where the usual systems keep a font with Japanese; in a collection the first face is the Japanese one."""
SMALLEST = 20
"""Dots: 2.5 mm at 203 dpi, the least that is read at arm's length."""
STEP = 2
"""Dots by which the size shrinks until the text fits."""
TEXTS_KEPT = 64
"""Pictures kept ready: the names of carriers and senders stand on every label; 16 kB each at the most usual size."""

SIGNS_KEPT = 1000
"""Signs kept ready at each size, 1 kB each: more than the addresses of a town are written with."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Black and white, a byte per eight dots, most significant first, 1 is black; rows padded to whole bytes."""

    width: int
    height: int
    data: bytes
    cut: bool = False

    @property
    def row_bytes(self) -> int:
        """Return the bytes of one row."""
        return (self.width + 7) // 8


@lru_cache
def find_font(paths: tuple[str, ...] = CJK_FONTS) -> str | None:
    """Return the first Japanese font of this machine, None when there is none; looked for once."""
    return next((path for path in paths if Path(path).is_file()), None)


@lru_cache(TEXTS_KEPT)
def draw_text(text: str, *, font: str, size: int, width: int, height: int) -> Picture:
    """Draw text into a box of dots, wrapped, and shrunk from `size` until it fits; `cut` tells that it never did.

    The picture is as wide as its longest line: what is white beyond need not travel to the printer.
    """
    while True:
        face = _face(font, size)
        lines = lines_of(text, font=font, size=size, width=width)
        pitch = size + size // 4
        fits = len(lines) * pitch <= height and all(face.length(line) <= width for line in lines)
        if fits or size - STEP < SMALLEST:
            break
        size -= STEP
    image = Image.new("1", (width, height), 0)
    for number, line in enumerate(lines):
        face.write(image, number * pitch, line)
    _, _, right, _ = image.getbbox() or (0, 0, 1, 1)
    shown = image.crop((0, 0, right, min(height, len(lines) * pitch) or 1))
    return Picture(shown.width, shown.height, shown.tobytes(), cut=not fits)


def lines_of(text: str, *, font: str, size: int, width: int) -> list[str]:
    """Return the lines of a text of this size in a box of this width, dots."""
    face = _face(font, size)
    return [line for paragraph in text.splitlines() for line in _wrap(paragraph, face, width)]


def _wrap(paragraph: str, face: "_Face", width: int) -> list[str]:
    """Break a paragraph where it is full: at a space where there is one, else, as Japanese does, anywhere."""
    lines: list[str] = []
    while len(paragraph) > 1 and face.length(paragraph) > width:
        room = bisect_right(range(len(paragraph)), width, key=lambda upto: ceil(face.length(paragraph[:upto])))
        line, rest = paragraph[: max(room - 1, 1)], paragraph[max(room - 1, 1) :]
        head, space, tail = line.rpartition(" ")
        if space and head and not rest.startswith(" "):
            lines.append(head)
            paragraph = tail + rest
        else:
            lines.append(line)
            paragraph = rest[0].strip() + rest[1:]
    return [*lines, paragraph]


class _Face:
    """A font at a size in dots. It writes sign by sign, since most signs were drawn before."""

    def __init__(self, font: str, size: int) -> None:
        self._face = ImageFont.truetype(font, size)
        self._size = size
        self._sign = lru_cache(SIGNS_KEPT)(self._drawn)

    def length(self, text: str) -> float:
        """Return how long a line is, in dots."""
        if _is_joined(text):
            return self._face.getlength(text)
        return sum(self._sign(sign).advance for sign in text)

    def write(self, image: Image.Image, y: int, line: str) -> None:
        """Write a line from the left edge."""
        pen = ImageDraw.Draw(image)
        if _is_joined(line):
            pen.text((0, y), line, font=self._face, fill=1)
            return
        x = 0.0
        for sign in line:
            drawn = self._sign(sign)
            if drawn.picture is not None:
                pen.bitmap((round(x) + drawn.left, y + drawn.top), drawn.picture, fill=1)
            x += drawn.advance

    def _drawn(self, sign: str) -> "_Sign":
        margin = self._size
        sheet = Image.new("1", (4 * margin, 3 * margin), 0)
        ImageDraw.Draw(sheet).text((margin, 0), sign, font=self._face, fill=1)
        advance, box = self._face.getlength(sign), sheet.getbbox()
        if box is None:
            return _Sign(None, 0, 0, advance)
        return _Sign(sheet.crop(box), box[0] - margin, box[1], advance)


@dataclass(frozen=True, slots=True)
class _Sign:
    """One sign as drawn, None for a space; where its picture begins, and how far on the next sign stands, in dots."""

    picture: Image.Image | None
    left: int
    top: int
    advance: float


def _is_joined(text: str) -> bool:
    """Tell whether signs of a text change one another: accents, voice marks, variants of a name's character."""
    return any(category(sign)[0] in "MC" for sign in text)


@lru_cache(maxsize=16)
def _face(font: str, size: int) -> _Face:
    return _Face(font, size)
