"""Review: prediction -> decision -> review log -> state -> corrected labels.

The log is the only thing that is kept; everything else follows from it.
"""
