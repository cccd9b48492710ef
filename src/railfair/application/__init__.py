"""What RailFair does, one use case a file, over the ports."""
