"""Foundations of every room: errors, progress, storage, settings, registries and sandboxes."""
