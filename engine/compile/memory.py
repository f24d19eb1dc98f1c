"""Whether weights fit into memory, asked before they are allocated."""

import os
from collections.abc import Mapping

from engine.graph.edits import Problem
from engine.i18n import tr

BYTES_PER_WEIGHT = 16
"""float32 weight and gradient, and two numbers of Adam."""


def machine_bytes() -> int:
    """Return the machine's memory, 0 where the system does not tell."""
    names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
    if "SC_PHYS_PAGES" not in names:
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def memory_problems(weights: Mapping[str, int], limit: int) -> list[Problem]:
    """Return the problem of weights that training could not hold, at the largest.

    Args:
        weights: Node path → number of weights.
        limit: Bytes that are there, 0 where unknown.
    """
    needed = sum(weights.values()) * BYTES_PER_WEIGHT
    if not limit or needed <= limit:
        return []
    largest = max(weights, key=lambda path: weights[path])
    return [
        Problem(
            largest,
            tr("The network is larger than this machine's memory"),
            expected=tr("at most {size} GB", size=f"{limit / 1e9:.1f}"),
            got=tr("{size} GB for training", size=f"{needed / 1e9:.1f}"),
        )
    ]
