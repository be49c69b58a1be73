"""Find rows by all that decisions ask of them, and keep SQLite's journal in the order of its numbers.

Without statistics SQLite takes any index that fits: it looked for the promises of one order among all that are
reserved, and for the parcels of one load among all that are packed. Two columns in one index leave it no choice.
SQLite keeps a table in the order of its key only where that is an INTEGER; a BIGINT is an index beside the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OUTWARD = sa.text("number IS NOT NULL")
FOUND_BY = (
    ("allocation", "ix_allocation_order_id", ["order_id"], "allocation_order", ["order_id", "state"]),
    ("parcel", "ix_parcel_load_id", ["load_id"], "parcel_load", ["load_id", "state"]),
    ("task", "ix_task_subject", ["subject"], "task_subject", ["subject", "kind", "state"]),
    ("tote", "ix_tote_state", ["state"], "tote_state", ["state", "id"]),
)


def upgrade() -> None:
    for table, before, _columns, name, columns in FOUND_BY:
        op.drop_index(before, table_name=table)
        op.create_index(name, table, columns)
    _renew_journal(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), "journal_kind", ["kind", "seq"])


def downgrade() -> None:
    for table, before, columns, name, _columns in FOUND_BY:
        op.drop_index(name, table_name=table)
        op.create_index(before, table, columns)
    _renew_journal(sa.BigInteger(), "ix_journal_kind", ["kind"])


def _renew_journal(number: sa.types.TypeEngine[int], by_kind: str, columns: list[str]) -> None:
    """Give the journal its index by kind; SQLite's is written anew, as its key has another type."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_index("ix_journal_kind" if by_kind == "journal_kind" else "journal_kind", table_name="journal")
        op.create_index(by_kind, "journal", columns)
        return
    op.rename_table("journal", "journal_before")
    op.create_table(
        "journal",
        sa.Column("seq", number, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    names = "seq, at, kind, subject, actor, reason, number, data"
    op.execute(f"INSERT INTO journal ({names}) SELECT {names} FROM journal_before ORDER BY seq")  # noqa: S608  constants
    op.drop_table("journal_before")
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_index(by_kind, "journal", columns)
    op.create_index("journal_subject", "journal", ["subject", "seq"])
    op.create_index("journal_number", "journal", ["subject", "number"], sqlite_where=OUTWARD)
    op.create_index("journal_outward", "journal", ["seq"], sqlite_where=OUTWARD)
