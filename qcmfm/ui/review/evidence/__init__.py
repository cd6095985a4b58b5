"""The evidence for a label: attention, what hiding a part changes, confidence."""
