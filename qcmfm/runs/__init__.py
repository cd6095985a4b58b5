"""Trained models as folders: schema, weights, card, calibration, neighbours and adoption."""
