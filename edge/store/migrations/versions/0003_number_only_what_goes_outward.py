"""Keep numbers of the journal in an index only where there are any: one row in eight, and every commit is smaller."""

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OUTWARD = text("number IS NOT NULL")


def upgrade() -> None:
    op.drop_index("journal_number", table_name="journal")
    op.create_index("journal_number", "journal", ["subject", "number"], sqlite_where=OUTWARD, postgresql_where=OUTWARD)


def downgrade() -> None:
    op.drop_index("journal_number", table_name="journal")
    op.create_index("journal_number", "journal", ["subject", "number"])
