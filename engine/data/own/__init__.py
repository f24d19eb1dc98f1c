"""Data of one's own: what a file holds, and how its rows become arrays for training."""
