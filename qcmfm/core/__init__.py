"""Shared foundations of every room: errors, progress, storage, settings and text."""
