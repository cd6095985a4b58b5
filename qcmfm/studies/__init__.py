"""Studies: models trained side by side, with intervals."""
