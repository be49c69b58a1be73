"""Cuts a byte stream into lines of JSON, however it arrives; an empty line is a keep-alive (I20)."""

LONGEST = 1 << 16
"""No event is that long; more bytes without an end of line are rubbish."""


class Cutter:
    """Collects bytes and gives whole lines without their ends."""

    def __init__(self) -> None:
        self._rest = b""
        self._swallowing = False

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Take bytes in any portion; return the lines that are complete now, and how many bytes were rubbish."""
        *ends, rest = (self._rest + data).split(b"\n")
        rubbish = 0
        if ends and self._swallowing:
            rubbish, ends[0:1] = len(ends[0]), []
            self._swallowing = False
        if len(rest) > LONGEST or (self._swallowing and rest):
            rubbish += len(rest)
            rest, self._swallowing = b"", True
        self._rest = rest
        return [line.rstrip(b"\r") for line in ends], rubbish
