"""Which ReLUs stay shut: watched during one batch of an evaluation.

Axes: B batch, C channels, F features, H W height and width, T time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from engine.compile.program import Program

RELUS = frozenset({"relu", "relu6"})
MOST_SAMPLES = 64
"""Of the batch, so that a look costs little."""
LEAST_SAMPLES, LEAST_UNITS = 32, 4
"""With fewer, closed units are chance."""
_AXES: dict[int, tuple[tuple[int, ...], ...]] = {
    2: ((0,),),
    3: ((0, 1), (0, 2)),
    4: ((0, 2, 3),),
}
"""Dimensions → over what a unit must be closed; for three either may be the units."""
Hook = Callable[[nn.Module, object, Tensor], None]


@contextmanager
def watched(program: Program, shares: dict[str, float]) -> Iterator[None]:
    """Fill `shares` with the dead share of every ReLU that runs inside.

    Args:
        program: Whose evaluation runs.
        shares: Path → share of its units that no sample opens.
    """
    homes = {node.home: node.path for node in program.nodes if node.type in RELUS}
    hooks = [
        program.modules.at(home).register_forward_hook(_hook(path, shares))
        for home, path in homes.items()
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _hook(path: str, shares: dict[str, float]) -> Hook:
    def look(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        share = dead_share(output)
        if share is not None:
            shares[path] = share

    return look


def dead_share(output: Tensor) -> float | None:
    """Return the share of units that are closed for every sample; None if unclear.

    Shape:
        B×F or B×C×H×W, units F and C; B×T×F may be B×C×T: what is less dead counts
    """
    axes = _AXES.get(output.dim(), ())
    if len(output) < LEAST_SAMPLES or not axes:
        return None
    shut = (output.detach()[:MOST_SAMPLES] <= 0).to(torch.uint8)
    dead = [torch.amin(shut, dim=axis) for axis in axes]
    if any(each.numel() < LEAST_UNITS for each in dead):
        return None
    return min(float(each.float().mean()) for each in dead)
