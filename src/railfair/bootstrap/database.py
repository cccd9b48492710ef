"""The steps by which the database is brought up to date."""

from railfair.adapters.sql.migrations import Migrations
from railfair.config import Settings


def migrations(settings: Settings) -> Migrations:
    """Return the migrations of the database."""
    return Migrations(settings.database_url)
