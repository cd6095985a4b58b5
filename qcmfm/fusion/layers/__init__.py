"""Parts that several fusion models are built from."""
