"""What weights are read from: ordinary files that hold tensors, and runs.

Told by the first bytes and by headers, so that it can be asked while somebody edits.
"""

import os
import stat
from functools import lru_cache
from pathlib import Path

from engine.advice.weights.headers import MAX_BYTES, header_text
from engine.errors import EngineError
from engine.files import opened_regular
from engine.folder import account
from engine.i18n import tr
from engine.pretrained.gguf import is_gguf
from engine.pretrained.model import open_model
from engine.pretrained.torch_files import state
from engine.pretrained.torch_files.machine import MOST_TENSORS, Refused

_MOST_BYTES = 100 * MAX_BYTES


def complaint(path: Path) -> str:
    """Return why there are no weights at a place, or nothing; it must exist.

    Args:
        path: Of a file or of the folder of a run.

    Threads: any; it reads from the disk, so none that a person waits for.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return _of_run(path)
        if not stat.S_ISREG(status.st_mode):
            return tr("not an ordinary file")
        return of_file(path, status.st_size, status.st_mtime_ns)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or tr("it can't be read")


def _of_run(folder: Path) -> str:
    try:
        newest = account.newest(account.read(folder))
    except EngineError as error:
        return error.what
    return "" if newest else tr("a run without weights")


def _of_gguf(path: Path) -> str:
    try:
        open_model(path)
    except EngineError as error:
        return error.what
    return ""


def _of_torch(path: Path) -> str:
    try:
        state.head(path)
    except Refused as error:
        return str(error)
    return ""


@lru_cache(maxsize=64)
def of_file(path: Path, size: int, _mtime_ns: int) -> str:
    """Return why an ordinary file holds no weights, or nothing.

    Raises:
        OSError: When it can't be read.
    """
    if is_gguf(path):
        return _of_gguf(path)
    if state.is_torch(path):
        return _of_torch(path)
    with opened_regular(path) as handle, os.fdopen(handle, "rb", closefd=False) as file:
        length = int.from_bytes(file.read(8), "little")
        if (
            MAX_BYTES < length <= min(100 * MAX_BYTES, size - 8)
            and file.read(1) == b"{"
        ):
            return tr("more than {n} tensors", n=MOST_TENSORS)
        file.seek(0)
        if (text := header_text(file, size)) is None:
            return tr("neither safetensors nor a state dict")
        if text.count(b'"dtype"') > MOST_TENSORS:
            return tr("more than {n} tensors", n=MOST_TENSORS)
    return ""
