"""Models: training, comparing, adopting, and the studies."""
