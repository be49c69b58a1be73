"""One database of each kind for every test of the store: the suite runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.store.postgres import Postgres


@pytest.fixture(scope="session")
def postgres_of_worker() -> Iterator[Postgres]:
    """Give the PostgreSQL of this test worker."""
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database of this test alone."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'genba.db'}"
    server: Postgres = request.getfixturevalue("postgres_of_worker")
    return server.new_database()
