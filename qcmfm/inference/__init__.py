"""Predictions of a run for records, on one machine or on Ray, and their caches."""
