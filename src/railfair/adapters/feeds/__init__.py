"""The railway's own feeds: reading their files and fetching them from their services."""
