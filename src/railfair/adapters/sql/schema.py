"""The tables. Times are rail minutes, days are dates; prices stand in packed bodies only.

Rows that are read in bulk are keyed by what they are looked up with (`WITHOUT ROWID` in SQLite).
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(length: int) -> TypeEngine[str]:
    """Return the type of text of up to *length* characters, compared by the numbers of these.

    Only SQLite says the length, and does not insist on it.
    """
    return String(length).with_variant(Text(collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept as UTC; comes back with its time zone from every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Send UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back UTC with its zone, which SQLite does not keep."""
        return None if value is None else value.replace(tzinfo=UTC)


loaded_feed = Table(
    "loaded_feed",
    metadata,
    Column("kind", _text(16), primary_key=True),
    Column("version", _text(64), nullable=False),
    Column("source", _text(8), nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("reference", _text(16), nullable=False),
)

station = Table(
    "station",
    metadata,
    Column("crs", _text(3), primary_key=True),
    Column("name", _text(64), nullable=False),
    Column("change_min", SmallInteger, nullable=False),
    Column("interchange", SmallInteger, nullable=False),
    Column("easting_m", Integer),
    Column("northing_m", Integer),
    Column("aliases", JSON, nullable=False),
)

tiploc = Table(
    "tiploc",
    metadata,
    Column("tiploc", _text(7), primary_key=True),
    Column("crs", _text(3), nullable=False, index=True),
    sqlite_with_rowid=False,
)

fixed_link = Table(
    "fixed_link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mode", _text(16), nullable=False),
    Column("origin", _text(3), nullable=False),
    Column("destination", _text(3), nullable=False),
    Column("duration_min", SmallInteger, nullable=False),
    Column("starts_min", SmallInteger, nullable=False),
    Column("ends_min", SmallInteger, nullable=False),
    Column("days", SmallInteger, nullable=False),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("priority", SmallInteger, nullable=False),
)

operator_interchange = Table(
    "operator_interchange",
    metadata,
    Column("crs", _text(3), primary_key=True),
    Column("arriving_toc", _text(2), primary_key=True),
    Column("departing_toc", _text(2), primary_key=True),
    Column("change_min", SmallInteger, nullable=False),
)

association = Table(
    "association",
    metadata,
    Column("base_uid", _text(6), primary_key=True),
    Column("other_uid", _text(6), primary_key=True),
    Column("tiploc", _text(7), primary_key=True),
    Column("runs_from", Date, primary_key=True),
    Column("stp", _text(1), primary_key=True),
    Column("runs_to", Date, nullable=False),
    Column("days", SmallInteger, nullable=False),
    Column("category", _text(2), nullable=False),
    Column("day_offset", SmallInteger, nullable=False),
    Column("base_suffix", _text(1), nullable=False),
    Column("other_suffix", _text(1), nullable=False),
    Column("passengers", Boolean, nullable=False),
)

schedule = Table(
    "schedule",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("uid", _text(6), nullable=False),
    Column("runs_from", Date, nullable=False),
    Column("stp", _text(1), nullable=False),
    Column("runs_to", Date, nullable=False),
    Column("days", SmallInteger, nullable=False),
    Column("bank_holidays", _text(1), nullable=False),
    Column("toc", _text(2), nullable=False),
    Column("headcode", _text(4), nullable=False),
    Column("status", _text(1), nullable=False),
    Column("category", _text(2), nullable=False),
    Column("seating", _text(1), nullable=False),
    Column("sleepers", _text(1), nullable=False),
    Column("reservations", _text(1), nullable=False),
    Column("is_manual", Boolean, nullable=False),
    UniqueConstraint("uid", "runs_from", "stp"),
)

