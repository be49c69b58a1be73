"""A site for a bench, drawn to size."""

import json
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


def checked(data: dict[str, Any], folder: Path | None = None) -> Site:
    """Return the site of data that a person could have written; raises SiteError."""
    with TemporaryDirectory(dir=folder) as place:
        return load_site(written(data, Path(place) / "site.yaml"))


def written(data: dict[str, Any], file: Path) -> Path:
    """Write a site file, as JSON since that is YAML too, and return its path."""
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return file
