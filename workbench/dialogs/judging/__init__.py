"""Windows that show how good a run is, and try it."""
