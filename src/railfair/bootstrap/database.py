"""What operators do to the database as a whole."""

from railfair.adapters.sql.backups import Backups
from railfair.adapters.sql.migrations import Migrations
from railfair.config import Settings


def migrations(settings: Settings) -> Migrations:
    """Return the migrations of the database."""
    return Migrations(settings.database_url)


def backups(settings: Settings) -> Backups:
    """Return where copies of the database are made and read."""
    return Backups(settings.database_url)
