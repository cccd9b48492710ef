"""The tables of the fares, and of the work that the service does by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fare_edition",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("generated_on", sa.Date(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fare_edition")),
    )
    op.create_table(
        "fare_rules",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["fare_edition.number"], name=op.f("fk_fare_rules_edition")
        ),
        sa.PrimaryKeyConstraint("edition", name=op.f("pk_fare_rules")),
    )
    op.create_table(
        "fare_directory",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("pairs", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["fare_edition.number"], name=op.f("fk_fare_directory_edition")
        ),
        sa.PrimaryKeyConstraint("edition", "kind", name=op.f("pk_fare_directory")),
    )
    op.create_table(
        "fare_entry",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=9), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["fare_edition.number"], name=op.f("fk_fare_entry_edition")
        ),
        sa.PrimaryKeyConstraint("edition", "entry", name=op.f("pk_fare_entry")),
    )
    op.create_table(
        "fare_change",
        sa.Column("entry", sa.String(length=9), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition"], ["fare_edition.number"], name=op.f("fk_fare_change_edition")
        ),
        sa.PrimaryKeyConstraint("entry", "edition", name=op.f("pk_fare_change")),
    )
    op.create_table(
        "job_state",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_state")),
    )


def downgrade() -> None:
    op.drop_table("job_state")
    op.drop_table("fare_change")
    op.drop_table("fare_entry")
    op.drop_table("fare_directory")
    op.drop_table("fare_rules")
    op.drop_table("fare_edition")
