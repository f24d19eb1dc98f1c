"""The time of a run: looked back at step by step, and branched."""
