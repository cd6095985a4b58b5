"""The Home page: what waits, what changed, and the tour."""
