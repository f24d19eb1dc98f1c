"""Reads weights from where a document says: nothing but tensors ever comes out."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import safetensors.torch
import torch
from torch import Tensor

from engine.advice.checks.free_memory import main_memory
from engine.advice.weights import kinds
from engine.errors import TrainingError
from engine.files import read_regular
from engine.i18n import tr
from engine.pretrained import names
from engine.pretrained.gguf import is_gguf
from engine.pretrained.model import Pretrained, open_model, sha256
from engine.pretrained.torch_files import state
from engine.pretrained.torch_files.state import Tensor as Place
from engine.training.records import runs

_T = TypeVar("_T")


@dataclass(frozen=True)
class WeightFile:
    """What was read.

    Args:
        path: As it was asked for.
        sha256: Of the file's bytes, or of the checkpoint of a run.
        tensors: On the processor, by name; those of a model by others come one by one.
    """

    path: str
    sha256: str
    tensors: Mapping[str, Tensor]


class _Lazy(Mapping[str, Tensor]):
    """The tensors of a model by others: unpacked when asked for, the last one kept."""

    def __init__(self, model: Pretrained) -> None:
        self._model = model
        self._last: tuple[str, Tensor] | None = None

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._model.stored:
            raise KeyError(name)
        if self._last is None or self._last[0] != name:
            self._last = (name, torch.from_numpy(self._model.tensor(name)))
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._model.stored)

    def __len__(self) -> int:
        return len(self._model.stored)


class _OfTorch(Mapping[str, Tensor]):
    """The tensors of a PyTorch file: read when asked for, the last one kept."""

    def __init__(self, path: str, place: Path, version: tuple[int, int]) -> None:
        self._path, self._place, self._version = path, place, version
        found = dict(state.head(place))
        self._stored = found | _by_our_names(found)
        self._last: tuple[str, Tensor] | None = None

    def __getitem__(self, name: str) -> Tensor:
        if self._last is None or self._last[0] != name:
            self._last = (name, self._read(self._stored[name]))
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    def _read(self, place: Place) -> Tensor:
        kind = getattr(torch, place.kind)  # one of a closed table
        if not place.num_bytes:
            return torch.empty(place.shape, dtype=kind)
        try:
            data = state.read(self._place, place, self._version)
        except (OSError, MemoryError) as error:
            words = getattr(error, "strerror", None) or tr("it can't be read")
            raise _unreadable(self._path, words) from error
        found = torch.frombuffer(data, dtype=kind)
        return found.as_strided(place.shape, place.stride)


def read(path: str) -> WeightFile:
    """Read a file of weights, or the newest checkpoint of a run.

    Raises:
        EngineError: When there is no such thing, or something else in it.
    """
    try:
        place = Path(path).expanduser()
        if "\0" not in path and place.is_dir():
            return _of_run(path, runs.open_run(place))
        status = place.stat()
        if (found := _piece_by_piece(path, place, status)) is not None:
            return found
        data = read_regular(place, main_memory().total or status.st_size)
    except FileNotFoundError as error:
        raise TrainingError(
            tr("There is no such file"),
            where=path,
            fix=tr("Choose another file, or let the weights start anew."),
        ) from error
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        raise TrainingError(
            tr("There are no weights in this file"),
            where=path,
            got=getattr(error, "strerror", None) or tr("it can't be read"),
            fix=tr("Choose another file, or let the weights start anew."),
        ) from error
    tensors = _loads(data, path)
    digest = hashlib.sha256(data).hexdigest()
    return WeightFile(path, digest, tensors | _by_our_names(tensors))


def _piece_by_piece(
    path: str, place: Path, status: os.stat_result
) -> WeightFile | None:
    """Return the weights of a file whose tensors are read one by one, or nothing.

    Raises:
        EngineError: When an ordinary file holds no weights, or too many.
        OSError: When it can't be read.
    """
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size > (main_memory().total or status.st_size):
        raise _unreadable(path, tr("more than the memory holds"))
    if is_gguf(place):
        return WeightFile(path, sha256(place), _Lazy(open_model(place)))
    version = (status.st_size, status.st_mtime_ns)
    if words := kinds.of_file(place, *version):
        raise _unreadable(path, words)
    if state.is_torch(place):
        return WeightFile(path, sha256(place), _OfTorch(path, place, version))
    return None


def _by_our_names(tensors: Mapping[str, _T]) -> dict[str, _T]:
    """Return the tensors of a Llama by others once more, as our blocks call them."""
    if not names.is_llama(tensors):
        return {}
    return {ours: t for name, t in tensors.items() for ours in names.ours(name)}


def _of_run(path: str, run: runs.Run) -> WeightFile:
    tensors = run.load_weights()
    return WeightFile(path, run.checkpoint.sha256 if run.checkpoint else "", tensors)


def _loads(data: bytes, path: str) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name."""
    try:
        found = safetensors.torch.load(data)
    except Exception as error:
        raise _unreadable(path, tr("a damaged file")) from error
    if not found:
        raise _unreadable(path, tr("no tensors"))
    return dict(found)


def _unreadable(path: str, got: str) -> TrainingError:
    return TrainingError(
        tr("The weights can't be read"),
        where=path,
        expected=tr("safetensors, or a state_dict of tensors by name"),
        got=got,
    )
