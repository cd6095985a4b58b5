"""Import and export, and trying a photo."""
