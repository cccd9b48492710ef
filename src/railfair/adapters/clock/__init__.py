"""The time of day."""
