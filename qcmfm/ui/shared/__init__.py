"""What two or more areas of the app use."""
