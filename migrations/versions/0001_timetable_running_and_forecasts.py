"""The tables of the timetable, of running, and of what is learned from it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "association",
        sa.Column("base_uid", sa.String(length=6), nullable=False),
        sa.Column("other_uid", sa.String(length=6), nullable=False),
        sa.Column("tiploc", sa.String(length=7), nullable=False),
        sa.Column("runs_from", sa.Date(), nullable=False),
        sa.Column("stp", sa.String(length=1), nullable=False),
        sa.Column("runs_to", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=False),
        sa.Column("day_offset", sa.SmallInteger(), nullable=False),
        sa.Column("base_suffix", sa.String(length=1), nullable=False),
        sa.Column("other_suffix", sa.String(length=1), nullable=False),
        sa.Column("passengers", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "base_uid", "other_uid", "tiploc", "runs_from", "stp", name=op.f("pk_association")
        ),
    )
    op.create_table(
        "booked_train",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("toc", sa.String(length=2), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booked_train")),
    )
    op.create_table(
        "fixed_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=3), nullable=False),
        sa.Column("destination", sa.String(length=3), nullable=False),
        sa.Column("duration_min", sa.SmallInteger(), nullable=False),
        sa.Column("starts_min", sa.SmallInteger(), nullable=False),
        sa.Column("ends_min", sa.SmallInteger(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixed_link")),
    )
    op.create_table(
        "operator_outcome",
        sa.Column("toc", sa.String(length=2), nullable=False),
        sa.Column("delays", sa.JSON(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("toc", name=op.f("pk_operator_outcome")),
    )
    op.create_table(
        "forecast_head",
        sa.Column("hierarchy", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hierarchy", name=op.f("pk_forecast_head")),
    )
    op.create_table(
        "forecast_node",
        sa.Column("hierarchy", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hierarchy", "name", name=op.f("pk_forecast_node")),
    )
    op.create_table(
        "loaded_feed",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_loaded_feed")),
    )
    op.create_table(
        "operator_interchange",
        sa.Column("crs", sa.String(length=3), nullable=False),
        sa.Column("arriving_toc", sa.String(length=2), nullable=False),
        sa.Column("departing_toc", sa.String(length=2), nullable=False),
        sa.Column("change_min", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "crs", "arriving_toc", "departing_toc", name=op.f("pk_operator_interchange")
        ),
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.String(length=6), nullable=False),
        sa.Column("runs_from", sa.Date(), nullable=False),
        sa.Column("stp", sa.String(length=1), nullable=False),
        sa.Column("runs_to", sa.Date(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("bank_holidays", sa.String(length=1), nullable=False),
        sa.Column("toc", sa.String(length=2), nullable=False),
        sa.Column("headcode", sa.String(length=4), nullable=False),
        sa.Column("status", sa.String(length=1), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=False),
        sa.Column("seating", sa.String(length=1), nullable=False),
        sa.Column("sleepers", sa.String(length=1), nullable=False),
        sa.Column("reservations", sa.String(length=1), nullable=False),
        sa.Column("is_manual", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("uid", "runs_from", "stp", name=op.f("uq_schedule_uid")),
    )
    op.create_table(
        "station",
        sa.Column("crs", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("change_min", sa.SmallInteger(), nullable=False),
        sa.Column("interchange", sa.SmallInteger(), nullable=False),
        sa.Column("easting_m", sa.Integer(), nullable=True),
        sa.Column("northing_m", sa.Integer(), nullable=True),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("crs", name=op.f("pk_station")),
    )
    op.create_table(
        "tiploc",
        sa.Column("tiploc", sa.String(length=7), nullable=False),
        sa.Column("crs", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("tiploc", name=op.f("pk_tiploc")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tiploc", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tiploc_crs"), ["crs"], unique=False)

    op.create_table(
        "booked_call",
        sa.Column("train_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("crs", sa.String(length=3), nullable=False),
        sa.Column("arrival_min", sa.SmallInteger(), nullable=True),
        sa.Column("departure_min", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["train_id"], ["booked_train.id"], name=op.f("fk_booked_call_train_id")
        ),
        sa.PrimaryKeyConstraint("train_id", "position", name=op.f("pk_booked_call")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("booked_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booked_call_crs"), ["crs"], unique=False)

    op.create_table(
        "call",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("crs", sa.String(length=3), nullable=False),
        sa.Column("arrival_min", sa.SmallInteger(), nullable=True),
        sa.Column("departure_min", sa.SmallInteger(), nullable=True),
        sa.Column("platform", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_call_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", "position", name=op.f("pk_call")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index(
            "ix_call_station",
            ["crs", "schedule_id", "position", "departure_min", "arrival_min"],
            unique=False,
        )

    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rid", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("train_id", sa.Integer(), nullable=False),
        sa.Column("reports", sa.LargeBinary(), nullable=False),
        sa.Column("reasons", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["train_id"], ["booked_train.id"], name=op.f("fk_run_train_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("rid", name=op.f("uq_run_rid")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_train_id"), ["train_id"], unique=False)

    op.create_table(
        "usual_train",
        sa.Column("train_id", sa.Integer(), nullable=False),
        sa.Column("seen_weekday", sa.Float(), nullable=False),
        sa.Column("seen_saturday", sa.Float(), nullable=False),
        sa.Column("seen_sunday", sa.Float(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["train_id"], ["booked_train.id"], name=op.f("fk_usual_train_train_id")
        ),
        sa.PrimaryKeyConstraint("train_id", name=op.f("pk_usual_train")),
    )


def downgrade() -> None:
    op.drop_table("usual_train")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_train_id"))
        batch_op.drop_index(batch_op.f("ix_run_day"))

    op.drop_table("run")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_index("ix_call_station")

    op.drop_table("call")
    with op.batch_alter_table("booked_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booked_call_crs"))

    op.drop_table("booked_call")
    with op.batch_alter_table("tiploc", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tiploc_crs"))

    op.drop_table("tiploc")
    op.drop_table("station")
    op.drop_table("schedule")
    op.drop_table("operator_interchange")
    op.drop_table("loaded_feed")
    op.drop_table("forecast_node")
    op.drop_table("operator_outcome")
    op.drop_table("forecast_head")
    op.drop_table("fixed_link")
    op.drop_table("booked_train")
    op.drop_table("association")
