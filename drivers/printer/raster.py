"""Text as a picture, for printers without Japanese fonts (H73)."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path

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


def find_font(paths: tuple[str, ...] = CJK_FONTS) -> str | None:
    """Return the first Japanese font of this machine, None when there is none."""
    return next((path for path in paths if Path(path).is_file()), None)


@lru_cache(TEXTS_KEPT)
def draw_text(text: str, *, font: str, size: int, width: int, height: int) -> Picture:
    """Draw text into a box of dots, wrapped, and shrunk from `size` until it fits; `cut` tells that it never did."""
    while True:
        face = _face(font, size)
        lines = [line for paragraph in text.splitlines() for line in _wrap(paragraph, face, width)]
        pitch = size + size // 4
        fits = len(lines) * pitch <= height and all(face.getlength(line) <= width for line in lines)
        if fits or size - STEP < SMALLEST:
            break
        size -= STEP
    image = Image.new("1", (width, height), 0)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((0, number * pitch), line, font=face, fill=1)
    shown = image.crop((0, 0, width, min(height, len(lines) * pitch) or 1))
    return Picture(shown.width, shown.height, shown.tobytes(), cut=not fits)


def _wrap(paragraph: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a paragraph where it is full: at a space where there is one, else, as Japanese does, anywhere."""
    lines: list[str] = []
    while len(paragraph) > 1 and face.getlength(paragraph) > width:
        room = bisect_right(range(len(paragraph)), width, key=lambda upto: ceil(face.getlength(paragraph[:upto])))
        line, rest = paragraph[: max(room - 1, 1)], paragraph[max(room - 1, 1) :]
        head, space, tail = line.rpartition(" ")
        if space and head and not rest.startswith(" "):
            lines.append(head)
            paragraph = tail + rest
        else:
            lines.append(line)
            paragraph = rest[0].strip() + rest[1:]
    return [*lines, paragraph]


@lru_cache(maxsize=16)
def _face(font: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size)
