"""What is exported: weights and buffers by name, and words about their origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from engine.export import origin
from engine.training.records.runs import Run


@dataclass(frozen=True)
class Weights:
    """Weights of a network at one step.

    Args:
        tensors: `<node path>.<torch name>` → weights or buffer.
        metadata: Words about their origin, for formats that can hold them.
        step: Steps made.
    """

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict)
    step: int = 0


def of_run(run: Run, *, averaged: bool = True) -> Weights:
    """Return weights and buffers of the newest checkpoint of a run.

    Args:
        run: Its folder.
        averaged: The running mean of the weights, where the run keeps one.

    Raises:
        TrainingError: When there is no (sound) checkpoint.
    """
    tensors = run.load_weights(averaged=averaged)
    return Weights(tensors, _origin(run, run.step, averaged=averaged), run.step)


def of_modules(
    modules: nn.Module, run: Run, step: int, mean: Mapping[str, Tensor] | None = None
) -> Weights:
    """Return the weights and buffers of a network in training as they are in use.

    Args:
        modules: The network.
        run: Where it is recorded.
        step: Steps made.
        mean: Takes the place of the weights of these names.

    Threads: the training thread, which may not make a step while they are used.
    """
    tensors = {**modules.state_dict(), **(mean or {})}
    return Weights(tensors, _origin(run, step, averaged=mean is not None), step)


def _origin(run: Run, step: int, *, averaged: bool) -> dict[str, str]:
    project = run.project
    decay = project.training.decay if averaged else 0.0
    return {
        "project": project.name,
        "run": run.folder.name,
        "step": str(step),
        "weight_averaging": f"{decay:g}",
        **origin.of_project(project),
    }
