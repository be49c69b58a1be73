"""A private PostgreSQL for tests: own folder, reached by a socket in it, so that no port is taken."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.support.need import require

ROLE = "genba"


class Postgres:
    """One cluster of one test worker, with a new database for each test."""

    def __init__(self) -> None:
        self._programs = Path(require("initdb")).parent
        self.folder = Path(tempfile.mkdtemp(prefix="genba-pg-", dir="/tmp"))  # short, as socket paths must be
        self._user = _other_user()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._data = self.folder / "data"
        self._databases = 0
        self._run("initdb", "-D", self._data, "-U", ROLE, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start the server and return once it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=40 -c shared_buffers=16MB"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", self.folder / "log", "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` is what a power cut leaves behind."""
        self._run("pg_ctl", "stop", "-w", "-D", self._data, "-m", mode)

    def new_database(self) -> str:
        """Create a database and return its URL."""
        self._databases += 1
        name = f"t{self._databases}"
        with psycopg.connect(host=str(self.folder), user=ROLE, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return f"postgresql+psycopg://{ROLE}@/{name}?host={self.folder}"

    def remove(self) -> None:
        """Stop it, if it runs, and leave nothing behind."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            user=self._user,
            extra_groups=None if self._user is None else [],
        )


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root: give it somebody else."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
