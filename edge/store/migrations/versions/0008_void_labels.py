"""Count the prints of a parcel's label, and remember those that are void."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parcel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("issue", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("printed", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "void_label",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("epc", "parcel_id", "tracking")),
        sa.Column("issue", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reason", "person")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("epc"),
    )
    op.create_index("ix_void_label_parcel_id", "void_label", ["parcel_id"])
    op.create_index("ix_void_label_tracking", "void_label", ["tracking"])


def downgrade() -> None:
    op.drop_table("void_label")
    with op.batch_alter_table("parcel", schema=None) as batch_op:
        batch_op.drop_column("printed")
        batch_op.drop_column("issue")
