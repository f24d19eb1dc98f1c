"""Batches, and exact values over a whole part of the data."""
