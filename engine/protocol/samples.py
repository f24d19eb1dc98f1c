"""Measurements that wait for the next frame: few, and none from one end alone."""

from collections.abc import Sequence

from engine.protocol.messages import LayerSample

MOST = 16
"""Measurements of a frame before its newest; frames are rare where steps are quick."""


def thinned(samples: Sequence[LayerSample]) -> tuple[LayerSample, ...]:
    """Return at most `MOST`; where there are more, every other one goes, not the last.

    So a wait of any length is still told from its beginning to its end.
    """
    kept = list(samples)
    while len(kept) > MOST:
        kept = kept[(len(kept) - 1) % 2 :: 2]
    return tuple(kept)
