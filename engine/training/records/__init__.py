"""A run on disk: curves, checkpoints, the log."""
