"""A reader that stands at no gate and no read point, and what it has read lately, for whoever looks (I12)."""

from drivers.rfid.port import Read
from edge.devices.links import Links
from edge.live import Live, PointView

MOST = 10_000
"""Tags kept; the longest unread go first."""


class InventoryPoint:
    """Takes what one reader reads; nothing is decided by it, and nobody is told."""

    def __init__(self, reader: str, *, live: Live, links: Links) -> None:
        self._links = links
        self.view = live.points[reader] = PointView(reader)

    def reads(self, reads: list[Read]) -> None:
        """Note tags with the time they were last seen; reads come in any order."""
        tags = self.view.tags
        for read in reads:
            seen = max(tags.pop(read.epc, read.last_seen), read.last_seen)
            tags[read.epc] = seen
        while len(tags) > MOST:
            del tags[next(iter(tags))]
        self._links.said(self.view.id, reads[-1].epc)
