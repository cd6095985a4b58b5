"""Experiments with circuits: states step by step, noise, sweeps and the playground; no drawing."""
