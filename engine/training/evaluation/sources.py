"""Where batches come from: one data node, one noise node."""

import zlib
from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor

from engine.data import catalog
from engine.data.batches import OwnOrder, ResidentData
from engine.data.intake import rarities
from engine.training.evaluation.varying import mixed, varied

Batch = dict[str, Tensor]


class DataSource:
    """One data node.

    Args:
        path: Of the node.
        ports: Those that are wanted.
        dataset: What it brings.
        device: Where the tensors live.
        own: Its order, if it has one of its own.
    """

    def __init__(
        self,
        path: str,
        ports: list[str],
        dataset: catalog.Dataset,
        device: torch.device,
        own: OwnOrder | None,
    ) -> None:
        self.data, self.own = ResidentData(dataset, device), own
        self._names = [(port, f"{path}.{port}") for port in ports]
        whole = self.data.validation_batches(max(1, self.data.num_validation))
        self._validation = next(whole, {})
        wanted, seed = dataset.settings.own, dataset.settings.seed
        rows = rarities.drawn(wanted, dataset.train, seed)
        self._drawn = None if rows is None else torch.from_numpy(rows)
        self._varied = rarities.variations(wanted)
        self._alpha = rarities.mixing(wanted)
        counts = {p.port.name: len(p.classes) for p in dataset.ports if p.classes}
        self._classes = {n: counts[port] for port, n in self._names if port in counts}

    @property
    def num_drawn(self) -> int:
        """Samples of an epoch: more than there are where rare classes come again."""
        return self.data.num_train if self._drawn is None else len(self._drawn)

    def put_step(self, batch: Batch, indices: Tensor, moment: str) -> None:
        """Add the training samples of a step, varied as the document says.

        Args:
            batch: Of this step.
            indices: Places in the epoch's samples.
            moment: That another step doesn't have: the same one varies alike.

        Shape:
            indices: (B,)
        """
        self.put(batch, indices if self._drawn is None else self._drawn[indices])
        for port, name in self._names:
            if steps := self._varied.get(port):
                generator = seeded(0, f"{name}/{moment}", batch[name].device)
                batch[name] = varied(batch[name], steps, generator)
        if self._alpha and self._names:
            every = {name: batch[name] for _, name in self._names}
            generator = seeded(0, f"{self._names[0][1]}/mix/{moment}", indices.device)
            batch.update(mixed(every, self._classes, self._alpha, generator))

    def feeds(self, names: Sequence[str]) -> bool:
        """Return whether some of these feeds come from here."""
        return any(name in names for _, name in self._names)

    def put(self, batch: Batch, indices: Tensor) -> None:
        """Add the training samples at `indices`.

        Shape:
            indices: (B,)
        """
        tensors = self.data.batch(indices)
        for port, name in self._names:
            batch[name] = tensors[port]

    def put_spread(self, batch: Batch, indices: Tensor) -> None:
        """Add training samples outside of a step; a shorter set begins again.

        Shape:
            indices: (B,)
        """
        self.put(batch, self._mixed(indices, self.data.num_train))

    def put_some(
        self, batch: Batch, names: Sequence[str], indices: Tensor, *, new: bool
    ) -> None:
        """Add samples of some feeds; a shorter set begins again.

        Shape:
            indices: (B,)
        """
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
            self.put_validation_rows(batch, torch.arange(start, stop))
            return
        for port, name in self._names:
            batch[name] = self._validation[port][start:stop]

    def put_validation_rows(self, batch: Batch, indices: Tensor) -> None:
        """Add some validation samples; a shorter set begins again.

        Shape:
            indices: (B,)
        """
        self.put_some(batch, [name for _, name in self._names], indices, new=True)

    def _mixed(self, indices: Tensor, count: int) -> Tensor:
        """Return the samples of rows that are not in a step: the same every time."""
        rows = indices % count
        return self.own.at(rows, count) if self.own else rows


class NoiseSource:
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
        self.generator = seeded(seed, path, device)

    def draw(self, size: int, generator: Generator) -> Tensor:
        """Return noise for so many samples.

        Shape:
            (size, …): what the node says of one sample
        """
        shape = (size, *self._shape)
        return self._draw(shape, generator=generator, device=self._device)


class NoiseRows:
    """Noise for one sample after the other, the same however they are cut in batches.

    torch's generators give other numbers for other sizes: all blocks have one size.
    """

    _BLOCK = 256

    def __init__(self, noise: NoiseSource, generator: Generator) -> None:
        self.name, self._noise, self._generator = noise.name, noise, generator
        self._left = noise.draw(0, generator)

    def take(self, count: int) -> Tensor:
        """Return the noise of the next samples.

        Shape:
            (count, …): what the node says of one sample
        """
        while len(self._left) < count:
            block = self._noise.draw(self._BLOCK, self._generator)
            self._left = torch.cat([self._left, block])
        taken, self._left = self._left[:count], self._left[count:]
        return taken


def seeded(seed: int, name: str, device: torch.device) -> Generator:
    """Return a generator of its own for every name."""
    return Generator(device).manual_seed(zlib.crc32(f"{seed}/{name}".encode()))
