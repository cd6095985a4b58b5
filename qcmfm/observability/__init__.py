"""Logs and metrics for the people who operate the program."""
