"""Small seeded bugs: `python -m tests.mutants` tells which of them the tests catch."""
