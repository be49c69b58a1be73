"""Reads files of label templates: the built-in one, and with their faults those that a site writes."""

from functools import cache
from pathlib import Path
from typing import Any

from edge.fastyaml import loaded
from edge.labels.template import LabelFile

BUILT_IN = Path(__file__).with_name("default.yaml")


@cache
def built_in() -> LabelFile:
    """Return the template of a site that has none of its own."""
    data: Any = loaded(BUILT_IN.read_text(encoding="utf-8"))
    return LabelFile.model_validate(data)
