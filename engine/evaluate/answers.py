"""What a trained network answers on a part of the data, beside what is right.

Axes: N samples, P places of a sample that are judged, C classes, D numbers of a sample.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.compile.modules.losses import Labelled
from engine.i18n import tr
from engine.measure.views import classes as scoring
from engine.measure.views.subject import flat, host
from engine.protocol.arrays import Floats, Ints
from engine.training.baselines.ways import Ways
from engine.training.evaluation import subprograms
from engine.training.evaluation.evaluation import BATCH_SIZE
from engine.training.evaluation.sources import Batch
from engine.training.parts.assembly import Assembly
from engine.training.views.labels import words_of
from engine.training.views.node import quietly

CHOOSING = frozenset({"cross_entropy", "nll", "multi_margin"})
"""Losses whose target is one class of several."""
YES_OR_NO = frozenset({"bce", "bce_with_logits"})
"""Losses whose target is yes (1) or no (0) at every place."""
NUMERIC = frozenset({"mse", "l1", "huber", "smooth_l1", "log_cosh"})
"""Losses whose target is a number at every place."""
_MOST_SAMPLES, _MOST_NUMBERS = 20_000, 20_000_000
_SEED = 20


@dataclass(frozen=True)
class Chosen:
    """Answers that choose a class.

    Args:
        samples: N.
        shares: Of every class at every place (N·P, C), adding to 1.
        labels: Class that is right there (N·P,); −1 where none counts.
        names: Of the classes.
        is_sure: Shares are meant as probabilities.
    """

    samples: int
    shares: Floats
    labels: Ints
    names: tuple[str, ...]
    is_sure: bool = True

    @property
    def places(self) -> int:
        """Places of a sample, P."""
        return len(self.labels) // self.samples

    @property
    def counted(self) -> "Chosen":
        """The same without places that don't count; each place is a sample then."""
        counts = self.labels >= 0
        shares, labels = self.shares[counts], self.labels[counts]
        return Chosen(len(labels), shares, labels, self.names, self.is_sure)

    @property
    def answers(self) -> Ints:
        """The class of the largest share at every place (N·P,)."""
        found: Ints = self.shares.argmax(1)
        return found

    @property
    def right(self) -> Ints:
        """1 where the answer is right, otherwise 0 (N·P,)."""
        right: Ints = (self.answers == self.labels).astype(np.int64)
        return right

    @property
    def right_of_samples(self) -> Floats:
        """Share of right answers of each sample (N,); NaN where none counts."""
        counts = (self.labels >= 0).reshape(self.samples, -1)
        right = self.right.reshape(self.samples, -1) * counts
        with np.errstate(invalid="ignore"):
            shares: Floats = right.sum(1) / counts.sum(1)
        return shares


@dataclass(frozen=True)
class Given:
    """Answers that are numbers.

    Args:
        samples: N.
        answers: In the unit of the data set (N, D).
        targets: Likewise (N, D).
    """

    samples: int
    answers: Floats
    targets: Floats


