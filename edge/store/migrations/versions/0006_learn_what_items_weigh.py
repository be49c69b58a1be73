"""Learn what items weigh from the parcels that are weighed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_weight",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("told_g", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("weight", "unsure", "spread")),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("odd", sa.BigInteger(), nullable=False),
        sa.Column("odd_parcels", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "sku"),
    )


def downgrade() -> None:
    op.drop_table("item_weight")
