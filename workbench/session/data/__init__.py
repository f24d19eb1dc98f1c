"""The engine's answers about sources of data."""
