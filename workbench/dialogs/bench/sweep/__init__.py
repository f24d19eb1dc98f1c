"""Sweeps: what is tried, how far it is, and what has come of it."""
