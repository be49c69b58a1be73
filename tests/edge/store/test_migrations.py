"""Versioned migrations: an upgraded database has exactly the tables of edge/store/tables.py (P36c)."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from edge.store.database import Database


def test_P36c_upgraded_schema_equals_the_tables(url: str) -> None:
    database = Database(url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    database.close()


def test_P36c_opening_again_changes_nothing(url: str) -> None:
    Database(url).close()
    database = Database(url)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
    database.close()
