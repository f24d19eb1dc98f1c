"""Where the command line writes: results to stdout, the rest to stderr."""

import json
import math
import sys
from typing import TextIO

from engine.plain import one_line


def write(text: str) -> None:
    """Write lines to standard output; names in them can't command a terminal."""
    _put(sys.stdout, "\n".join(map(one_line, text.split("\n"))))


def complain(text: str) -> None:
    """Write a line to standard error."""
    _put(sys.stderr, " ".join(one_line(text).split()))


def _put(stream: TextIO, text: str) -> None:
    """Write what the stream's encoding knows, and `?` for what it does not."""
    stream.write(_known(stream, text) + "\n")
    stream.flush()


def _known(stream: TextIO, text: str) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def write_json(value: object) -> None:
    """Write one JSON object in one line; numbers that are not finite become null."""
    record = _finite(value)
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    if not text.isprintable() or _known(sys.stdout, text) != text:
        text = json.dumps(record, allow_nan=False)
    _put(sys.stdout, text)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
