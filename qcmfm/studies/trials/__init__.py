"""Training and testing systems side by side, and the statistics of their results."""
