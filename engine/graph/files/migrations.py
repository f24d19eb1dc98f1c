"""Older format versions → the current one, one function per version."""

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]

_STEPS: dict[int, Callable[[Record], Record]] = {}
"""Version → the function that makes the next version out of it."""


def migrate(record: Record) -> Record:
    """Return `record` in the current format; the argument is left as it is."""
    version = record["version"]
    while version in _STEPS:
        record = _STEPS[version](record)
        version = record["version"]
    return record
