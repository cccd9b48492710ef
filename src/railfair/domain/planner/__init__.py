"""The planner: a network of one day as arrays, and the searches on it."""
