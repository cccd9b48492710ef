"""The stored ports and the calendar in plain Python: what other adapters are held to in tests."""
