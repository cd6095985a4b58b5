"""The simulated quantum layer: a circuit as data, and everything derived from it."""
