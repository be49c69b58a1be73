"""The database of a site, made by deploy/postgres/init.sql on a real PostgreSQL."""

import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from edge.store.database import Database
from tests.deploy.files import DEPLOY
from tests.edge.store import postgres
from tests.edge.store.postgres import Postgres
from tests.support.need import require


@pytest.fixture(scope="module", name="server")
def server_fixture() -> Iterator[Postgres]:
    """Give a server on which init.sql has run."""
    program = require("psql")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "ROLE", "postgres")
        server = Postgres()
        command = [program, "-X", "-q", "-h", str(server.folder), "-U", "postgres", "-v", "password=it's a secret"]
        subprocess.run([*command, "-f", str(DEPLOY / "postgres" / "init.sql"), "postgres"], check=True)
        yield server
        server.remove()


def connect(server: Postgres, user: str, database: str) -> psycopg.Connection:
    """Connect by the server's socket, on which nobody is asked for a password."""
    return psycopg.connect(host=str(server.folder), user=user, dbname=database, autocommit=True)


def test_genba_opens_the_database_it_was_given(server: Postgres) -> None:
    Database(f"postgresql+psycopg://genba@/genba?host={server.folder}").close()


def test_P36_acknowledged_means_on_disk(server: Postgres) -> None:
    with connect(server, "postgres", "postgres") as owner:
        owner.execute("alter system set synchronous_commit = off")
        owner.execute("select pg_reload_conf()")
    with connect(server, "genba", "genba") as session:
        assert session.execute("show synchronous_commit").fetchone() == ("on",)


def test_role_may_nothing_outside_its_database(server: Postgres) -> None:
    with connect(server, "genba", "genba") as session:
        for statement in ("create database other", "create role other", "alter system set fsync = off"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)


def test_nobody_else_comes_in(server: Postgres) -> None:
    with connect(server, "postgres", "postgres") as owner:
        owner.execute("create role stranger login")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(server, "stranger", "genba")


def test_password_is_kept_as_scram(server: Postgres) -> None:
    with connect(server, "postgres", "postgres") as owner:
        kept = owner.execute("select rolpassword from pg_authid where rolname = 'genba'").fetchone()
    assert kept is not None
    assert str(kept[0]).startswith("SCRAM-SHA-256$")


def test_hints_for_pg_hba_let_nobody_in_unencrypted_or_without_proof() -> None:
    lines = (DEPLOY / "postgres" / "pg_hba.conf").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    assert all(rule[1] == "genba" for rule in rules)
    assert {rule[-1] for rule in rules} == {"peer", "scram-sha-256", "reject"}
    assert all(rule[0] == "hostssl" for rule in rules if rule[-1] == "scram-sha-256")
