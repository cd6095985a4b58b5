"""Review: prediction -> decision -> review log -> state -> corrected labels.

Only the log is stored; everything else is derived from it.
"""
