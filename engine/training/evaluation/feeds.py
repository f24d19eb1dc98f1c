"""Batches for all sources of a program: data in seeded order, noise, exact position."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.data import catalog, seen
from engine.data.batches import BatchOrder, OwnOrder, State
from engine.training.evaluation.sources import (
    Batch,
    DataSource,
    NoiseRows,
    NoiseSource,
    seeded,
)

_STEPS_WITHOUT_DATA = 100
"""Length of an epoch of a project that has noise alone."""
_GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it, cut to 0..1, lie evenly however many there are."""


class Extent(NamedTuple):
    """How much data there is: what an evaluation goes through.

    Args:
        num_train: Training samples.
        num_validation: Samples that training never sees.
    """

    num_train: int
    num_validation: int

    @property
    def num_evaluated(self) -> int:
        """Samples of an evaluation: the validation part, or all training samples."""
        return self.num_validation or self.num_train

    @property
    def num_compared(self) -> int:
        """Training samples that an evaluation goes through beside them."""
        return min(self.num_evaluated, self.num_train)


class Feeds:
    """What enters a program in each step, by feed name (`node.port`).

    The first data node makes the epochs. Others with as many training samples share
    its order, unless they have one of their own; those of another size are drawn with
    replacement, as many per step. Only in a step are samples of rare classes drawn
    again and inputs varied, where the document says so.

    Args:
        program: Whose feeds these are.
        batch_size: Samples per step at the start.
        device: Where the tensors live.
        seed: Of order and noise.

    Threads: the training thread alone.
    """

    def __init__(
        self, program: Program, batch_size: int, device: torch.device, seed: int
    ) -> None:
        self.seed, self._device = seed, device
        self.fingerprints: dict[str, str] = {}
        self.records: seen.Records = {name: {} for name in seen.RECORDS}
        self._sets: list[DataSource] = []
        self._noise: list[NoiseSource] = []
        ports: dict[str, list[str]] = {}
        for name in _names(program):
            path, _, port = name.rpartition(".")
            ports.setdefault(path, []).append(port)
        for path, used in ports.items():
            self._add(program.node(path), used)
        count = self._sets[0].num_drawn if self._sets else 0
        length = count or batch_size * _STEPS_WITHOUT_DATA
        self.order = BatchOrder(length, batch_size, seed, least=_least(program))
        self._draws = seeded(seed, "draws", torch.device("cpu"))

    def _add(self, node: FlatNode, ports: list[str]) -> None:
        """Add one source node."""
        if node.type == "noise":
            noise = NoiseSource(node.path, node.params, self._device, self.seed)
            self._noise.append(noise)
            return
        dataset = catalog.load(node.params)
        self.fingerprints[node.path] = dataset.fingerprint
        for name, record in seen.records(dataset).items():
            self.records[name][node.path] = record
        own = OwnOrder(self.seed, node.path) if node.params["order"] == "own" else None
        self._sets.append(DataSource(node.path, ports, dataset, self._device, own))

    @property
    def num_samples(self) -> int:
        """Samples of an epoch."""
        return self.order.num_samples

    @property
    def epoch(self) -> float:
        """Epochs made, with fraction."""
        return self.order.epoch + self.order.position / self.order.num_samples

    def next(self) -> Batch:
        """Return the next batch."""
        epoch, start = self.order.epoch, self.order.position
        indices = self.order.next()
        batch: Batch = {}
        for source in self._sets:
            rows = self._indices(source, indices, (epoch, start))
            source.put_step(batch, rows, f"{self.seed}/{epoch}/{start}")
        for noise in self._noise:
            batch[noise.name] = noise.draw(len(indices), noise.generator)
        return batch

    def _indices(
        self, source: DataSource, indices: Tensor, place: tuple[int, int]
    ) -> Tensor:
        """Return the samples of a step that begins at a place: epoch and position."""
        count = source.num_drawn
        if count == self.order.num_samples:
            epoch, start = place
            rows = torch.arange(start, start + len(indices))
            return source.own.at(rows, count, epoch) if source.own else indices
        return torch.randint(count, (len(indices),), generator=self._draws)

    def first(self) -> Batch:
        """Return a batch for trying out; position and noise stay as they are."""
        return self._training_batch(range(min(self.order.batch_size, self.num_samples)))

    def _training_batch(self, chosen: Iterable[int]) -> Batch:
        indices = torch.tensor(list(chosen))
        batch: Batch = {}
        for source in self._sets:
            source.put_spread(batch, indices)
        return self._with_noise(
            batch, len(indices), seeded(self.seed, "", self._device)
        )

    def _with_noise(self, batch: Batch, size: int, generator: Generator) -> Batch:
        for noise in self._noise:
            batch[noise.name] = noise.draw(size, generator)
        return batch

    def drawn(self, count: int, number: int) -> Batch:
        """Return training samples drawn without order, others for each number.

        Args:
            count: How many, at most; none twice.
            number: Of the draw: the same one gives the same samples.
        """
        total = max((s.data.num_train for s in self._sets), default=count)
        generator = seeded(self.seed, f"drawn/{number}", torch.device("cpu"))
        indices = torch.randperm(total, generator=generator)[:count]
        batch: Batch = {}
        for source in self._sets:
            source.put_spread(batch, indices)
        noise = seeded(self.seed, f"drawn/{number}", self._device)
        return self._with_noise(batch, len(indices), noise)

    def spread_batches(self, count: int, size: int) -> Iterator[Batch]:
        """Yield training samples drawn without order, the same every time.

        Sorted data gives a fair share of every class so.

        Args:
            count: How many, at most; none twice.
            size: Most samples of a batch.
        """
        total = max((s.data.num_train for s in self._sets), default=count)
        generator = seeded(self.seed, "spread", torch.device("cpu"))
        chosen = torch.randperm(total, generator=generator)[:count].tolist()
        for start, stop in spans(len(chosen), size):
            yield self._training_batch(chosen[start:stop])

    def single_samples(self, names: Sequence[str], count: int) -> Iterator[Batch]:
        """Yield batches of one training sample each, evenly spread.

        Args:
            names: Feeds that are needed; the largest of their sets counts.
            count: How many, at most.
        """
        ours = [s.data.num_train for s in self._sets if s.feeds(names)]
        total = max(ours, default=count)
        generator = seeded(self.seed, "single samples", self._device)
        for number in range(min(count, total)):
            index = torch.tensor([number * total // min(count, total)])
            batch: Batch = {}
            for source in self._sets:
                source.put_spread(batch, index)
            yield self._with_noise(batch, 1, generator)

    def extent(self, names: Sequence[str] = ()) -> Extent:
        """Return how much data there is of what some feeds bring.

        Args:
            names: Of the feeds; the largest of their data sets counts, and the first
                of the project when none of them brings data.
        """
        ours = [s.data for s in self._sets if s.feeds(names)]
        ours = ours or [s.data for s in self._sets[:1]]
        return Extent(
            max((data.num_train for data in ours), default=self.num_samples),
            max((data.num_validation for data in ours), default=0),
        )

    def validation_batches(
        self, size: int, extent: Extent | None = None
    ) -> Iterator[tuple[int, Batch]]:
        """Yield the validation part with batch sizes; noise is the same every time.

        Args:
            size: Most samples of a batch.
            extent: How many samples; those of the first data set without it. Shorter
                sets begin again.
        """
        extent = extent or self.extent()
        if not extent.num_validation:
            yield from self.training_batches(size, extent)
            return
        rows = self._rows_of_noise()
        for start, stop in spans(extent.num_validation, size):
            batch: Batch = {row.name: row.take(stop - start) for row in rows}
            for source in self._sets:
                source.put_validation(batch, start, stop)
            yield stop - start, batch

    def spread_validation(
        self, size: int, extent: Extent
    ) -> Iterator[tuple[int, Batch]]:
        """Yield the validation part so that its first samples come from all over it.

        Data often lies class by class: the first of them would be of one class alone.

        Args:
            size: Most samples of a batch.
            extent: How many samples.
        """
        if not extent.num_validation:
            yield from self.training_batches(size, extent)
            return
        places = torch.arange(extent.num_validation, dtype=torch.float64)
        indices = torch.argsort(places * _GOLDEN % 1)
        rows = self._rows_of_noise()
        for start, stop in spans(extent.num_validation, size):
            batch: Batch = {row.name: row.take(stop - start) for row in rows}
            for source in self._sets:
                source.put_validation_rows(batch, indices[start:stop])
            yield stop - start, batch

    def training_batches(
        self, size: int, extent: Extent | None = None
    ) -> Iterator[tuple[int, Batch]]:
        """Yield as many training samples as validation has, evenly spread."""
        extent = extent or self.extent()
        whole, count = extent.num_train, extent.num_compared
        indices = torch.arange(count) * whole // max(count, 1)
        rows = self._rows_of_noise()
        for start, stop in spans(count, size):
            batch: Batch = {row.name: row.take(stop - start) for row in rows}
            for source in self._sets:
                source.put_spread(batch, indices[start:stop])
            yield stop - start, batch

    def spread_part(
        self, names: Sequence[str], total: int, size: int, most: int, *, new: bool
    ) -> Iterator[tuple[int, Batch]]:
        """Yield samples of some feeds alone, evenly spread over a part of the data.

        Args:
            names: Of the feeds; noise is not among them.
            total: Samples of the part; shorter sets begin again.
            size: Most samples of a batch.
            most: Samples that are yielded, where there are more.
            new: Of the validation part instead of the training part.
        """
        count = min(most, total)
        indices = torch.arange(count) * total // max(count, 1)
        for start, stop in spans(count, size):
            batch: Batch = {}
            for source in self._sets:
                source.put_some(batch, names, indices[start:stop], new=new)
            yield stop - start, batch

    def _rows_of_noise(self) -> list[NoiseRows]:
        """Return the noise of an evaluation: the same one every time."""
        return [
            NoiseRows(
                noise, seeded(self.seed, f"evaluation/{noise.name}", self._device)
            )
            for noise in self._noise
        ]

    def state(self) -> dict[str, State]:
        """Return order, position and noise generators, for a checkpoint."""
        generators = {noise.name: noise.generator for noise in self._noise}
        generators["draws"] = self._draws
        states: State = {name: g.get_state() for name, g in generators.items()}
        return {"order": self.order.state(), "generators": states}

    def restore(self, state: Mapping[str, State]) -> None:
        """Go on exactly where `state` was taken."""
        self.order.restore(state["order"])
        saved = state["generators"]
        for name, generator in [
            *((noise.name, noise.generator) for noise in self._noise),
            ("draws", self._draws),
        ]:
            generator.set_state(torch.as_tensor(saved[name]))


def _names(program: Program) -> list[str]:
    """Return the feed names of all phases and of the evaluation, each once."""
    programs = (program.evaluation, *program.phases)
    return list(dict.fromkeys(name for one in programs for name in one.feed_names))


def _least(program: Program) -> int:
    """Return how many samples a batch needs: two where BatchNorm sees single values."""
    for node in program.nodes:
        if node.type.startswith("batch_norm"):
            shape = program.inferred[node.path].outputs[0].shape
            if math.prod(shape[2:]) == 1:
                return 2
    return 1


def spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield where batches begin and end; a single sample joins the batch before.

    BatchNorm without running statistics could not evaluate it alone.
    """
    start = 0
    while start < count:
        stop = count if count - start <= size + 1 else start + size
        yield start, stop
        start = stop
