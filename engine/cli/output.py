"""Where the command line writes: results to stdout, the rest to stderr."""

import json
import math
import sys


def write(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(" ".join(text.split()) + "\n")
    sys.stderr.flush()


def write_json(value: object) -> None:
    """Write one JSON object in one line; numbers that are not finite become null."""
    write(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False))


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
