"""Alembic runs this for every upgrade; the connection comes from edge/store/database.py."""

from alembic import context
from sqlmodel import SQLModel

from edge.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    user_module_prefix="tables.",
)
with context.begin_transaction():
    context.run_migrations()

__all__ = ["tables"]
