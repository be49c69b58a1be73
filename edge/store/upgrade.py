"""Brings an older database up to today's tables by Alembic; imported only when there is something to do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine


class NewerDatabaseError(Exception):
    """The database is at a revision that this version does not know."""


def upgrade(engine: Engine, migrations: Path) -> None:
    """Run the migrations that are missing, in one transaction; raises NewerDatabaseError."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise NewerDatabaseError(str(error)) from error
