"""Secrets by name: from the environment or the secrets file, never from the site file."""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from edge.model.faults import Fault
from edge.sitefile import Problem, SiteError

SECRET_PREFIX = "GENBA_SECRET_"  # noqa: S105  the name of environment variables, not a secret


class Secrets:
    """Finds secrets by name: first the environment (GENBA_SECRET_NAME), then the secrets file (`name: value` lines)."""

    def __init__(self, path: Path | None = None, environment: Mapping[str, str] = os.environ) -> None:
        self._values: dict[str, str] = {}
        self._path = path
        if path is not None and path.exists():
            if path.stat().st_mode & 0o077:
                raise SiteError([Problem(str(path), None, "", Fault.SECRET_SHOWN, {"file": str(path)})])
            self._values = _read(path)
        for key, value in environment.items():
            if key.startswith(SECRET_PREFIX):
                self._values[key.removeprefix(SECRET_PREFIX).lower()] = value

    def get(self, name: str) -> str:
        """Return a secret; raises SiteError that says how to set it."""
        if not self._values.get(name, "").strip():
            details = {"name": name, "variable": f"{SECRET_PREFIX}{name.upper()}"}
            raise SiteError([Problem(str(self._path or "GENBA_SECRETS"), None, name, Fault.SECRET_NOT_SET, details)])
        return self._values[name]


def _read(path: Path) -> dict[str, str]:
    """Read a secrets file; what is wrong is told without showing any of it."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        loaded = None
    values = {} if loaded is None and not path.stat().st_size else loaded
    if not isinstance(values, dict):
        raise SiteError([Problem(str(path), None, "", Fault.NO_SECRETS)])
    for key, value in values.items():
        if value is not None and not isinstance(value, str):
            raise SiteError([Problem(str(path), None, str(key), Fault.SECRET_NOT_TEXT)])
    return {str(key): value or "" for key, value in values.items()}
