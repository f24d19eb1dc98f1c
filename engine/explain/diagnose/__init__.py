"""Names the faults of a training by what the run has measured: one rule per file."""
