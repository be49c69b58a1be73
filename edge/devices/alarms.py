"""What a tag reader complains of, told to people: lost antennas, lost reads, a refused set-up (I11, I20).

What only means that the link is down is told by the link; a clock that jumped is corrected without anybody.
"""

import asyncio
from collections.abc import Callable, Mapping

from drivers.rfid.port import Alarm, Trouble
from edge.processes.trouble import raise_trouble
from edge.store.store import Store

TOLD: Mapping[Trouble, str] = {
    Trouble.ANTENNA_LOST: "exception.antenna_lost",
    Trouble.DROPPED: "exception.reads_lost",
    Trouble.MISSED: "exception.reads_lost",
    Trouble.BUFFER_FULL: "exception.reader_full",
    Trouble.REFUSED: "exception.reader_refuses",
    Trouble.EXCEPTION: "exception.reader_refuses",
}
AGAIN = 60.0
"""Seconds in which the same complaint is one: a reader under load repeats it with every message."""


def alarmer(store: Store, reader: str) -> Callable[[Alarm], None]:
    """Return what a reader's driver calls with an alarm; a person ends the trouble."""
    told: dict[str, float] = {}

    def alarmed(alarm: Alarm) -> None:
        code = TOLD.get(alarm.trouble)
        now = asyncio.get_running_loop().time()
        if code is None or now < told.get(code, now):
            return
        told[code] = now + AGAIN
        store.run(raise_trouble, code, f"device/{reader}", device=reader, detail=alarm.detail)

    return alarmed
