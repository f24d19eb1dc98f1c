"""Every number that can be clicked: what is printed under it is that number."""

import random

from engine.explain.answers import cells, moments
from engine.protocol.tracing import BATCH, OpenMoment, WriteCell


def check_cells(held, types, most=2):
    """Write out some numbers of all tensors of all nodes, of samples and the batch."""
    chosen, wrong = random.Random(1), []
    count = moments.samples_of(held)
    for path in held.recording.moments:
        for sample in (BATCH, chosen.randrange(count)):
            opened = moments.opened(held, OpenMoment(path, sample), types[path])
            for piece in opened.pieces:
                for _ in range(most):
                    cell = tuple(chosen.randrange(size) for size in piece.shape)
                    ask = WriteCell(path, piece.name, cell, sample)
                    told = cells.written(held, ask, types[path])
                    if not told.lines:
                        continue
                    gap = abs(told.lines[-1].value - told.value)
                    if gap > 1e-7 * max(1.0, abs(told.value)):
                        wrong.append((types[path], piece.name, sample, cell,
                                      told.value, told.lines[-1].value))  # fmt: skip
    assert not wrong, wrong[:5]
