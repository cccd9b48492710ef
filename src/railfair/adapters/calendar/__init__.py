"""Bank holidays."""
