"""Versioned migrations: an upgraded database has exactly the tables of edge/store/tables.py (P36c)."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from edge.store.database import MIGRATIONS, Database


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


def test_P36c_an_older_database_keeps_its_people_and_keys(url: str) -> None:
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO person (id, name_ja, name_en, language, roles, badge, active, failures)"
            " VALUES ('sato', '佐藤', 'Sato', 'ja', '[]', 'B-1', true, 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO api_key (id, role, key_hash, active, created_at) VALUES ('wms', 'wms', 'h', true, 1)"
        )
    engine.dispose()
    database = Database(url)
    with database.engine.connect() as connection:
        person = connection.exec_driver_sql("SELECT badge, active, blocked_at FROM person").one()
        key = connection.exec_driver_sql("SELECT key_hash, active, last_used_at FROM api_key").one()
    database.close()
    assert (person.badge, bool(person.active), person.blocked_at) == ("B-1", True, None)
    assert (key.key_hash, bool(key.active), key.last_used_at) == ("h", True, None)
