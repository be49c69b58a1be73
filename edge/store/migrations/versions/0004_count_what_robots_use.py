"""Count what each robot uses, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = ("powered_ms", "worked_ms", "missions", "trips", "loads", "drove_mm", "drained", "charged", "charges")


def upgrade() -> None:
    op.create_table(
        "usage",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("day", "robot_id", "manufacturer", "serial")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("battery_wh", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("day", "robot_id", "manufacturer", "serial"),
    )
    op.create_table(
        "usage_mark",
        sa.Column("robot_id", sa.String(), nullable=False),
        sa.Column("manufacturer", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("charging", sa.Boolean(), nullable=False),
        sa.Column("odometer_mm", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("robot_id"),
    )


def downgrade() -> None:
    op.drop_table("usage_mark")
    op.drop_table("usage")
