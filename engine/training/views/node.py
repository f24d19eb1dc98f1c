"""One view node of a program: what reaches it, and a network run without a trace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.errors import ConfigError
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Value
from engine.measure.views.subject import Subject
from engine.training.evaluation import subprograms
from engine.training.evaluation.sources import Batch
from engine.training.evaluation.subprograms import Subprogram
from engine.training.machine import rng_state
from engine.training.views.labels import Words, words_of

_SEED = 1
"""Layers that draw numbers also in eval mode draw the same ones for every view."""
_MOST_PLACES = 1024
"""Places where the network is asked at once."""
_GOLDEN = (5**0.5 - 1) / 2
_SAMPLES_OF_THEIR_OWN = {"denoising_chain"}
"""Views that ask for samples, not for places around one: each gets feeds of its own,
such as the class that is asked for."""


@dataclass
class ViewNode:
    """One view node, with what its inputs were on the batches so far.

    Args:
        node: As compiled; its params are those that count now.
        words: What its inputs are called.
        part: Computes its inputs alone.
        answer: Asks the network elsewhere; None where that is not possible.
        inputs: What its inputs were, a tuple a batch.
        feeds: What the feeds of labels and samples brought, by name, one a batch.
    """

    node: FlatNode
    words: Words
    part: Subprogram
    answer: Subprogram | None
    inputs: list[tuple[Tensor, ...]] = field(default_factory=list)
    feeds: dict[str, list[Tensor]] = field(default_factory=dict)

    @classmethod
    def of(cls, program: Program, path: str) -> "ViewNode":
        """Return the view node at a path.

        Args:
            program: It stands in.
            path: Of the node.
        """
        inputs = subprograms.results(program.evaluation)[path]
        node = program.node(path)
        ports = [port for port, _ in node.inputs]
        part = subprograms.cut(program.evaluation, inputs)
        assert part is not None
        answer = None
        if ports[0] != "input" and "input" in ports:
            place = ports.index("input")
            answer = subprograms.cut(program.evaluation, inputs[place], inputs[:place])
        return cls(node, words_of(program, node, part.feed_names), part, answer)

    def change(self, params: Mapping[str, Value]) -> None:
        """Set some params from now on.

        Raises:
            ConfigError: When the node has no such params, or not with these values.
        """
        spec, checked = registry.get(self.node.type), {}
        for name, value in params.items():
            param = spec.param(name)
            if param is None:
                raise ConfigError(tr("There is no setting “{name}”", name=name))
            checked[name] = param.check(value, self.node.path)
        self.node = self.node._replace(params={**self.node.params, **checked})

    def forget(self) -> None:
        """Drop what was collected."""
        self.inputs, self.feeds = [], {}

    def collect(
        self, inputs: tuple[Tensor, ...], batch: Batch, *, samples: bool = False
    ) -> None:
        """Add what the inputs were on a batch.

        Args:
            inputs: In the order of the ports.
            batch: Brings the labels.
            samples: Keep what the network reads, too.

        Shape:
            each B×…
        """
        self.inputs.append(inputs)
        extra = self.words.sample.feed if samples or self._tells_what_is_read else ""
        for name in {self.words.label_feed, extra, *self.own_feeds} - {""}:
            self.feeds.setdefault(name, []).append(batch[name])

    @property
    def _tells_what_is_read(self) -> bool:
        """Whether the text that the network reads always stands beside its answer."""
        has_own = any(port == "sample" for port, _ in self.node.inputs)
        is_text = bool(self.words.sample.tokens) and not has_own
        return is_text and self.node.type == "predictions"

    @property
    def own_feeds(self) -> tuple[str, ...]:
        """Feeds of which each place where the network is asked has its own."""
        if self.answer is None or self.node.type not in _SAMPLES_OF_THEIR_OWN:
            return ()
        return self.answer.feed_names

    def subject(self, first: Batch) -> Subject:
        """Return what was collected.

        Args:
            first: Its first sample stands for feeds that are not asked.
        """
        ports = [port for port, _ in self.node.inputs]
        columns = [torch.cat(parts) for parts in zip(*self.inputs, strict=True)]
        feeds = {name: torch.cat(parts) for name, parts in self.feeds.items()}
        words, subprogram = self.words, self.answer
        inputs = dict(zip(ports, columns, strict=True))
        others = {name: feed[:1] for name, feed in first.items()}
        others |= {name: feeds[name] for name in self.own_feeds}
        names, undo = dict(words.names), dict(words.undo)
        sample = words.sample
        if sample.feed in feeds:
            inputs["sample"], names["sample"] = feeds[sample.feed], sample.names
            undo |= {"sample": sample.undo} if sample.undo else {}
        return Subject(
            params=self.node.params,
            inputs=inputs,
            answer=None
            if subprogram is None
            else lambda *given: _ask(subprogram, given, others),
            classes=words.classes,
            names=names,
            undo=undo,
            labels=feeds.get(words.label_feed),
            label_names=words.label_names,
            origins=words.origins,
            tokens=sample.tokens if sample.feed in feeds else (),
        )


def _ask(subprogram: Subprogram, given: tuple[Tensor, ...], others: Batch) -> Tensor:
    """Return the network's output; other feeds have one sample, or some for each."""
    outputs = []
    for places in torch.split(torch.arange(len(given[0])), _MOST_PLACES):
        parts = [tensor[places.to(tensor.device)] for tensor in given]
        feeds = {name: _strewn(others[name], places) for name in subprogram.feed_names}
        outputs.append(subprogram.run(feeds, *parts))
    answer: Tensor = torch.cat(outputs)
    return answer


def _strewn(feed: Tensor, places: Tensor) -> Tensor:
    """Return a sample for each place; neighbours are far apart, whatever the order.

    Data is often sorted by class: any few places in a row still show several.

    Source: Weyl's equidistributed sequence of the golden ratio
    """
    if len(feed) == 1:
        return feed.expand(len(places), *feed.shape[1:])
    shares = (places.double() * _GOLDEN) % 1.0
    return feed[(shares * len(feed)).long().to(feed.device)]


@contextmanager
def quietly(program: Program, batch: Batch, *, half: bool) -> Iterator[None]:
    """Run the network without a trace in modes, gradients and random states.

    Args:
        program: Whose modules are run.
        batch: Tells the device.
        half: Compute in bf16 where that is sound.
    """
    device = next(iter(batch.values())).device
    training = [part for part in program.modules.modules() if part.training]
    states = rng_state.state(device)
    rng_state.seed(_SEED)
    program.modules.eval()
    autocast = torch.autocast(device.type, torch.bfloat16, enabled=half)
    try:
        with torch.no_grad(), autocast:
            yield
    finally:
        for part in training:
            part.training = True
        rng_state.restore(states, device)
