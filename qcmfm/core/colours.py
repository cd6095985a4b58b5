"""Colours that people with colour blindness can tell apart, for the lines of a chart."""

LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's."""
