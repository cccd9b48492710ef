"""The relational storage: SQLite or PostgreSQL, through SQLAlchemy."""
