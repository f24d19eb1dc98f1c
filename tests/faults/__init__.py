"""Faults made on purpose, one file each: what holds is printed as `PASS n/N`.

A file here is a command of its own name: `HELP` says what it shows, `run(options,
folder)` returns the exit code, and `add_arguments(parser)` may add to `--n` and
`--seed`. Names with an underscore are helpers. The suite runs short forms of each.
"""
