"""Checks of a workspace, one file per part, whose `examine(home)` yields findings."""
