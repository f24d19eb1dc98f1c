"""What a trained generator makes, judged: scores that need the network to run on.

`chain.within` and `chain.modes` are ModeCoverage of the points that the view `chain`
ends with; `images.certainty` and `images.classes` are what the default preset's net
thinks of the images that flow into the view `images`.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import torch

import presets
from engine.compile.metrics import build_metric
from engine.layers import registry
from engine.training import runs
from engine.training.trainer import Trainer

NUM_IMAGES = 1000


def scores(folder: Path, metrics: Iterable[str]) -> dict[str, float]:
    """Return those of `metrics` that are made here.

    Args:
        folder: Of a finished run.
        metrics: Names, `<view>.<what>`.
    """
    wanted = [metric for metric in metrics if "." in metric]
    if not wanted:
        return {}
    trainer = Trainer.resume(runs.open_run(folder), monitor=False)
    return {metric: _score(trainer, *metric.split(".")) for metric in wanted}


def _score(trainer: Trainer, view: str, what: str) -> float:
    if what in {"within", "modes"}:
        return coverage(_view(trainer, view)["points"], what)
    shares = sureness(images(trainer, view))
    if what == "classes":
        return float(len(shares.argmax(1).unique()))
    return shares.max(1).values.mean().item()


def coverage(points, measure: str) -> float:
    """Return ModeCoverage with its defaults."""
    params = registry.get("mode_coverage").complete({"measure": measure})
    metric = build_metric("mode_coverage", params)
    metric.update((torch.as_tensor(points),))
    return metric.value()


def _view(trainer: Trainer, node: str):
    for _ in trainer.viewing.make(trainer.step):
        pass
    made = {view.node: view for view in trainer.viewing.take()}
    return made[node].arrays


def images(trainer: Trainer, node: str) -> torch.Tensor:
    """Return images N×1×28×28 in 0..1: of a chain its last, else what flows in."""
    if trainer.parts.program.node(node).type == "denoising_chain":
        tiles = torch.as_tensor(_view(trainer, node)["samples"])
        return tiles.permute(0, 3, 1, 2).float() / 255
    feeds, found = trainer.parts.feeds, []
    for _, batch in feeds.validation_batches(250):
        found.append(trainer.parts.evaluator.forward(batch)[node][0])
    return torch.cat(found)[:NUM_IMAGES]


def sureness(pictures: torch.Tensor) -> torch.Tensor:
    """Return the shares N×10 that the default preset's net gives each class."""
    trainer = classifier()
    program = trainer.parts.program.evaluation
    batch = {
        name: torch.zeros(len(pictures), dtype=torch.int64)
        for name in program.feed_names
    }
    batch["data.image"] = pictures
    return trainer.parts.evaluator.forward(batch)["confusion"][0].softmax(1)


@cache
def classifier() -> Trainer:
    """Return the default preset, trained."""
    trainer = Trainer(presets.load(presets.DEFAULT), threads=1, monitor=False)
    for _ in trainer.steps():
        pass
    return trainer
