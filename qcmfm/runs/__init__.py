"""A trained model as a folder: schema, weights, card, calibration, neighbours and adoption."""
