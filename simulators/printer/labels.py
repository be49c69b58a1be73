"""Reads out of ZPL what a person or a scanner would read off the label; knows no more than the commands it needs."""

import re
from dataclasses import dataclass

NAME = re.compile(r"[A-Z@][A-Z0-9@]")
BEGIN, END = b"^XA", b"^XZ"


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label: barcode, QR code, RFID tag, text, and the width and height in dots of its pictures.

    `own` is what a scanner sends of its Data Matrix, without FNC1.
    """

    tracking: str | None
    qr: str | None
    epc: str | None
    texts: tuple[str, ...]
    pictures: tuple[tuple[int, int], ...]
    zpl: bytes
    own: str | None = None


def split_formats(data: bytes) -> tuple[list[bytes], bytes]:
    """Cut whole ^XA..^XZ formats off a stream; return them and the rest."""
    formats, begin = [], data.find(BEGIN)
    while begin >= 0 and (end := data.find(END, begin)) >= 0:
        formats.append(data[begin : end + len(END)])
        data = data[end + len(END) :]
        begin = data.find(BEGIN)
    return formats, data


def read_label(zpl: bytes) -> Label:
    """Read one format."""
    fields = _fields(zpl.decode("utf-8", "replace"))
    marks = ("BC", "BQ", "BX", "RF")
    codes = {mark: _content(field) for field in fields for mark in marks if mark in field and "FD" in field}
    return Label(
        tracking=codes.get("BC"),
        qr=codes["BQ"].partition(",")[2] if "BQ" in codes else None,
        epc=codes.get("RF"),
        texts=tuple(
            _content(field).replace("\\&", "\n")
            for field in fields
            if "FD" in field and not any(mark in field for mark in marks)
        ),
        pictures=tuple(_size(field["GF"]) for field in fields if "GF" in field),
        zpl=zpl,
        own=next((_matrix(field) for field in fields if "BX" in field and "FD" in field), None),
    )


def _fields(text: str) -> list[dict[str, str]]:
    """Cut a format at ^FS into fields: the commands of each by name."""
    fields: list[dict[str, str]] = [{}]
    for command in text.replace("~", "^").split("^")[1:]:
        name = command[:2]
        if name == "FS":
            fields.append({})
        elif NAME.fullmatch(name):
            fields[-1][name] = command[2:]
    return fields


def _content(field: dict[str, str]) -> str:
    return _unescape(field["FD"], (field["FH"] or "_") if "FH" in field else "")


def _matrix(field: dict[str, str]) -> str:
    """Read a Data Matrix: its seventh parameter is the sign that leads functions, of which 1 is FNC1."""
    lead = field["BX"].split(",")[6:7]
    return _content(field).replace(f"{lead[0]}1", "") if lead and lead[0] else _content(field)


def _size(graphic: str) -> tuple[int, int]:
    _, _, size, row, _ = graphic.split(",", 4)
    return int(row) * 8, int(size) // int(row)


def _unescape(text: str, sign: str) -> str:
    if not sign:
        return text
    out = bytearray()
    place = 0
    while place < len(text):
        if text[place] == sign and _is_hex(text[place + 1 : place + 3]):
            out.append(int(text[place + 1 : place + 3], 16))
            place += 3
        else:
            out += text[place].encode()
            place += 1
    return out.decode("utf-8", "replace")


def _is_hex(pair: str) -> bool:
    return len(pair) == 2 and all(sign in "0123456789ABCDEFabcdef" for sign in pair)
