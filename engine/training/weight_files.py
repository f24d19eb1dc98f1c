"""Reads weights from where a document says: nothing but tensors ever comes out."""

import hashlib
import io
import stat
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from engine.errors import TrainingError
from engine.i18n import tr
from engine.training import runs


@dataclass(frozen=True)
class WeightFile:
    """What was read.

    Args:
        path: As it was asked for.
        sha256: Of the file's bytes, or of the checkpoint of a run.
        tensors: On the processor, by name.
    """

    path: str
    sha256: str
    tensors: dict[str, Tensor]


def read(path: str) -> WeightFile:
    """Read a safetensors file, a state_dict, or the newest checkpoint of a run.

    Raises:
        EngineError: When there is no such thing, or something else in it.
    """
    place = Path(path).expanduser()
    if "\0" not in path and place.is_dir():
        return _of_run(path, runs.open_run(place))
    try:
        data = _bytes_of(place)
    except FileNotFoundError as error:
        raise TrainingError(
            tr("There is no such file"),
            where=path,
            fix=tr("Choose another file, or let the weights start anew."),
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TrainingError(
            tr("There are no weights in this file"),
            where=path,
            got=reason,
            fix=tr("Choose another file, or let the weights start anew."),
        ) from error
    tensors = _loads(data, path)
    return WeightFile(path, hashlib.sha256(data).hexdigest(), tensors)


def _bytes_of(path: Path) -> bytes:
    """Return what a file holds; devices and pipes may hold more than any memory."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError(tr("not a file"))
    return path.read_bytes()


def _of_run(path: str, run: runs.Run) -> WeightFile:
    tensors = run.load_weights()
    return WeightFile(path, run.checkpoint.sha256 if run.checkpoint else "", tensors)


def _loads(data: bytes, path: str) -> dict[str, Tensor]:
    """Return the tensors by name; the content decides, not the ending."""
    is_zip = data[:4] == b"PK\x03\x04"
    try:
        found = _of_torch(data) if is_zip else _of_safetensors(data)
    except Exception as error:
        raise _unreadable(path, type(error).__name__) from error
    if not isinstance(found, dict):
        raise _unreadable(path, type(found).__name__)
    for name, tensor in found.items():
        if not (isinstance(name, str) and isinstance(tensor, Tensor)):
            raise _unreadable(path, f"{name}: {type(tensor).__name__}")
    return dict(found)


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
