"""Which ReLUs stay shut: watched while samples from all over the data pass through.

Axes: B batch, C channels, F features, H W height and width, T time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.training.evaluation.evaluation import Evaluator
from engine.training.evaluation.feeds import Feeds

RELUS = frozenset({"relu", "relu6"})
MOST_SAMPLES = 1024
"""Of the training part, drawn without order; all where there are fewer."""
LEAST_SAMPLES, LEAST_UNITS = 32, 4
"""With fewer, closed units are chance."""
_BATCH = 256
_AXES: dict[int, tuple[tuple[int, ...], ...]] = {
    2: ((0,),),
    3: ((0, 1), (0, 2)),
    4: ((0, 2, 3),),
}
"""Dimensions → over what a unit must be closed; for three either may be the units."""
Hook = Callable[[nn.Module, object, Tensor], None]


@dataclass
class Shut:
    """Which units of one ReLU no sample has opened so far.

    Args:
        samples: How many samples have been seen.
        masks: For each choice of what a unit is, 1 where one stayed shut.
    """

    samples: int = 0
    masks: tuple[Tensor, ...] = field(default_factory=tuple)

    def add(self, output: Tensor) -> None:
        """Take in what the ReLU puts out for a batch.

        Shape:
            B×F or B×C×H×W, units F and C; B×T×F may be B×C×T
        """
        shut = (output.detach() <= 0).to(torch.uint8)
        # The least of 0 and 1 is an “and”: 1 only where every sample and place is shut.
        masks = [torch.amin(shut, dim=axis) for axis in _AXES.get(output.dim(), ())]
        if self.masks and [m.shape for m in self.masks] == [m.shape for m in masks]:
            masks = [one & two for one, two in zip(self.masks, masks, strict=True)]
        self.masks, self.samples = tuple(masks), self.samples + len(output)

    @property
    def share(self) -> float | None:
        """Share of the units that stayed shut; None where that is unclear.

        Where two dimensions may be the units, what is less dead counts.
        """
        if self.samples < LEAST_SAMPLES or not self.masks:
            return None
        if any(mask.numel() < LEAST_UNITS for mask in self.masks):
            return None
        return min(float(mask.float().mean()) for mask in self.masks)


@dataclass(frozen=True)
class Dead:
    """What one look has found.

    Args:
        samples: How many passed through.
        shares: Path of a ReLU → share of its units that none of them opened.
    """

    samples: int = 0
    shares: dict[str, float] = field(default_factory=dict)


def relus(nodes: Iterable[FlatNode]) -> tuple[FlatNode, ...]:
    """Return the nodes to look at."""
    return tuple(node for node in nodes if node.type in RELUS)


def look(evaluator: Evaluator, feeds: Feeds) -> Iterator[Dead | None]:
    """Yield None after each batch, and what was found at the end."""
    seen: dict[str, Shut] = {}
    samples = 0
    for batch in feeds.spread_batches(MOST_SAMPLES, _BATCH):
        with _watched(evaluator.program, seen):
            evaluator.everything(batch)
        samples += len(next(iter(batch.values())))
        yield None
    shares = {path: shut.share for path, shut in seen.items()}
    yield Dead(samples, {p: share for p, share in shares.items() if share is not None})


@contextmanager
def _watched(program: Program, seen: dict[str, Shut]) -> Iterator[None]:
    """Let every ReLU that runs inside tell what stays shut; calls of one add up."""
    homes = {node.home: node.path for node in relus(program.nodes)}
    hooks = []
    for home, path in homes.items():
        add = _hook(seen.setdefault(path, Shut()))
        hooks.append(program.modules.at(home).register_forward_hook(add))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _hook(shut: Shut) -> Hook:
    def add(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        shut.add(output)

    return add
