"""The catalogue, one file a family."""
