"""What is learned from use: how often routes are asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "route_weight",
        sa.Column("origin", _text(3), nullable=False),
        sa.Column("destination", _text(3), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "destination", name=op.f("pk_route_weight")),
    )
    op.create_index(op.f("ix_route_weight_weight"), "route_weight", ["weight"])


def downgrade() -> None:
    op.drop_table("route_weight")
