"""Trainings and tests of the systems of a study, and the statistics of their results."""
