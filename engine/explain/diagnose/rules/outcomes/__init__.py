"""Faults of what comes of a training: it ends, or stands, where it should not."""

from engine.explain.diagnose.rules.outcomes import (
    modes,
    relapse,
    stalled,
    underfit,
    unrelated,
)

__all__ = [
    "modes",
    "relapse",
    "stalled",
    "underfit",
    "unrelated",
]
