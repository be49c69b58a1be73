"""A site for a bench, drawn to size."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edge.fastyaml import loaded
from edge.site import Site
from edge.sitefile import load_site
from edge.sketch import Plan, sketch


def sketched(plan: Plan) -> dict[str, Any]:
    """Return the site file of a plan as data, to be changed and then checked by `checked`."""
    data: dict[str, Any] = loaded(sketch(plan))
    return data


def spread_out(data: dict[str, Any], kinds: Sequence[str]) -> None:
    """Move the stations of these kinds evenly over the spots of all stations; a sketch has them in a corner."""
    spots = sorted((one["x"], one["y"], one["node"]) for one in data["stations"])
    some = [one for one in data["stations"] if one["kind"] in kinds]
    others = [one for one in data["stations"] if one["kind"] not in kinds]
    every = max(1, len(spots) // len(some))
    for number, (x, y, node) in enumerate(spots):
        one = some.pop(0) if some and (number % every == 0 or not others) else others.pop(0)
        one |= {"x": x, "y": y, "node": node}


def checked(data: dict[str, Any], folder: Path | None = None) -> Site:
    """Return the site of data that a person could have written; raises SiteError."""
    with TemporaryDirectory(dir=folder) as place:
        return load_site(written(data, Path(place) / "site.yaml"))


def written(data: dict[str, Any], file: Path) -> Path:
    """Write a site file, as JSON since that is YAML too, and return its path."""
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return file
