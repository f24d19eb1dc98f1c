"""A document on disk, and its recovery file."""
