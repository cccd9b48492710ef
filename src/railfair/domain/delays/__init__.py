"""How late a train will be, and whether it will run: learned from how trains really ran."""
