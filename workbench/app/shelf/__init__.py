"""The list of runs: to find, to name, to compare, to open again."""
