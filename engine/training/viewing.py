"""Makes the views of a training: what view nodes show, while the weights move.

The samples are the validation part, the same ones each time. Nothing here leaves a
trace in the training: eval mode, no gradients, and torch's random states as before.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.i18n import tr
from engine.measure.views.budget import ViewBudget
from engine.measure.views.scene import Scene
from engine.measure.views.table import VIEWS
from engine.protocol.frame import View
from engine.training import cones, randomness
from engine.training.cones import Cone
from engine.training.evaluation import Weights
from engine.training.feeds import Batch, Feeds
from engine.training.view_words import Words, words_of

MOST_SAMPLES = 10_000
"""Of a larger validation part the first ones are looked at."""
BATCH_SIZE = 256
_SEED = 1
"""Layers that draw numbers also in eval mode draw the same ones for every view."""
_FAILURES = (RuntimeError, ValueError, IndexError)


@dataclass
class _Node:
    """One view node, with what its inputs were on the batches so far."""

    node: FlatNode
    words: Words
    answer: Cone | None
    inputs: list[tuple[Tensor, ...]] = field(default_factory=list)
    labels: list[Tensor] = field(default_factory=list)


class Viewing:
    """Makes the views of a program when their budget allows.

    Args:
        program: Compiled, on its device.
        feeds: Where the samples come from.
        half: Compute in bf16 where that is sound.
        enabled: False makes nothing, ever.
        clock: Seconds; another one in tests.
        looked_at: Puts the weights to show in place, and the others back.

    Attributes:
        watched: Somebody looks: views are made by themselves when they are due.
        log: Lines about views that can't be shown; the owner empties it.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        program: Program,
        feeds: Feeds,
        *,
        half: bool = False,
        enabled: bool = True,
        clock: Callable[[], float] = time.perf_counter,
        looked_at: Weights = nullcontext,
    ) -> None:
        self.budget = ViewBudget(clock)
        self.log: list[str] = []
        self.watched = False
        self._program, self._feeds, self._clock = program, feeds, clock
        self._half, self._looked_at = half, looked_at
        self._made: dict[str, View] = {}
        self._made_at = -1
        whole = cones.results(program.evaluation)
        paths = program.evaluation.views if enabled else ()
        wanted = {path: whole[path] for path in paths}
        self._nodes = [self._node(path, inputs) for path, inputs in wanted.items()]
        self._whole = cones.cut(program.evaluation, wanted)

    def _node(self, path: str, inputs: tuple[torch.fx.Node, ...]) -> _Node:
        program = self._program
        node = program.node(path)
        ports = [port for port, _ in node.inputs]
        part = cones.cut(program.evaluation, inputs)
        assert part is not None
        answer = None
        if ports[0] != "input" and "input" in ports:
            place = ports.index("input")
            answer = cones.cut(program.evaluation, inputs[place], inputs[:place])
        return _Node(node, words_of(program, node, part.feed_names), answer)

    def due(self, step: int) -> bool:
        """Return whether somebody looks and new views are allowed and needed.

        Args:
            step: Steps made; views that show it already are not made again.
        """
        wanted = self.watched and bool(self._nodes) and self._made_at != step
        return wanted and self.budget.due()

    @property
    def has_news(self) -> bool:
        """Whether `take` has something to tell."""
        return bool(self._made)

    def take(self) -> tuple[View, ...]:
        """Return the views made since the last call, the newest of each node."""
        made = tuple(self._made.values())
        self._made = {}
        return made

    def make(self, step: int) -> Iterator[None]:
        """Make all views of the present weights; yields after each batch.

        Args:
            step: Steps made; does nothing when the views show it already.
        """
        if self._made_at == step or not self._nodes:
            return
        self._made_at, spent = step, 0.0
        for node in self._nodes:
            node.inputs, node.labels = [], []
        first: Batch = {}
        for batch in self._batches():
            first = first or batch
            start = self._clock()
            self._collect(batch)
            spent += self._clock() - start
            yield
        for node in list(self._nodes):
            start = self._clock()
            self._draw(node, step, first)
            spent += self._clock() - start
            yield
        self.budget.spent(spent)

    def _batches(self) -> Iterator[Batch]:
        seen = 0
        for size, batch in self._feeds.validation_batches(BATCH_SIZE):
            yield batch
            seen += size
            if seen >= MOST_SAMPLES:
                return

    def _collect(self, batch: Batch) -> None:
        assert self._whole is not None
        with self._quietly(batch):
            found: Mapping[str, tuple[Tensor, ...]] = self._whole.run(batch)
        for node in self._nodes:
            node.inputs.append(found[node.node.path])
            if node.words.label_feed:
                node.labels.append(batch[node.words.label_feed])

    def _draw(self, node: _Node, step: int, first: Batch) -> None:
        """Make one view; a node that can't be drawn is left out from now on."""
        path, kind = node.node.path, node.node.type
        try:
            with self._quietly(first), np.errstate(all="ignore"):
                arrays, words = VIEWS[kind](self._scene(node, first))
        except _FAILURES as error:
            self._nodes.remove(node)
            reason = str(error).partition("\n")[0]
            self.log.append(
                tr("View “{node}” can't be shown: {reason}", node=path, reason=reason)
            )
            return
        finally:
            node.inputs, node.labels = [], []
        self._made[path] = View(path, kind, step, arrays, words)

    def _scene(self, node: _Node, first: Batch) -> Scene:
        ports = [port for port, _ in node.node.inputs]
        columns = [torch.cat(parts) for parts in zip(*node.inputs, strict=True)]
        words, cone = node.words, node.answer
        return Scene(
            params=node.node.params,
            inputs=dict(zip(ports, columns, strict=True)),
            answer=None if cone is None else lambda *given: _ask(cone, given, first),
            classes=words.classes,
            names=words.names,
            undo=words.undo,
            labels=torch.cat(node.labels) if node.labels else None,
            label_names=words.label_names,
            origins=words.origins,
        )

    @contextmanager
    def _quietly(self, batch: Batch) -> Iterator[None]:
        """Run the network without a trace in modes, gradients and random states."""
        device = next(iter(batch.values())).device
        training = [part for part in self._program.modules.modules() if part.training]
        states = randomness.state(device)
        randomness.seed(_SEED)
        self._program.modules.eval()
        half = torch.autocast(device.type, torch.bfloat16, enabled=self._half)
        try:
            with self._looked_at(), torch.no_grad(), half:
                yield
        finally:
            for part in training:
                part.training = True
            randomness.restore(states, device)


def _ask(cone: Cone, given: tuple[Tensor, ...], first: Batch) -> Tensor:
    """Return the network's output; other feeds have the values of the first sample."""
    outputs = []
    for parts in zip(*(torch.split(tensor, 1024) for tensor in given), strict=True):
        others = {
            name: first[name][:1].expand(len(parts[0]), *first[name].shape[1:])
            for name in cone.feed_names
        }
        outputs.append(cone.run(others, *parts))
    answer: Tensor = torch.cat(outputs)
    return answer
