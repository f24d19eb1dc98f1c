"""The lazy baseline of every score: what an answer reaches that looks at no input.

It is learnt from the training part alone and judged by the very loss or metric, on the
part that is evaluated. Where no such answer is honest there is none: targets that are
no data, answers of a network that others work against, scores without a best constant.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from engine.advice.document.guarded import advised
from engine.compile.flatten import FlatNode
from engine.layers.datasets.catalogue import spec_of
from engine.protocol import baselines
from engine.protocol.baselines import Baseline, Kind
from engine.training.baselines import answers
from engine.training.baselines.answers import Answer, Asked
from engine.training.baselines.earlier import earlier
from engine.training.baselines.ways import Ways
from engine.training.evaluation import subprograms
from engine.training.evaluation.evaluation import BATCH_SIZE, Evaluator, Score
from engine.training.evaluation.sources import Batch
from engine.training.parts.assembly import Assembly

MOST_ROWS, _FEWEST_ROWS = 20_000, 200
"""Samples that are looked at where there are more, and where each is very large."""
_MOST_NUMBERS, _SCORES = 16_000_000, 8
"""Numbers that are judged for a score, while there are not more scores than these."""
_AT_ONCE = 400_000
"""Numbers that are judged at once: more don't fit into a processor's own memory."""
_MOST_LEARNT = 4_000_000
"""Numbers in all targets that are learnt from: they are in memory at once."""
_LONGEST_NAME = 24

Inputs = tuple[Tensor, ...]


@dataclass(frozen=True)
class Lazy:
    """An answer that can be given for any batch.

    Args:
        kind: How it was learnt.
        give: Batch and its targets → inputs of the score.
        chosen: Class that is always answered, −1 where there is none.
    """

    kind: Kind
    give: Callable[[Batch, Tensor], Inputs]
    chosen: int = -1


def found(parts: Assembly) -> dict[str, Baseline]:
    """Return the baselines of a training by node path; changes nothing about it.

    `loss` is that of the total where a single phase minimises it.

    Threads: the training thread alone.
    """
    known: dict[str, Baseline] = {}
    evaluator, ways = parts.evaluator, Ways(parts.program)
    for path in evaluator.names:
        known.update(advised(_of_score, evaluator, ways, path))
    if len(parts.phases) == 1 and baselines.TOTAL not in evaluator.names:
        whole = baselines.total(parts.phases[0].goal, known)
        known.update({baselines.TOTAL: whole} if whole else {})
    return known


def _of_score(
    evaluator: Evaluator, ways: Ways, path: str
) -> Iterator[tuple[str, Baseline]]:
    node = ways.nodes[path]
    if node.type in answers.KNOWN and ways.is_honest(node):
        with torch.no_grad():
            best = _Judge(evaluator, ways, node).best()
        if best is not None:
            yield path, best


class _Judge:
    """Learns and judges the lazy answers of one score.

    Args:
        evaluator: Whose score.
        ways: Through its program.
        node: Of the loss or metric.
    """

    def __init__(self, evaluator: Evaluator, ways: Ways, node: FlatNode) -> None:
        program, self._feeds = evaluator.program, evaluator.feeds
        self._program, self._ways, self._node = program, ways, node
        self._wires = dict(node.inputs)
        self._crowd = max(1, len(evaluator.names) // _SCORES)
        self._start = ways.start_of(self._wires["target"])
        place = [port for port, _ in node.inputs].index("target")
        made = subprograms.results(program.evaluation)[node.path]
        args = made if isinstance(made, tuple) else made.args
        subprogram = subprograms.cut(program.evaluation, args[place])
        assert subprogram is not None
        self._subprogram = subprogram
        self._extent = self._feeds.extent(
            subprograms.feeds_of(program.evaluation, args)
        )
        shape = ways.flow(self._wires["input"]).shape[1:]
        score = Score(program, node.path)
        self._asked = Asked(node, tuple(shape), score.loss)
        is_number = node.type in answers.NUMBERS
        self._earlier = earlier(program, ways, node) if is_number else None

    def best(self) -> Baseline | None:
        """Return the answer that is best on the training part, as judged on the new."""
        chosen = list(self._lazies())
        if len(chosen) > 1:
            is_higher = self._node.type in answers.HIGHER
            values = [self._value(lazy, new=False) for lazy in chosen]
            best = (max if is_higher else min)(values)
            chosen = [lazy for lazy, v in zip(chosen, values, strict=True) if v == best]
        if not chosen:
            return None
        value = self._value(chosen[0], new=True)
        return self._told(chosen[0], value) if math.isfinite(value) else None

    def _told(self, lazy: Lazy, value: float) -> Baseline:
        total, most = self._extent.num_evaluated, self._most()
        higher = self._node.type in answers.HIGHER
        name = self._name(lazy.chosen)
        return Baseline(value, lazy.kind, name, most if most < total else 0, higher)

    def _lazies(self) -> Iterator[Lazy]:
        target = self._ways.flow(self._wires["target"])
        numbers = max(1, math.prod(target.shape[1:]))
        most = self._rows(_MOST_LEARNT, numbers)
        for answer in answers.learnt(self._asked, self._targets(most)):
            yield Lazy(answer.kind, partial(_constant, answer), answer.chosen)
        if self._earlier:
            yield Lazy("last", self._earlier.give)

    def _targets(self, most: int) -> Tensor:
        """Return targets of the training part; they are in memory once."""
        feeds = self._subprogram.feed_names
        total, made, filled = self._feeds.extent(feeds).num_train, torch.empty(0), 0
        part = self._feeds.spread_part(feeds, total, BATCH_SIZE, most, new=False)
        for size, batch in part:
            found = self._subprogram.run(batch)
            if not filled:
                shape = (min(most, total), *found.shape[1:])
                made = torch.empty(shape, dtype=found.dtype)
            made[filled : filled + size] = found
            filled += size
        return made

    def _most(self) -> int:
        return self._rows(_MOST_NUMBERS, self._numbers)

    def _rows(self, numbers: int, each: int) -> int:
        """Return how many samples are looked at; fewer where there are many scores."""
        return min(MOST_ROWS, max(_FEWEST_ROWS, numbers // self._crowd // each))

    @property
    def _numbers(self) -> int:
        """How many numbers are judged for a sample."""
        return max(1, math.prod(self._asked.shape))

    def _value(self, lazy: Lazy, *, new: bool) -> float:
        """Return what the score says of an answer, on one of the parts."""
        extent, score = self._extent, Score(self._program, self._node.path)
        is_new = new and extent.num_validation > 0
        total = extent.num_validation if is_new else extent.num_train
        names = (
            *self._subprogram.feed_names,
            *((self._earlier.feed,) if self._earlier else ()),
        )
        most, size = self._most(), min(BATCH_SIZE, max(1, _AT_ONCE // self._numbers))
        part = self._feeds.spread_part(names, total, size, most, new=is_new)
        for size, batch in part:
            score.judge(lazy.give(batch, self._subprogram.run(batch)), size)
        return score.value()

    def _name(self, chosen: int) -> str:
        """Return the name of a class, or nothing where it has no short one."""
        end = self._start
        node = self._ways.nodes[end.path]
        if chosen < 0 or node.type != "data":
            return ""
        ports = {
            port.port.name: port for port in spec_of(node.params).ports(node.params)
        }
        names = ports[end.port].classes
        name = names[chosen] if chosen < len(names) else ""
        is_short = bool(name.strip()) and len(name) <= _LONGEST_NAME
        return name if is_short and name.isprintable() else ""


def _constant(answer: Answer, _batch: Batch, target: Tensor) -> Inputs:
    """Return an answer once for every sample."""
    size = len(target)
    return tuple(
        target if one is None else one.to(target.device).expand(size, *one.shape)
        for one in answer.inputs
    )
