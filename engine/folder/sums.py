"""Sums within records of JSON: what has changed on the disk since is found.

A record without one, such as of an older version, counts as it stands.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIELD = "sum"


def summed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with the sum over all the rest of it."""
    rest = {name: item for name, item in record.items() if name != FIELD}
    return {**rest, FIELD: _sum(rest)}


def is_as_written(record: Mapping[str, Any]) -> bool:
    """Return whether nothing in a record has changed since it was written."""
    if FIELD not in record:
        return True
    rest = {name: item for name, item in record.items() if name != FIELD}
    return bool(record[FIELD] == _sum(rest))


def _sum(rest: Mapping[str, Any]) -> str:
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
