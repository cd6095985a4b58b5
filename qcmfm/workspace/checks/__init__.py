"""What is examined of a workspace, one part a file: `examine(home)` gives its findings."""
