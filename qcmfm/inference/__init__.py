"""Run + records -> predictions, on one machine or on Ray, and their caches."""
