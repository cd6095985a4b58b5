"""Logs and metrics: what the program says of its work to whoever looks after it."""
