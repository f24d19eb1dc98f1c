"""What is exported: weights and buffers by name, and words about their origin."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from engine.data.catalog import load
from engine.graph import ports
from engine.graph.model import Node, Project
from engine.training.runs import Run

FORMAT_VERSION = 1


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
        "format_version": str(FORMAT_VERSION),
        "data_scaling": json.dumps(scaling(project), sort_keys=True),
    }


def scaling(project: Project) -> dict[str, dict[str, object]]:
    """Return how each data node scales its ports: port → numbers to apply."""
    return {
        node.id: {
            port: step.as_dict()
            for port, step in load(ports.params(node)).scaling.items()
        }
        for node in _data_nodes(project)
    }


def _data_nodes(project: Project) -> Iterator[Node]:
    graphs = [project.graph, *(block.graph for block in project.blocks.values())]
    for graph in graphs:
        yield from (node for node in graph.nodes.values() if node.type == "data")
