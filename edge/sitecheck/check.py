"""One walk over a site: what was found so far, and what most checks ask."""

from collections.abc import Container, Sequence
from typing import Any

from edge.model.faults import Fault, Finding, Path
from edge.site import Site


class Check:
    """A site that is looked through, and what was found in it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.found: list[Finding] = []
        self.hung: dict[tuple[str, str], str] = {}
        """At which slot or location each point of a unit hangs, by device and point."""
        self.written: dict[tuple[str, str, int], str] = {}
        """The output that writes a coil or register, by device, table and address."""
        self.nodes = {node.id: (node.x, node.y) for node in site.roadmap.nodes}

    def add(self, where: Path, fault: Fault, **details: Any) -> None:
        """Note what is wrong at a place of the site file."""
        self.found.append(Finding(where, fault, details))

    def refer(self, where: Path, value: str | None, known: Container[str], fault: Fault, **details: str) -> None:
        """Tell a name that stands for nothing."""
        if value is not None and value not in known:
            self.add(where, fault, id=value, **details)

    def unique(self, where: Path, ids: Sequence[str], *, key: str = "id") -> None:
        """Tell entries of a list that have the name of one before them."""
        seen: dict[str, int] = {}
        for i, value in enumerate(ids):
            if value in seen:
                self.add((*where, i, key), Fault.USED_TWICE, id=value, first=seen[value] + 1)
            seen.setdefault(value, i)

    def devices(self, kind: str) -> list[str]:
        """Return the ids of the devices of a kind."""
        return [device.id for device in self.site.devices if device.kind == kind]
