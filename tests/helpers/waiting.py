"""Waiting for what an engine tells."""

import time
from collections import deque

_MISSED = "messages_waiting_in_tests"


def wait_for(client, kind: type, timeout_s: float = 30.0):
    """Return the next message with a body of `kind`; the ones before are dropped."""
    return until(client, kind, timeout_s)[-1]


def until(client, kind: type, timeout_s: float = 30.0) -> list:
    """Return all messages up to the first with a body of `kind`; keep the rest."""
    waiting = client.__dict__.setdefault(_MISSED, deque())
    got: list = []
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        waiting.extend(client.drain())
        while waiting:
            got.append(waiting.popleft())
            if isinstance(got[-1].body, kind):
                return got
        time.sleep(0.005)
    raise AssertionError(f"no {kind.__name__} within {timeout_s} s: {got[-3:]}")
