"""Text in PostgreSQL: of any length, and compared by the numbers of its characters, as in SQLite.

Other orders of text would put the answers in another order. In SQLite nothing changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LENGTHS = {
    "association": {
        "base_uid": 6,
        "other_uid": 6,
        "tiploc": 7,
        "stp": 1,
        "category": 2,
        "base_suffix": 1,
        "other_suffix": 1,
    },
    "booked_call": {"crs": 3},
    "booked_train": {"toc": 2},
    "call": {"crs": 3, "platform": 3},
    "fare_change": {"entry": 9},
    "fare_directory": {"kind": 1},
    "fare_edition": {"version": 64, "source": 8, "state": 16},
    "fare_entry": {"entry": 9},
    "fixed_link": {"mode": 16, "origin": 3, "destination": 3},
    "forecast_head": {"hierarchy": 16},
    "forecast_node": {"hierarchy": 16, "name": 64},
    "job_state": {"name": 32},
    "loaded_feed": {"kind": 16, "version": 64, "source": 8, "reference": 16},
    "operator_interchange": {"crs": 3, "arriving_toc": 2, "departing_toc": 2},
    "operator_outcome": {"toc": 2},
    "run": {"rid": 20, "reasons": 256},
    "schedule": {
        "uid": 6,
        "stp": 1,
        "bank_holidays": 1,
        "toc": 2,
        "headcode": 4,
        "status": 1,
        "category": 2,
        "seating": 1,
        "sleepers": 1,
        "reservations": 1,
    },
    "station": {"crs": 3, "name": 64},
    "tiploc": {"tiploc": 7, "crs": 3},
}


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table, columns in LENGTHS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.Text(collation="C"))


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        return
    for table, columns in LENGTHS.items():
        for column, length in columns.items():
            op.alter_column(table, column, type_=sa.String(length, collation="default"))
