"""What a test needs of the machine: skipped with a reason when missing, a failure when GENBA_REQUIRE=all."""

import ctypes
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

EXTRA_PATHS = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin")


def require(program: str) -> str:
    """Return the path of a program or skip (fail with GENBA_REQUIRE=all) with a reason."""
    found = shutil.which(program) or shutil.which(program, path=os.pathsep.join(EXTRA_PATHS))
    return str(Path(found or missing(program)))


def require_library(name: str) -> str:
    """Return the name of a shared library that can be loaded, or skip (fail with GENBA_REQUIRE=all) with a reason."""
    try:
        ctypes.CDLL(name)
    except OSError:
        missing(name)
    return name


def missing(what: str) -> NoReturn:
    """Skip (fail with GENBA_REQUIRE=all) with a reason."""
    reason = f"{what} is not installed on this machine"
    if os.environ.get("GENBA_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
