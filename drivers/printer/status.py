"""The host status a ZPL printer returns to ~HS: three framed lines (ZPL II programming guide, ~HS)."""

import re
from dataclasses import dataclass

STX, ETX = b"\x02", b"\x03"
REQUEST = b"~HS\r\n"
LINES = 3
FIRST_FIELDS, SECOND_FIELDS = 12, 9
"""Fields at least in the first and second line."""
COUNT = re.compile("[0-9]{1,10}")
"""Labels or formats that wait: three to eight digits by the guide."""


@dataclass(frozen=True, slots=True)
class Status:
    """What keeps a printer from printing, and how much it still holds."""

    paper_out: bool = False
    paused: bool = False
    head_open: bool = False
    ribbon_out: bool = False
    waiting: int = 0

    @property
    def trouble(self) -> str | None:
        """Return a stable word for the first thing in the way: head_open, paper_out, ribbon_out, paused."""
        for name in ("head_open", "paper_out", "ribbon_out", "paused"):
            if getattr(self, name):
                return name
        return None


class StatusReader:
    """Collects the three lines out of whatever the printer sends."""

    def __init__(self) -> None:
        self._bytes = b""
        self._lines: list[str] = []

    def feed(self, data: bytes) -> list[Status]:
        """Take bytes; return the reports they complete; what is no report is skipped."""
        self._bytes = (self._bytes + data)[-1024:]
        reports: list[Status] = []
        while (end := self._bytes.find(ETX)) >= 0:
            start = self._bytes.rfind(STX, 0, end)
            line, self._bytes = self._bytes[start + 1 : end], self._bytes[end + 1 :]
            if start < 0:
                continue
            self._lines.append(line.decode("ascii", "replace"))
            if len(self._lines) == LINES:
                report = read_status(self._lines)
                # A torn report begins in the middle of another: give up its oldest line and look again.
                self._lines = [] if report is not None else self._lines[1:]
                reports += [report] if report is not None else []
        return reports


def read_status(lines: list[str]) -> Status | None:
    """Read the three lines; None when they are no report."""
    first, second = (line.split(",") for line in lines[:2])
    if len(first) < FIRST_FIELDS or len(second) < SECOND_FIELDS:
        return None
    if not COUNT.fullmatch(first[4]) or not COUNT.fullmatch(second[8]):
        return None
    return Status(
        paper_out=first[1] == "1",
        paused=first[2] == "1",
        head_open=second[2] == "1",
        ribbon_out=second[3] == "1",
        waiting=int(first[4]) + int(second[8]),
    )
