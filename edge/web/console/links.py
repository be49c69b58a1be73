"""Where things of the journal are shown on the console."""

from urllib.parse import quote


def link(subject: str) -> str:
    """Return the console's address for a journal subject."""
    kind, _, name = subject.partition("/")
    if kind == "order":
        return f"/console/orders/{quote(name)}"
    if kind in ("robot", "gate", "door", "lift", "zone", "lane", "node", "location", "station", "dock"):
        return f"/console/floor?open={quote(f'{kind}:{name}')}"
    if kind in ("stock", "item"):
        return f"/console/stock?q={quote(name.partition('/')[2])}"
    if kind == "task":
        return f"/console/work?state=all&q={quote(name)}"
    if kind == "person":
        return f"/console/settings/people/{quote(name)}"
    if kind == "wms":
        return "/console/devices#wms"
    if kind == "foreign":
        return "/console/devices#foreign"
    if kind == "point":
        return f"/console/devices#point-{quote(name)}"
    if kind == "device":
        return f"/console/devices#{quote(name)}"
    return f"/console/journal?subject={quote(subject)}"
