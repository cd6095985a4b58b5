"""Settings and help: the workspace, roles and the guide."""
