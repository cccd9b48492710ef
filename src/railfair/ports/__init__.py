"""What RailFair needs from the world: one Protocol per file, nothing else."""
