"""Which samples a step sees, and their tensors on the device."""

import zlib
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import torch

from engine.data.catalog import Dataset
from engine.errors import ConfigError, DataError
from engine.i18n import tr

State = dict[str, int | torch.Tensor]


class BatchOrder:
    """A seeded random order per epoch, with an exact position.

    Every epoch visits every sample once; its last batch is as short as it must be.
    `epoch` and `position` say where the next batch starts.

    Args:
        num_samples: Size of the training part.
        batch_size: Samples per batch; may be larger than the set.
        seed: Seed of all epochs' orders.
        least: Fewest samples of a batch; a shorter rest joins the batch before.

    Threads: the training thread alone.
    """

    def __init__(
        self, num_samples: int, batch_size: int, seed: int, *, least: int = 1
    ) -> None:
        self.num_samples, self.seed, self.least = num_samples, seed, least
        self.epoch, self.position = 0, 0
        self.set_batch_size(batch_size)
        self._order = self._draw()

    @property
    def at_epoch_start(self) -> bool:
        """Whether the batch before was an epoch's last, or none was drawn yet."""
        return self.position == 0

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches of a whole epoch with the present batch size."""
        return self._batches(self.num_samples)

    @property
    def batches_left(self) -> int:
        """Number of batches until the epoch ends, with the present batch size."""
        return self._batches(self.num_samples - self.position)

    def _batches(self, samples: int) -> int:
        full, rest = divmod(samples, self.batch_size)
        return max(1, full + (rest >= self.least))

    def set_batch_size(self, batch_size: int) -> None:
        """Use another batch size from the next batch on, also in mid-epoch.

        Raises:
            ConfigError: When batches would be shorter than `least`.
        """
        if min(batch_size, self.num_samples) < self.least:
            raise ConfigError(
                tr("Batches are too small for BatchNorm to compare samples"),
                expected=tr("at least {count:sample|samples}", count=self.least),
                got=min(batch_size, self.num_samples),
                fix=tr("Choose a larger batch size, or another normalisation."),
            )
        assert batch_size >= 1
        self.batch_size = batch_size

    def next(self) -> torch.Tensor:
        """Return the indices of the next batch, int64 on the CPU."""
        stop = min(self.position + self.batch_size, self.num_samples)
        if self.num_samples - stop < self.least:
            stop = self.num_samples
        indices = self._order[self.position : stop]
        self.position = stop
        if stop == self.num_samples:
            self._start_epoch(self.epoch + 1)
        return indices

    def state(self) -> State:
        """Return all that `restore` needs; the tensor is the caller's own."""
        return {
            "num_samples": self.num_samples,
            "batch_size": self.batch_size,
            "seed": self.seed,
            "epoch": self.epoch,
            "position": self.position,
            "order": self._order.clone(),
        }

    def restore(self, state: Mapping[str, int | torch.Tensor]) -> None:
        """Go on exactly where `state` was taken.

        Raises:
            DataError: When it was taken of a data set of another size.
        """
        if state["num_samples"] != self.num_samples:
            raise DataError(
                tr("The saved position belongs to another data set"),
                expected=tr("{count:sample|samples}", count=int(state["num_samples"])),
                got=self.num_samples,
                fix=tr("Resume with the data that the run was started with."),
            )
        self.seed = int(state["seed"])
        self.epoch, self.position = int(state["epoch"]), int(state["position"])
        self.set_batch_size(int(state["batch_size"]))
        self._order = torch.as_tensor(state["order"], dtype=torch.int64).clone()

    def _start_epoch(self, epoch: int) -> None:
        self.epoch, self.position = epoch, 0
        self._order = self._draw()

    def _draw(self) -> torch.Tensor:
        """Return the order of this epoch, which depends on seed and epoch alone."""
        return _order(self.num_samples, self.seed, self.epoch)


class OwnOrder:
    """Orders of a data node that does not share those of another.

    They depend on seed, name and epoch alone: nothing of them has to be saved.

    Args:
        seed: Of all orders of a training.
        name: Of the node.

    Threads: the training thread alone.
    """

    def __init__(self, seed: int, name: str) -> None:
        # A checksum, as Python's own hash of a text differs from process to process.
        self._words = (seed, zlib.crc32(name.encode()))
        self._kept: dict[tuple[int, int], torch.Tensor] = {}

    def at(
        self, rows: torch.Tensor, count: int, epoch: int | None = None
    ) -> torch.Tensor:
        """Return the samples at some places of the order.

        Args:
            rows: Places, int64.
            count: Samples of the part.
            epoch: That is trained; None is the order outside of training.
        """
        key = (count, -1 if epoch is None else epoch)
        if key not in self._kept:
            # One order of training and the fixed one are kept: an order is as large as
            # a column of the data, and epochs don't come back.
            if epoch is not None:
                self._kept = {k: v for k, v in self._kept.items() if k[1] < 0}
            self._kept[key] = _order(count, *self._words, key[1] + 1)
        return self._kept[key][rows]


def _order(count: int, *words: int) -> torch.Tensor:
    """Return a random order that depends on these numbers alone, none below 0."""
    # SeedSequence mixes the numbers: seed 1, epoch 2 has nothing of seed 2, epoch 1.
    bits = np.random.PCG64(np.random.SeedSequence(words))
    keys = np.random.Generator(bits).random(count)
    return torch.from_numpy(np.argsort(keys, kind="stable").astype(np.int64))


class ResidentData:
    """Both parts of a data set as tensors that stay on the device.

    Args:
        dataset: What `catalog.load` returned.
        device: Where the tensors live.

    Threads: the training thread alone.
    """

    def __init__(self, dataset: Dataset, device: torch.device | str) -> None:
        self.device = torch.device(device)
        # CUDA keeps a copy of what it still has to fetch: no step waits for the last
        self._in_the_background = self.device.type == "cuda"
        self.num_train = dataset.num_train
        self.num_validation = dataset.num_validation
        self._train = self._resident(dataset.train)
        self._validation = self._resident(dataset.validation)

    def batch(
        self, indices: torch.Tensor, ports: Collection[str] | None = None
    ) -> dict[str, torch.Tensor]:
        """Return the training samples at `indices` (int64, on the CPU), by port.

        Args:
            indices: Of the samples.
            ports: Those that are wanted; None is all.

        Shape:
            B → B×(shape of one sample)
        """
        there = indices.to(self.device, non_blocking=self._in_the_background)
        return {
            name: tensor.index_select(0, there)
            for name, tensor in self._train.items()
            if ports is None or name in ports
        }

    def validation_batches(self, size: int) -> Iterator[dict[str, torch.Tensor]]:
        """Yield the validation part in its order, by port; views, so don't write."""
        for start in range(0, self.num_validation, size):
            yield {
                name: tensor[start : start + size]
                for name, tensor in self._validation.items()
            }

    def _resident(self, arrays: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
        return {
            name: torch.tensor(array, device=self.device)
            for name, array in arrays.items()
        }
