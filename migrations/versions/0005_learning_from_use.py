"""What is learned from use: popular routes, the scores of forecasts, and feedback."""

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
    op.create_table(
        "forecast_log",
        sa.Column("source", _text(8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("toc", _text(2), nullable=False),
        sa.Column("crs", _text(3), nullable=False),
        sa.Column("terminus", _text(3), nullable=False),
        sa.Column("origin", _text(3), nullable=False),
        sa.Column("departure_min", sa.SmallInteger(), nullable=False),
        sa.Column("arrival_min", sa.SmallInteger(), nullable=False),
        sa.Column("day_type", sa.SmallInteger(), nullable=False),
        sa.Column("horizon", sa.SmallInteger(), nullable=False),
        sa.Column("twin", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("delay", sa.SmallInteger(), nullable=True),
        sa.Column("is_cancelled", sa.Boolean(), nullable=True),
        sa.Column("scored", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint(
            "source", "day", "toc", "crs", "terminus", "origin", "departure_min", "arrival_min",
            "day_type", "horizon", "twin", name=op.f("pk_forecast_log"),
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "forecast_score",
        sa.Column("source", _text(8), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("toc", _text(2), nullable=False),
        sa.Column("horizon", sa.SmallInteger(), nullable=False),
        sa.Column("method", _text(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source", "month", "toc", "horizon", "method", name=op.f("pk_forecast_score")
        ),
    )
    op.create_table(
        "baseline_count",
        sa.Column("baseline", _text(16), nullable=False),
        sa.Column("cell", _text(32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("baseline", "cell", name=op.f("pk_baseline_count")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("origin", _text(3), nullable=False),
        sa.Column("destination", _text(3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("time_min", sa.SmallInteger(), nullable=True),
        sa.Column("as_forecast", sa.Boolean(), nullable=False),
        sa.Column("delay_min", sa.SmallInteger(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_month"), "feedback", ["month"])
    op.create_table(
        "own_secret",
        sa.Column("name", _text(32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_own_secret")),
    )


def downgrade() -> None:
    op.drop_table("own_secret")
    op.drop_table("feedback")
    op.drop_table("baseline_count")
    op.drop_table("forecast_score")
    op.drop_table("forecast_log")
    op.drop_table("route_weight")
