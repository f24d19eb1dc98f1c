"""Batches for all sources of a program: data in seeded order, noise, exact position."""

import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from engine.compile.flatten import FlatNode
from engine.compile.program import Program
from engine.data import catalog
from engine.data.batches import BatchOrder, OwnOrder, ResidentData, State

Batch = dict[str, Tensor]
_STEPS_WITHOUT_DATA = 100
"""Length of an epoch of a project that has noise alone."""


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
    replacement, as many per step.

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
        self._sets: list[_Set] = []
        self._noise: list[_Noise] = []
        ports: dict[str, list[str]] = {}
        for name in _names(program):
            path, _, port = name.rpartition(".")
            ports.setdefault(path, []).append(port)
        for path, used in ports.items():
            self._add(program.node(path), used)
        count = self._sets[0].data.num_train if self._sets else 0
        length = count or batch_size * _STEPS_WITHOUT_DATA
        self.order = BatchOrder(length, batch_size, seed, least=_least(program))
        self._draws = _seeded(seed, "draws", torch.device("cpu"))

    def _add(self, node: FlatNode, ports: list[str]) -> None:
        """Add one source node."""
        if node.type == "noise":
            noise = _Noise(node.path, node.params, self._device, self.seed)
            self._noise.append(noise)
            return
        dataset = catalog.load(node.params)
        self.fingerprints[node.path] = dataset.fingerprint
        data = ResidentData(dataset, self._device)
        own = OwnOrder(self.seed, node.path) if node.params["order"] == "own" else None
        self._sets.append(_Set(node.path, ports, data, own))

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
            source.put(batch, self._indices(source, indices, (epoch, start)))
        for noise in self._noise:
            batch[noise.name] = noise.draw(len(indices), noise.generator)
        return batch

    def _indices(
        self, source: "_Set", indices: Tensor, place: tuple[int, int]
    ) -> Tensor:
        """Return the samples of a step that begins at a place: epoch and position."""
        count = source.data.num_train
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
            batch, len(indices), _seeded(self.seed, "", self._device)
        )

    def _with_noise(self, batch: Batch, size: int, generator: Generator) -> Batch:
        for noise in self._noise:
            batch[noise.name] = noise.draw(size, generator)
        return batch

    def spread_batches(self, count: int, size: int) -> Iterator[Batch]:
        """Yield training samples drawn without order, the same every time.

        Sorted data gives a fair share of every class so.

        Args:
            count: How many, at most; none twice.
            size: Most samples of a batch.
        """
        total = max((s.data.num_train for s in self._sets), default=count)
        generator = _seeded(self.seed, "spread", torch.device("cpu"))
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
        generator = _seeded(self.seed, "single samples", self._device)
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

    def _rows_of_noise(self) -> list["_Rows"]:
        """Return the noise of an evaluation: the same one every time."""
        return [
            _Rows(noise, _seeded(self.seed, f"evaluation/{noise.name}", self._device))
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


class _Set:
    """One data node; `own` is its order, if it has one."""

    def __init__(
        self, path: str, ports: list[str], data: ResidentData, own: OwnOrder | None
    ) -> None:
        self.data, self.own = data, own
        self._names = [(port, f"{path}.{port}") for port in ports]
        whole = data.validation_batches(max(1, data.num_validation))
        self._validation = next(whole, {})

    def feeds(self, names: Sequence[str]) -> bool:
        """Return whether some of these feeds come from here."""
        return any(name in names for _, name in self._names)

    def put(self, batch: Batch, indices: Tensor) -> None:
        """Add the training samples at `indices`."""
        tensors = self.data.batch(indices)
        for port, name in self._names:
            batch[name] = tensors[port]

    def put_spread(self, batch: Batch, indices: Tensor) -> None:
        """Add training samples outside of a step; a shorter set begins again."""
        self.put(batch, self._mixed(indices, self.data.num_train))

    def put_some(
        self, batch: Batch, names: Sequence[str], indices: Tensor, *, new: bool
    ) -> None:
        """Add samples of some feeds; a shorter set begins again."""
        wanted = {port: name for port, name in self._names if name in names}
        if not wanted:
            return
        if new:
            there = self._mixed(indices, self.data.num_validation)
            there = there.to(self.data.device)
            rows = {p: self._validation[p].index_select(0, there) for p in wanted}
        else:
            rows = self.data.batch(self._mixed(indices, self.data.num_train), wanted)
        batch.update({name: rows[port] for port, name in wanted.items()})

    def put_validation(self, batch: Batch, start: int, stop: int) -> None:
        """Add validation samples; a shorter set starts again from its beginning."""
        if self.own or stop > self.data.num_validation:
            names = [name for _, name in self._names]
            self.put_some(batch, names, torch.arange(start, stop), new=True)
            return
        for port, name in self._names:
            batch[name] = self._validation[port][start:stop]

    def _mixed(self, indices: Tensor, count: int) -> Tensor:
        """Return the samples of rows that are not in a step: the same every time."""
        rows = indices % count
        return self.own.at(rows, count) if self.own else rows


class _Noise:
    """One noise node with its own generator."""

    def __init__(
        self, path: str, params: Mapping[str, object], device: torch.device, seed: int
    ) -> None:
        self.name = f"{path}.out"
        shape = params["shape"]
        assert isinstance(shape, tuple | list)
        self._shape = tuple(shape)
        self._draw = torch.rand if params["distribution"] == "uniform" else torch.randn
        self._device = device
        self.generator = _seeded(seed, path, device)

    def draw(self, size: int, generator: Generator) -> Tensor:
        """Return noise for so many samples."""
        shape = (size, *self._shape)
        return self._draw(shape, generator=generator, device=self._device)


class _Rows:
    """Noise for one sample after the other, the same however they are cut in batches.

    torch's generators give other numbers for other sizes: all blocks have one size.
    """

    _BLOCK = 256

    def __init__(self, noise: _Noise, generator: Generator) -> None:
        self.name, self._noise, self._generator = noise.name, noise, generator
        self._left = noise.draw(0, generator)

    def take(self, count: int) -> Tensor:
        """Return the noise of the next samples."""
        while len(self._left) < count:
            block = self._noise.draw(self._BLOCK, self._generator)
            self._left = torch.cat([self._left, block])
        taken, self._left = self._left[:count], self._left[count:]
        return taken


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


def _seeded(seed: int, name: str, device: torch.device) -> Generator:
    """Return a generator of its own for every name."""
    return Generator(device).manual_seed(zlib.crc32(f"{seed}/{name}".encode()))
