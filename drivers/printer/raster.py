"""Text as a picture, for printers without Japanese fonts (H73)."""

from dataclasses import dataclass
from functools import lru_cache
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
    image = Image.new("1", (width, height), 1)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((0, number * pitch), line, font=face, fill=0)
    shown = image.crop((0, 0, width, min(height, len(lines) * pitch) or 1))
    inverted = bytes(byte ^ 0xFF for byte in shown.tobytes())
    return Picture(shown.width, shown.height, _clear_padding(inverted, shown.width), cut=not fits)


def _clear_padding(data: bytes, width: int) -> bytes:
    """Whiten the dots that pad a row to whole bytes."""
    spare = -width % 8
    if not spare:
        return data
    row = (width + 7) // 8
    mask = 0xFF << spare & 0xFF
    return bytes(byte & mask if place % row == row - 1 else byte for place, byte in enumerate(data))


def _wrap(paragraph: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break a paragraph where it is full: at a space where there is one, else, as Japanese does, anywhere."""
    lines: list[str] = []
    line = ""
    for sign in paragraph:
        if face.getlength(line + sign) <= width or not line:
            line += sign
            continue
        head, space, tail = line.rpartition(" ")
        if space and head and sign != " ":
            lines.append(head)
            line = tail + sign
        else:
            lines.append(line)
            line = sign.strip()
    return [*lines, line]


@lru_cache(maxsize=16)
def _face(font: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size)
