"""The relational storage: SQLite by default, through SQLAlchemy."""
