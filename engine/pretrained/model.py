"""A model that others have trained: its sizes, its weights by our names, its tokens.

Weights come one tensor at a time, as float32: no more is in memory than is asked for.
"""

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.files import opened_regular, read_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.pretrained import config, gguf, names, tensors
from engine.pretrained.config import Config
from engine.pretrained.gguf import Stored
from engine.pretrained.quants import Floats32
from engine.pretrained.torch_files import models as torch_files

CONFIG = "config.json"
_CHUNK_BYTES = 2**22
_CONFIG_BYTES = 2**20

Version = tuple[int, int]
"""Bytes of a file, and when it was changed, in nanoseconds."""


@dataclass(frozen=True)
class Pretrained:
    """One opened model.

    Args:
        path: Of the file with the weights.
        config: Its sizes.
        stored: Our name → the tensor in the file; tied ones by one name of several.
        turned: Names in the file of tensors whose rows are reordered → their heads.
        version: Size and time of the file when its head was read.
    """

    path: Path
    config: Config
    stored: Mapping[str, Stored]
    turned: Mapping[str, int]
    version: Version

    @property
    def title(self) -> str:
        """What people know it by: its file, or the folder of a plain `model`."""
        named = self.path.stem not in {"model", "pytorch_model"}
        name = self.path.stem if named else self.path.parent.name
        return " ".join(name.split())[:60] or "Llama"

    @property
    def kinds(self) -> str:
        """Kinds of numbers in it, the most frequent first."""
        count: dict[str, int] = {}
        for each in {each.name: each for each in self.stored.values()}.values():
            count[each.quant.name] = count.get(each.quant.name, 0) + each.num_bytes
        return ", ".join(sorted(count, key=lambda name: -count[name]))

    def read(self, handle: int, name: str) -> Floats32:
        """Return the numbers of a tensor by our name, see `tensor`.

        Shape:
            a name → the tensor's shape
        """
        stored = self.stored[name]
        made = gguf.floats(handle, stored)
        heads = self.turned.get(stored.name)
        return made if heads is None else _in_halves(made, heads)

    def tensor(self, name: str) -> Floats32:
        """Return the numbers of a tensor by our name.

        Raises:
            DataError: When the file can't be read any more.

        Shape:
            a name → the tensor's shape
        """
        try:
            with opened_regular(self.path) as handle:
                _check_version(handle, self.version)
                return self.read(handle, name)
        except OSError as error:
            raise gguf.unreadable(self.path, error) from error


def _check_version(handle: int, version: Version) -> None:
    """Make sure that an open file is still the one of which the head was read.

    Raises:
        OSError: When it isn't.
    """
    status = os.fstat(handle)
    if (status.st_size, status.st_mtime_ns) != version:
        raise OSError(errno.ESTALE, tr("it has changed while it was read"))


def _in_halves(rows: Floats32, heads: int) -> Floats32:
    """Return rows of each head with its pairs in two halves instead of side by side.

    GGUF turns neighbouring features; our rotary positions turn feature i and i + D/2.

    Shape:
        H·D×… → the same
    """
    half = rows.shape[0] // heads // 2
    parts = rows.reshape(heads, half, 2, *rows.shape[1:]).swapaxes(1, 2)
    return parts.reshape(rows.shape)


def open_model(path: Path) -> Pretrained:
    """Return a model; of its weights only names and sizes are read.

    Args:
        path: Of a GGUF file, of safetensors or a PyTorch file with a `config.json`
            beside, or of a folder with such.

    Raises:
        DataError: When it is none, is damaged, or of a kind that isn't read here.

    Threads: any; the last few are kept and shared.
    """
    try:
        place = _in_folder(path) if path.is_dir() else path
        str(place).encode()  # a project can't name it otherwise
        status = place.stat()
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or tr("no file can have this name")
        raise DataError(
            tr("The file can't be read"), where=path.name, got=words
        ) from error
    return _open(place, status.st_size, status.st_mtime_ns)


def _in_folder(folder: Path) -> Path:
    inside = sorted(folder.iterdir())
    found = [each for each in inside if each.suffix in {".safetensors", ".gguf"}]
    if not found:
        found = [e for e in inside if e.is_file() and torch_files.is_torch(e)]
    if len(found) != 1:
        raise DataError(
            tr("This folder doesn't hold one model"),
            where=folder.name,
            expected=tr("one file of weights, such as .gguf or .safetensors"),
            got=len(found),
        )
    return found[0]


