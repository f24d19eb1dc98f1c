"""Reads weights from where a document says: nothing but tensors ever comes out."""

import hashlib
import io
import stat
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from engine.advice.checks.free_memory import main_memory
from engine.advice.weights import archives, kinds
from engine.errors import TrainingError
from engine.files import read_regular
from engine.i18n import tr
from engine.pretrained import names
from engine.pretrained.gguf import is_gguf
from engine.pretrained.model import Pretrained, open_model, sha256
from engine.training.records import runs


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


def read(path: str) -> WeightFile:
    """Read a safetensors file, a state_dict, or the newest checkpoint of a run.

    Raises:
        EngineError: When there is no such thing, or something else in it.
    """
    try:
        place = Path(path).expanduser()
        if "\0" not in path and place.is_dir():
            return _of_run(path, runs.open_run(place))
        status = place.stat()
        if "\0" not in path and is_gguf(place):
            return WeightFile(path, sha256(place), _Lazy(open_model(place)))
        if stat.S_ISREG(status.st_mode):
            words = kinds.of_file(place, status.st_size, status.st_mtime_ns)
            if words:
                raise _unreadable(path, words)
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


def _by_our_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a Llama by others once more, as our blocks call them."""
    if not names.is_llama(tensors):
        return {}
    return {ours: t for name, t in tensors.items() for ours in names.ours(name)}


def _of_run(path: str, run: runs.Run) -> WeightFile:
    tensors = run.load_weights()
    return WeightFile(path, run.checkpoint.sha256 if run.checkpoint else "", tensors)


def _loads(data: bytes, path: str) -> dict[str, Tensor]:
    """Return the tensors by name; the content decides, not the ending."""
    is_zip = data.startswith(archives.MAGIC)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's, about what we refuse below
            found = _of_torch(data) if is_zip else _of_safetensors(data)
    except Exception as error:
        raise _unreadable(path, tr("a damaged file")) from error
    if not isinstance(found, dict):
        raise _unreadable(path, tr("a single value"))
    if not found:
        raise _unreadable(path, tr("no tensors"))
    for name, tensor in found.items():
        if words := _complaint(name, tensor):
            raise _unreadable(path, words)
    return dict(found)


def _complaint(name: object, tensor: object) -> str:
    """Return why an entry of a file is no weight, or nothing."""
    called = str(name)[:80]
    if isinstance(tensor, dict):
        return tr("“{name}” holds others in its turn: save it alone", name=called)
    if not (isinstance(name, str) and isinstance(tensor, Tensor)):
        return tr("“{name}” is no tensor", name=called)
    if tensor.layout != torch.strided or tensor.is_quantized:
        return tr("“{name}” has no numbers", name=called)
    stored = tensor.untyped_storage().nbytes()
    if tensor.numel() * tensor.itemsize <= stored:
        return ""
    # A few stored numbers may claim to be a billion: such a file would fill the memory.
    if stored and 0 in tensor.stride():
        return tr("“{name}” repeats its numbers: save a copy (clone)", name=called)
    return tr("“{name}” has no numbers", name=called)


def _of_safetensors(data: bytes) -> object:
    return safetensors.torch.load(data)


def _of_torch(data: bytes) -> object:
    stream = io.BytesIO(data)
    return torch.load(  # noqa: TID251 - tensors only, nothing else is ever built
        stream, map_location="cpu", weights_only=True
    )


def _unreadable(path: str, got: str) -> TrainingError:
    return TrainingError(
        tr("The weights can't be read"),
        where=path,
        expected=tr("safetensors, or a state_dict of tensors by name"),
        got=got,
    )
