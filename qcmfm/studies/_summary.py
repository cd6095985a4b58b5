"""Rows and answers of a study -> figures with intervals, and whether differences are chance."""

from qcmfm.studies._results import Results


def write_comparison(results: Results) -> None:
    """Later."""