@lru_cache(maxsize=4)
def _open(path: Path, size: int, mtime_ns: int) -> Pretrained:
    version = (size, mtime_ns)
    if torch_files.is_torch(path):
        return _beside_config(path, version, torch_files.stored(path))
    if path.suffix.lower() == ".safetensors" and not gguf.is_gguf(path):
        return _beside_config(path, version, tensors.head(path))
    head = gguf.head(path)
    sizes = config.of_gguf(head.settings, head.tensors, path.name)
    turned = {}
    for name in head.tensors:
        if heads := names.TURNED.get(names.part(name)):
            turned[name] = int(getattr(sizes, heads))
    stored = _by_our_names(head.tensors, path)
    return _checked(Pretrained(path, sizes, stored, turned, version))


def _beside_config(
    path: Path, version: Version, found: Mapping[str, Stored]
) -> Pretrained:
    """Return a model whose sizes stand in a file of their own."""
    sizes = config.of_record(_config(path.with_name(CONFIG)), found, path.name)
    stored = _by_our_names(found, path)
    return _checked(Pretrained(path, sizes, stored, {}, version))


def _config(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(read_regular(path, _CONFIG_BYTES))
    except OSError as error:
        raise DataError(
            tr("The sizes of the network are not there"),
            where=path.name,
            got=error.strerror,
            fix=tr("Put the model's config.json beside its weights."),
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(tr("This is no JSON"), where=path.name) from error
    if not isinstance(record, dict):
        raise DataError(tr("This is no JSON object"), where=path.name)
    return record


def _by_our_names(found: Mapping[str, Stored], path: Path) -> dict[str, Stored]:
    """Return the tensors by our names.

    Raises:
        DataError: When two have the same, or our blocks lack a part.
    """
    made: dict[str, Stored] = {}
    for name, each in found.items():
        if names.is_strange(name):
            raise _strange(path, name)
        for ours in names.ours(name):
            if ours in made:
                what = tr("“{name}” stands in it twice", name=name)
                raise gguf.damaged(path, what, made[ours].name)
            made[ours] = each
    return made


def _strange(path: Path, name: str) -> DataError:
    return DataError(
        tr("“{name}” is a part that a Llama doesn't have here", name=name),
        where=path.name,
        fix=tr("Choose a model of the Llama family, such as SmolLM2."),
    )


def _checked(made: Pretrained) -> Pretrained:
    """Return the model when all its tensors are there, of the sizes that it says.

    Raises:
        DataError: Names the first that isn't, or that the network has no place for.
    """
    wanted = dict(shapes(made.config))
    for name, each in made.stored.items():
        if name.startswith("layers.") and name not in wanted:
            raise _strange(made.path, each.name)
    for name, shape in wanted.items():
        stored = made.stored.get(name)
        if stored is None or stored.shape != shape:
            raise DataError(
                tr("“{name}” doesn't fit the sizes that the file says",
                   name=stored.name if stored else name),
                where=made.path.name,
                expected="×".join(map(str, shape)),
                got="×".join(map(str, stored.shape)) if stored else tr("nothing"),
            )  # fmt: skip
    return made


def shapes(sizes: Config) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield our name and the shape of every tensor of a network."""
    size, hidden = sizes.features, sizes.hidden
    wide, narrow = sizes.heads * sizes.head_size, sizes.kv_heads * sizes.head_size
    table = "embedding.table.weight" if sizes.tied else "embedding.weight"
    yield table, (sizes.vocabulary, size)
    for number in range(sizes.layers):
        place = f"layers.{number}"
        yield f"{place}.norm1.weight", (size,)
        yield f"{place}.query.weight", (wide, size)
        yield f"{place}.key.weight", (narrow, size)
        yield f"{place}.value.weight", (narrow, size)
        yield f"{place}.output.weight", (size, wide)
        yield f"{place}.norm2.weight", (size,)
        yield f"{place}.gate.weight", (hidden, size)
        yield f"{place}.wide.weight", (hidden, size)
        yield f"{place}.narrow.weight", (size, hidden)
        if sizes.bias:
            yield f"{place}.query.bias", (wide,)
            yield f"{place}.key.bias", (narrow,)
            yield f"{place}.value.bias", (narrow,)
    yield "norm.weight", (size,)
    if not sizes.tied:
        yield "scores.weight", (sizes.vocabulary, size)


@lru_cache(maxsize=8)
def _digest(path: Path, size: int, mtime_ns: int) -> str:
    digest = hashlib.sha256()
    with opened_regular(path) as handle:
        while part := os.read(handle, _CHUNK_BYTES):
            giving_up.check()
            digest.update(part)
        _check_version(handle, (size, mtime_ns))
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces and remembered.

    Raises:
        OSError: When it can't be read.
    """
    status = path.stat()
    return _digest(path, status.st_size, status.st_mtime_ns)
