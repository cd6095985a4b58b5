"""Review: one record at a time, the grid, doubtful labels and progress."""
