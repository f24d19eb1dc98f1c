"""Questions and answers about sources of data."""
