"""Why did this weight move? What each sample of the batch adds to a gradient.

The gradient at the inputs of the losses is taken apart by sample; what remains is a
backward pass per sample, all in one batched call. So the shares add up to the gradient
for every loss, also where samples influence each other (BatchNorm): a share is what the
sample's own part of the loss asks for, through all others.

Source: autograd's `is_grads_batched` on the step's own graph. `vmap(grad)` of a single
sample would not be this step: no batch statistics, other dropout.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.explain.trace.recording import Recording, running

MOST_BYTES = 256 << 20
"""Gradients of samples that are held at once."""


def contributions(
    recorded: Recording, parameter: nn.Parameter, cell: Sequence[slice | int] = ()
) -> Tensor:
    """Return what each sample adds to the gradient of a tensor of weights.

    Args:
        recorded: A step; weights are still those of then.
        parameter: One of its phase.
        cell: Which of its numbers; all by default.

    Returns:
        Rows add up to the gradient.

    Threads: the one that trains.

    Shape:
        K… → N×(K… at the cell)
    """
    again = (recorded.phase, recorded.feeds, recorded.random, recorded.around)
    with running(*again) as live:
        ends = [
            (x, slope)
            for path in recorded.phase.losses
            for x, slope in zip(
                live.recorder.use_of(path).inputs,
                recorded.moments[path].given,
                strict=True,
            )
            if x.requires_grad and slope is not None
        ]
        count = max((len(x) for x, _ in ends if x.dim()), default=0)
        rows = max(1, min(count, MOST_BYTES // max(1, 8 * parameter.numel())))
        found = [
            _rows(ends, range(start, min(start + rows, count)), count, parameter)
            for start in range(0, count, rows)
        ]
    whole = torch.cat(found) if found else parameter.new_zeros(0, *parameter.shape)
    return whole[(slice(None), *cell)]


def _rows(
    ends: Sequence[tuple[Tensor, Tensor]],
    samples: range,
    count: int,
    parameter: nn.Parameter,
) -> Tensor:
    """Return the gradient of single samples.

    What belongs to no sample (a loss that is fed by another number per batch) is
    spread over all of them.
    """
    cotangents = []
    for _, slope in ends:
        rows = slope.new_zeros(len(samples), *slope.shape)
        for row, sample in enumerate(samples):
            if slope.dim() and len(slope) == count:
                rows[row, sample] = slope[sample]
            else:
                rows[row] = slope / count
        cotangents.append(rows)
    found: tuple[Tensor | None, ...] = torch.autograd.grad(
        [x for x, _ in ends],
        [parameter],
        cotangents,
        retain_graph=True,
        allow_unused=True,
        is_grads_batched=True,
    )
    if found[0] is None:
        return parameter.new_zeros(len(samples), *parameter.shape)
    return found[0]