call = Table(
    "call",
    metadata,
    Column("schedule_id", Integer, ForeignKey(schedule.c.id), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("crs", _text(3), nullable=False),
    Column("arrival_min", SmallInteger),
    Column("departure_min", SmallInteger),
    Column("platform", _text(3), nullable=False),
    sqlite_with_rowid=False,
)
# Answers "which schedules call here, and when" without touching the calls themselves.
Index(
    "ix_call_station",
    call.c.crs,
    call.c.schedule_id,
    call.c.position,
    call.c.departure_min,
    call.c.arrival_min,
)

booked_train = Table(
    "booked_train",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("toc", _text(2), nullable=False),
)

booked_call = Table(
    "booked_call",
    metadata,
    Column("train_id", Integer, ForeignKey(booked_train.c.id), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("crs", _text(3), nullable=False, index=True),
    Column("arrival_min", SmallInteger),
    Column("departure_min", SmallInteger),
    sqlite_with_rowid=False,
)

# The history is one row a run, not one a call: a year of the whole network is 190 million calls.
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rid", _text(20), nullable=False, unique=True),
    Column("day", Date, nullable=False, index=True),
    Column("train_id", Integer, ForeignKey(booked_train.c.id), nullable=False, index=True),
    # Two little-endian 16-bit numbers a call, reported arrival and departure in rail minutes;
    # -32768 where nothing was reported.
    Column("reports", LargeBinary, nullable=False),
    # Reason codes of the calls, by comma; empty where there is none at all.
    Column("reasons", _text(256), nullable=False),
)

# What came of every booked arrival, counted once when the history changes.
operator_outcome = Table(
    "operator_outcome",
    metadata,
    Column("toc", _text(2), primary_key=True),
    Column("delays", JSON, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
)

forecast_head = Table(
    "forecast_head",
    metadata,
    Column("hierarchy", _text(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

forecast_node = Table(
    "forecast_node",
    metadata,
    Column("hierarchy", _text(16), primary_key=True),
    Column("name", _text(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# The trains that usually run: booked trains, with how often they ran lately on each kind of day.
usual_train = Table(
    "usual_train",
    metadata,
    Column("train_id", Integer, ForeignKey(booked_train.c.id), primary_key=True),
    Column("seen_weekday", Float, nullable=False),
    Column("seen_saturday", Float, nullable=False),
    Column("seen_sunday", Float, nullable=False),
    Column("last_day", Date, nullable=False),
)

fare_edition = Table(
    "fare_edition",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", _text(64), nullable=False),
    Column("source", _text(8), nullable=False),
    Column("generated_on", Date, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
    Column("state", _text(16), nullable=False),
)

fare_rules = Table(
    "fare_rules",
    metadata,
    Column("edition", Integer, ForeignKey(fare_edition.c.number), primary_key=True),
    Column("document", LargeBinary, nullable=False),
)

fare_directory = Table(
    "fare_directory",
    metadata,
    Column("edition", Integer, ForeignKey(fare_edition.c.number), primary_key=True),
    Column("kind", _text(1), primary_key=True),
    # Origin and destination, 4 characters each, of every entry of the kind that is or was.
    Column("pairs", LargeBinary, nullable=False),
)

# One row is all flows, overrides or discounts between two codes: a real feed has 7 million fares.
# Their kind, origin and destination are the entry's name.
fare_entry = Table(
    "fare_entry",
    metadata,
    Column("edition", Integer, ForeignKey(fare_edition.c.number), primary_key=True),
    Column("entry", _text(9), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# What was there before in an entry that the edition changed; nothing where it was new.
fare_change = Table(
    "fare_change",
    metadata,
    Column("entry", _text(9), primary_key=True),
    Column("edition", Integer, ForeignKey(fare_edition.c.number), primary_key=True),
    Column("before", LargeBinary),
)

job_state = Table(
    "job_state",
    metadata,
    Column("name", _text(32), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("succeeded_at", UtcDateTime),
    Column("outcome", Text, nullable=False),
    Column("failure", Text, nullable=False),
    Column("failures", Integer, nullable=False),
)

# The key itself is nowhere: SHA-256 of it is enough to know it again.
api_key = Table(
    "api_key",
    metadata,
    Column("prefix", _text(16), primary_key=True),
    Column("name", _text(64), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("quota", _text(32)),
    Column("is_admin", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

# How often routes were asked for: sums of weights that grow with time (`domain.popularity`).
route_weight = Table(
    "route_weight",
    metadata,
    Column("origin", _text(3), primary_key=True),
    Column("destination", _text(3), primary_key=True),
    Column("weight", Float, nullable=False, index=True),
)

# Forecasts that were served, or replayed, and what came of them; what is null is not known yet.
forecast_log = Table(
    "forecast_log",
    metadata,
    Column("source", _text(8), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("toc", _text(2), primary_key=True),
    Column("crs", _text(3), primary_key=True),
    Column("terminus", _text(3), primary_key=True),
    Column("origin", _text(3), primary_key=True),
    Column("departure_min", SmallInteger, primary_key=True),
    Column("arrival_min", SmallInteger, primary_key=True),
    Column("day_type", SmallInteger, primary_key=True),
    Column("horizon", SmallInteger, primary_key=True),
    Column("twin", SmallInteger, primary_key=True),
    # Little-endian 32-bit floats: P(delay <= edge | it runs) for each edge, and P(cancelled).
    Column("body", LargeBinary, nullable=False),
    Column("delay", SmallInteger),
    Column("is_cancelled", Boolean),
    # Likewise, of the model and the baselines in turn: at the thresholds, cancelled, and the place
    # of the outcome.
    Column("scored", LargeBinary),
    sqlite_with_rowid=False,
)

# Sums of scores by month (its first day); what they are made of may have left the log.
forecast_score = Table(
    "forecast_score",
    metadata,
    Column("source", _text(8), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("toc", _text(2), primary_key=True),
    Column("horizon", SmallInteger, primary_key=True),
    Column("method", _text(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# What passengers say of journeys; nothing of who they are, or of when they said it.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", Date, nullable=False, index=True),
    Column("origin", _text(3), nullable=False),
    Column("destination", _text(3), nullable=False),
    Column("day", Date, nullable=False),
    Column("time_min", SmallInteger),
    Column("as_forecast", Boolean, nullable=False),
    Column("delay_min", SmallInteger),
    Column("cancelled", Boolean, nullable=False),
)

# Keys that the service made for itself, where the settings name none.
own_secret = Table(
    "own_secret",
    metadata,
    Column("name", _text(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# What the baselines of served forecasts know: little-endian 32-bit counts of a cell.
baseline_count = Table(
    "baseline_count",
    metadata,
    Column("baseline", _text(16), primary_key=True),
    Column("cell", _text(32), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
