"""Every port in plain Python: the fallback without a database, and the reference in tests."""
