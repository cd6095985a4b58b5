"""The quantum layer, simulated: a circuit as data, and what is derived from it."""
