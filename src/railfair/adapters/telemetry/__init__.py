"""How RailFair tells what it does."""
