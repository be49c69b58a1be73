"""What a test needs of the machine: skipped with a reason when missing, a failure when GENBA_REQUIRE=all."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

EXTRA_PATHS = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin")


NODE_MODULES = Path(sys.prefix) / "node_modules"
"""Where the Makefile puts what tests/foreign needs of npm."""


def require(program: str) -> str:
    """Return the path of a program or skip (fail with GENBA_REQUIRE=all) with a reason."""
    found = shutil.which(program) or shutil.which(program, path=os.pathsep.join(EXTRA_PATHS))
    if found is None:
        _miss(f"{program} is not installed on this machine")
    return str(Path(found))


def require_npm(package: str) -> None:
    """Skip or fail likewise without a package of npm."""
    if not (NODE_MODULES / package).is_dir():
        _miss(f"npm's {package} is not in {NODE_MODULES}; `make test` puts it there on a machine with npm")


def require_module(name: str) -> None:
    """Skip or fail likewise without a Python module."""
    if importlib.util.find_spec(name) is None:
        _miss(f"the Python module {name} is not installed; `make test` installs it")


def _miss(reason: str) -> NoReturn:
    if os.environ.get("GENBA_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
