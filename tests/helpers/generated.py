"""What a trained generator makes, judged: scores that need the network to run on.

`chain.within` and `chain.modes` are ModeCoverage of the points that the view `chain`
ends with; `images.certainty` and `images.classes` are what the default preset's net
thinks of the images that flow into the view `images`; `loss.gradient_ratio` compares
the first and the last layer.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import torch

import presets
from engine.compile.modules.metrics import build_metric
from engine.layers import registry
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from engine.training.views.node import quietly

NUM_IMAGES = 1000


def scores(folder: Path, metrics: Iterable[str]) -> dict[str, float]:
    """Return those of `metrics` that are made here.

    Args:
        folder: Of a run that has ended.
        metrics: Names, `<view>.<what>`.
    """
    wanted = [metric for metric in metrics if metric.partition(".")[2] in SCORES]
    if not wanted:
        return {}
    trainer = Trainer.resume(runs.open_run(folder))
    for _ in trainer.viewing.make(trainer.step):
        pass
    views = {view.node: view.arrays for view in trainer.viewing.take()}
    found = {}
    for metric in wanted:
        node, _, what = metric.partition(".")
        found[metric] = SCORES[what](trainer, views.get(node, {}), node)
    return found


def _coverage(measure: str):
    return lambda _trainer, arrays, _node: coverage(arrays["points"], measure)


def _certainty(trainer: Trainer, arrays, node: str) -> float:
    shares = sureness(images(trainer, arrays, node))
    return shares.max(1).values.mean().item()


def _classes(trainer: Trainer, arrays, node: str) -> float:
    answers = sureness(images(trainer, arrays, node)).argmax(1)
    return float(len(answers.unique()))


def gradient_ratio(trainer: Trainer, _arrays=None, _node: str = "") -> float:
    """Return the last layer's gradient norm over the first layer's, for one batch."""
    phase = trainer.parts.phases[0]
    phase.backward(phase.loss(phase.forward(trainer.parts.feeds.first())))
    layers = list(trainer.parts.program.layer_parameters.values())
    first, last = (
        torch.stack([weight.grad.norm() for weight in layer]).norm().item()
        for layer in (layers[0], layers[-1])
    )
    return last / max(first, 1e-30)


SCORES = {
    "within": _coverage("within"),
    "modes": _coverage("modes"),
    "certainty": _certainty,
    "classes": _classes,
    "gradient_ratio": gradient_ratio,
}


def diverged(folder: Path) -> dict:
    """Return what is known of a run that ended itself: `loss.steps` until then."""
    run = runs.open_run(folder)
    steps, _, _ = run.read_losses()
    ended = run.state == "diverged"
    run.close()
    made = float(len(steps)) if ended else None
    return {"validation": {"loss.steps": made}, "seconds": 0.0, "state": run.state}


def coverage(points, measure: str) -> float:
    """Return ModeCoverage with its defaults."""
    params = registry.get("mode_coverage").complete({"measure": measure})
    metric = build_metric("mode_coverage", params)
    metric.update((torch.as_tensor(points),))
    return metric.value()


def images(trainer: Trainer, arrays, node: str) -> torch.Tensor:
    """Return images N×1×28×28 in 0..1: of a chain its last, else what flows in."""
    if "samples" in arrays:
        return torch.as_tensor(arrays["samples"]).permute(0, 3, 1, 2).float() / 255
    feeds, found = trainer.parts.feeds, []
    for _, batch in feeds.validation_batches(250):
        found.append(seen(trainer, batch, node))
    return torch.cat(found)[:NUM_IMAGES]


def seen(trainer: Trainer, batch, node: str) -> torch.Tensor:
    """Return what flows into a view or a metric, of the weights that are looked at."""
    program = trainer.parts.program
    with trainer.parts.averaged.in_place(), quietly(program, batch, half=False):
        return program.evaluation.run(batch)[node][0]


def sureness(pictures: torch.Tensor) -> torch.Tensor:
    """Return the shares N×10 that the default preset's net gives each class."""
    trainer = classifier()
    program = trainer.parts.program.evaluation
    batch = {
        name: torch.zeros(len(pictures), dtype=torch.int64)
        for name in program.feed_names
    }
    batch["data.image"] = pictures
    return seen(trainer, batch, "confusion").softmax(1)


@cache
def classifier() -> Trainer:
    """Return the default preset, trained."""
    trainer = Trainer(presets.load(presets.DEFAULT), threads=1, monitor=False)
    for _ in trainer.steps():
        pass
    return trainer
