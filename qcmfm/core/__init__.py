"""What every room builds on: errors, progress, storage, settings and text."""
