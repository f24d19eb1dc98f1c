"""How much made samples differ, beside real ones: what a discriminator is shown.

Axes: N samples, D numbers of a sample.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.training.evaluation.evaluation import Evaluator
from engine.training.evaluation.feeds import Feeds

SAMPLES, MANY = 256, 500
"""For a deviation; for a distance."""


def deviation(samples: Tensor) -> float:
    """Return the root of the summed variances of all numbers of a sample.

    Shape:
        N×… → one number
    """
    flat_ND = samples.detach().float().flatten(1)
    return float(flat_ND.var(0, correction=0).sum().sqrt())


def look(
    evaluator: Evaluator, feeds: Feeds, real: FlatNode, made: FlatNode
) -> Iterator[float | None]:
    """Yield None while it looks, and at the end made deviation over real deviation.

    Args:
        evaluator: Runs the network.
        feeds: Bring samples and noise.
        real: Layer that real samples flow into.
        made: The same for made ones; both use the same weights.
    """
    shown = _shown(evaluator, feeds, SAMPLES, (real, made))
    if shown is not None:
        truth = deviation(shown[0])
        yield deviation(shown[1]) / truth if truth > 0 else None


def apart(evaluator: Evaluator, feeds: Feeds, real: FlatNode, made: FlatNode) -> float:
    """Return how far made samples are from real ones; NaN where none can be seen.

    Args:
        evaluator: Runs the network.
        feeds: Bring samples and noise.
        real: Layer that real samples flow into.
        made: The same for made ones.
    """
    shown = _shown(evaluator, feeds, MANY, (real, made))
    return math.nan if shown is None else distance(*shown)


def distance(real: Tensor, made: Tensor) -> float:
    """Return the energy distance of two samples: 0 only where they are alike.

    2·mean‖x − y‖ − mean‖x − x′‖ − mean‖y − y′‖ over all pairs.

    Shape:
        N×…, M×… → one number

    Source: Székely & Rizzo 2013, Energy statistics
    """
    real_ND, made_MD = (x.detach().float().flatten(1) for x in (real, made))
    pairs = ((real_ND, made_MD), (real_ND, real_ND), (made_MD, made_MD))
    across, one, two = (float(torch.cdist(*pair).mean()) for pair in pairs)
    return 2 * across - one - two


def _shown(
    evaluator: Evaluator, feeds: Feeds, count: int, nodes: tuple[FlatNode, FlatNode]
) -> tuple[Tensor, Tensor] | None:
    """Return what flows into both nodes, which are one module."""
    real, made = nodes
    batch = next(feeds.spread_batches(count, count))
    with Watch(evaluator.program, real.home) as seen:
        evaluator.everything(batch)
    calls = [n.path for n in evaluator.program.nodes if n.home == real.home]
    shown = dict(zip(calls, seen, strict=False))
    if {real.path, made.path} <= shown.keys():
        return shown[real.path], shown[made.path]
    return None


class Watch:
    """Keeps what flows into the module at a home, call by call."""

    def __init__(self, program: Program, home: str) -> None:
        self._module, self._seen = program.modules.at(home), list[Tensor]()

    def __enter__(self) -> list[Tensor]:
        self._hook = self._module.register_forward_pre_hook(self._keep)
        return self._seen

    def __exit__(self, *_exception: object) -> None:
        self._hook.remove()

    def _keep(self, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._seen.append(inputs[0])