class Examination:
    """Asks a network what one of its losses judges.

    Args:
        parts: Of a training, with the weights to judge.
        path: Of the loss.

    Attributes:
        node: Of the loss.
        extent: How much data there is.
        is_new: There are samples that training never saw.
        network: Computes what the loss judges, from feeds.

    Threads: the training thread alone.
    """

    def __init__(self, parts: Assembly, path: str) -> None:
        self._program, self._feeds = parts.program, parts.feeds
        self.node = self._program.node(path)
        made = subprograms.results(self._program.evaluation)[path]
        args = made if isinstance(made, tuple) else tuple(made.args)
        ports = [port for port, _ in self.node.inputs]
        wanted = tuple(args[ports.index(port)] for port in ("input", "target"))
        self.network = subprograms.cut(self._program.evaluation, wanted[0])
        cone = subprograms.cut(self._program.evaluation, wanted)
        assert cone is not None
        self._cone = cone
        self._words = words_of(self._program, self.node, cone.feed_names)
        self.extent = self._feeds.extent(cone.feed_names)
        self.is_new = self.extent.num_validation > 0

    @property
    def chooses(self) -> bool:
        """Whether its answers are classes; otherwise they are numbers."""
        return self.node.type in CHOOSING | YES_OR_NO

    def ask(self, *, new: bool = True, noise: float = 0.0) -> "Chosen | Given":
        """Return answers and targets of a part; changes nothing.

        Args:
            new: Of the samples that training never saw, if there are some; otherwise
                of as many training samples.
            noise: Normal noise on all decimal inputs, in standard deviations of each.
        """
        found, samples, numbers = [], 0, 0
        for size, batch in self._batches(new=new, noise=noise):
            found.append(self._judged(batch))
            samples += size
            numbers += found[-1][0].size
            if samples >= _MOST_SAMPLES or numbers >= _MOST_NUMBERS:
                break
        answers, targets = (np.concatenate(part) for part in zip(*found, strict=True))
        if not self.chooses:
            return Given(samples, answers, targets)
        names = self.names(answers.shape[1])
        is_sure = self.node.type != "multi_margin"
        return Chosen(samples, answers, targets, names, is_sure=is_sure)

    def ask_all_training(self) -> "Chosen | Given":
        """Return answers and targets of every training sample, in their order."""
        count = self.extent.num_train
        found = [
            self._judged(batch)
            for _, batch in self._feeds.spread_part(
                self._cone.feed_names, count, BATCH_SIZE, count, new=False
            )
        ]
        answers, targets = (np.concatenate(part) for part in zip(*found, strict=True))
        if not self.chooses:
            return Given(count, answers, targets)
        return Chosen(count, answers, targets, self.names(answers.shape[1]))

    def columns(self, samples: int) -> dict[str, Floats]:
        """Return what a table has in its columns, in their own units, by name.

        Args:
            samples: How many of the part that `ask` judges, from its start.
        """
        sample = self._words.sample
        if not sample.names or not sample.feed:
            return {}
        found, count = [], 0
        for size, batch in self._batches(new=True, noise=0.0):
            found.append(flat(batch[sample.feed]))
            count += size
            if count >= samples:
                break
        whole = np.concatenate(found)[:samples].astype(np.float64)
        if whole.shape[1] != len(sample.names):
            return {}
        raw = sample.undo(whole) if sample.undo else whole
        return dict(zip(sample.names, raw.T, strict=True))

    def names(self, count: int) -> tuple[str, ...]:
        """Return a name for each of `count` classes."""
        if self.node.type in YES_OR_NO and len(self._words.classes) != count:
            return tr("no"), tr("yes")
        return scoring.names(self._words.classes, count)

    def target_names(self, count: int) -> tuple[str, ...]:
        """Return a name for each of `count` numbers that are answered."""
        known = self._words.names.get("target", ())
        if len(known) == count:
            return known
        return numbered(count)

    def _batches(self, *, new: bool, noise: float) -> Iterator[tuple[int, Batch]]:
        make = self._feeds.validation_batches if new else self._feeds.training_batches
        generator = torch.Generator().manual_seed(_SEED)
        for size, batch in make(BATCH_SIZE, self.extent):
            yield size, self._noisy(batch, noise, generator) if noise else batch

    def _noisy(self, batch: Batch, noise: float, generator: torch.Generator) -> Batch:
        """Return a batch with noise on what is answered from, not on the target."""
        aim = dict(self.node.inputs)["target"]
        found = dict(batch)
        for name in self._cone.feed_names:
            feed = batch[name]
            if feed.is_floating_point() and name != f"{aim.path}.{aim.port}":
                drawn = torch.randn(feed.shape, generator=generator).to(feed)
                found[name] = feed + noise * feed.std(correction=0) * drawn
        return found

    def _judged(self, batch: Batch) -> tuple[Floats, Ints | Floats]:
        """Return answers and targets of a batch, as `Chosen` or `Given` have them."""
        with quietly(self._program, batch, half=False):
            scores, target = self._cone.run(batch)
        return self.answers(scores), self._targets(target)

    def answers(self, scores: Tensor) -> Floats:
        """Return what the loss is given as shares (N·P, C) or numbers (N, D)."""
        if self.node.type in YES_OR_NO:
            is_logit = self.node.type == "bce_with_logits"
            yes = flat((scores.sigmoid() if is_logit else scores).reshape(-1, 1))
            return np.concatenate([1 - yes, yes], axis=1)
        if not self.chooses:
            return self._words.undo.get("input", _as_it_is)(flat(scores))
        scores, (dim, _) = scores.float(), self._labelled
        shares = scores.exp() if self.node.type == "nll" else scores.softmax(dim)
        return flat(shares.movedim(dim, -1).reshape(-1, shares.shape[dim]))

    def _targets(self, target: Tensor) -> Ints | Floats:
        if self.node.type in YES_OR_NO:
            yes: Ints = (flat(target.reshape(-1, 1))[:, 0] > 0.5).astype(np.int64)
            return yes
        if not self.chooses:
            return self._words.undo.get("target", _as_it_is)(flat(target))
        dim, ignored = self._labelled
        if target.is_floating_point():  # a probability of each class
            target = target.argmax(dim)
        labels: Ints = host(target.reshape(-1)).astype(np.int64)
        return labels if ignored is None else np.where(labels == ignored, -1, labels)

    @property
    def _labelled(self) -> tuple[int, int | None]:
        """The dimension of the classes, and the label that doesn't count."""
        loss = self._program.modules.at(self.node.home)
        return (
            (loss.dim, loss.ignore_index) if isinstance(loss, Labelled) else (1, None)
        )


def numbered(count: int) -> tuple[str, ...]:
    """Return a word for each of several answers without names."""
    return (
        tuple(f"answer {n}" for n in range(1, count + 1)) if count > 1 else ("answer",)
    )


def _as_it_is(values: Floats) -> Floats:
    return values


def examinations(parts: Assembly) -> dict[str, Examination]:
    """Return what can be judged of a training, by the path of its loss.

    What is judged are answers that weights make against targets out of data.
    """
    ways, known = Ways(parts.program), CHOOSING | YES_OR_NO | NUMERIC
    return {
        path: Examination(parts, path)
        for path in parts.program.evaluation.losses
        if ways.nodes[path].type in known and ways.is_honest(ways.nodes[path])
    }
