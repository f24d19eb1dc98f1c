"""Whether two trainings are judged by the same: else their scores prove nothing."""

import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.compile.flatten import FlatNode
from engine.explain.diagnose import watch
from engine.explain.diagnose.rules import adversaries
from engine.explain.diagnose.rules.choices import answer
from engine.graph.model import Project
from engine.i18n import tr
from engine.layers import registry
from engine.training.loop.trainer import Trainer

_WEIGHTED = frozenset({"dense", "conv", "recurrent", "attention", "norm", "io"})
"""Categories of layers that are the network and not what judges it."""
_PIECE = 1024


class Judged(NamedTuple):
    """What a training is judged by.

    Args:
        losses: Path, type and settings of each loss, and of what makes it by hand.
        truth: Samples that are judged, and a sum over what is compared with.
        leaks: Whether the answer is among the inputs.
        plays: Whether two networks play against each other, and both can be seen.
    """

    losses: tuple[tuple[str, ...], ...]
    truth: tuple[int, int]
    leaks: bool
    plays: bool


def judged(trainer: Trainer, project: Project) -> Judged:
    """Return what a training that has not begun will be judged by."""
    record = watch.record_of(trainer, project)
    by_path = {node.path: node for node in record.nodes}
    losses = [node for node in record.nodes if _category(node) == "loss"]
    return Judged(
        tuple(words for loss in losses for words in _words(loss, by_path)),
        _truth(trainer, record.nodes),
        answer.check(record) is not None,
        adversaries.shown(record) is not None,
    )


def doubt(before: Judged, after: Judged, *, by_loss: bool) -> str:
    """Return why two scores can't be compared; empty where they can.

    Args:
        before: Of the training without the cure.
        after: Of that with it.
        by_loss: The score is a loss, and no metric.
    """
    if before.leaks and not after.leaks:
        return tr(
            "Its score can't prove this: the answer stood among the inputs, so the "
            "score before was no achievement, and must fall without it."
        )
    if before.plays:
        return ""  # judged by what is made, see `Apart`
    if by_loss and before.losses != after.losses:
        return tr(
            "The loss can't prove this: the cure changes the loss itself, and its "
            "values are of another scale. Add a metric, which stays the same."
        )
    if before.truth != after.truth:
        return tr(
            "This can't be proved: with the cure other samples or targets are judged, "
            "so that both scores are answers to different questions."
        )
    return ""


def _words(
    loss: FlatNode, by_path: Mapping[str, FlatNode]
) -> Iterator[tuple[str, ...]]:
    """Yield what a loss is: its settings, and all that is done for it by hand."""
    waiting, seen = [loss], {loss.path}
    while waiting:
        node = waiting.pop()
        yield node.path, node.type, repr(sorted(node.params.items()))
        if loss.type != "minimise":
            return
        for _, source in node.inputs:
            found = by_path.get(source.path)
            if found and found.path not in seen and _category(found) not in _WEIGHTED:
                seen.add(found.path)
                waiting.append(found)


def _truth(trainer: Trainer, nodes: tuple[FlatNode, ...]) -> tuple[int, int]:
    """Return how many samples are judged, and a sum over what losses read of data."""
    judges = [node for node in nodes if _category(node) in {"loss", "metric"}]
    wires = [source for node in judges for _, source in node.inputs]
    names = {f"{source.path}.{source.port}" for source in wires}
    count = total = 0
    for size, batch in trainer.parts.feeds.validation_batches(_PIECE):
        count += size
        for name in sorted(names & batch.keys()):
            total = zlib.crc32(batch[name].cpu().contiguous().numpy().tobytes(), total)
    return count, total


def _category(node: FlatNode) -> str:
    return registry.get(node.type).category
