"""Count what is put into the slots of put walls."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("put", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_allocation_tote_id", "allocation", ["tote_id"])


def downgrade() -> None:
    op.drop_index("ix_allocation_tote_id", "allocation")
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_column("put")
