"""What a test needs of the machine: skipped with a reason when missing, a failure when GENBA_REQUIRE=all."""

import ctypes
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
    return str(Path(found or missing(f"{program} is not installed on this machine")))


def require_library(name: str) -> str:
    """Return the name of a shared library that can be loaded, or skip or fail likewise."""
    try:
        ctypes.CDLL(name)
    except OSError:
        missing(f"{name} is not installed on this machine")
    return name


def require_npm(package: str) -> None:
    """Skip or fail likewise without a package of npm."""
    if not (NODE_MODULES / package).is_dir():
        missing(f"npm's {package} is not in {NODE_MODULES}; `make test` puts it there on a machine with npm")


def require_module(name: str) -> None:
    """Skip or fail likewise without a Python module."""
    if importlib.util.find_spec(name) is None:
        missing(f"the Python module {name} is not installed; `make test` installs it")


def missing(reason: str) -> NoReturn:
    """Skip, or fail with GENBA_REQUIRE=all."""
    if os.environ.get("GENBA_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
