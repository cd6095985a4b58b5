"""Review of predictions: decisions, their log, the state derived from it, and the queue.

The data flow is prediction -> decision -> review log -> state -> corrected labels. Only the log is
stored; everything else is derived from it.
"""
