"""How much made samples differ, beside real ones: what a discriminator is shown.

Axes: N samples, D numbers of a sample.
"""

from collections.abc import Iterator

from torch import Tensor, nn

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.training.evaluation.evaluation import Evaluator
from engine.training.evaluation.feeds import Feeds

SAMPLES = 256


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
    for batch in feeds.spread_batches(SAMPLES, SAMPLES):
        with Watch(evaluator.program, real.home) as seen:
            evaluator.everything(batch)
        calls = [n.path for n in evaluator.program.nodes if n.home == real.home]
        shown = dict(zip(calls, seen, strict=False))
        if {real.path, made.path} <= shown.keys():
            truth = deviation(shown[real.path])
            yield deviation(shown[made.path]) / truth if truth > 0 else None
        return


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
