"""Keep what a count has scanned until its round is over."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "count_scan",
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "what", "code")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("owner", "sku", "lot", "expiry")),
        sa.Column("quantity", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("asks", "person_id")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "number"),
    )
    op.create_index("count_scan_what", "count_scan", ["task_id", "what"])


def downgrade() -> None:
    op.drop_table("count_scan")
