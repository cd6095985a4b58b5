"""Kinds of jobs that are there for the tests of jobs."""
