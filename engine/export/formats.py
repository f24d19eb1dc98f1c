"""The table of formats, and the one way to write a file in any of them.

A file counts as exported only when it was read from the disk again and every tensor
in it was found equal bit by bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import ExportError, did_you_mean
from engine.export import pt, safetensors
from engine.export.weights import Weights
from engine.files import atomic_write
from engine.i18n import tr
from engine.protocol.frame import Exported


@dataclass(frozen=True)
class Format:
    """One file format.

    Args:
        id: As in commands.
        title: Words in the dialog.
        suffix: Ending of its files, with the dot.
        dumps: Weights → bytes.
        loads: Bytes → tensors by name, on the processor.
    """

    id: str
    title: str
    suffix: str
    dumps: Callable[[Weights], bytes]
    loads: Callable[[bytes], dict[str, Tensor]]


FORMATS: dict[str, Format] = {
    fmt.id: fmt
    for fmt in (
        Format(
            "safetensors",
            "safetensors",
            ".safetensors",
            safetensors.dumps,
            safetensors.loads,
        ),
        Format("pt", "PyTorch state_dict", ".pt", pt.dumps, pt.loads),
    )
}


def export(weights: Weights, format_id: str, path: Path) -> Exported:
    """Write weights to `path`, read them back and compare.

    Args:
        weights: What to write.
        format_id: One of `FORMATS`.
        path: The target; an old file is replaced at once or not at all.

    Raises:
        ExportError: When the format is unknown, the disk refuses, or what was written
            is not what is read.
    """
    fmt = _format(format_id)
    tensors = {name: _plain(tensor) for name, tensor in weights.tensors.items()}
    if not tensors:
        raise ExportError(
            tr("There are no weights to export"),
            where=str(path),
            fix=tr("Choose a run of a network with weights."),
        )
    data = fmt.dumps(Weights(tensors, weights.metadata, weights.step))
    _compare(fmt.loads(data), tensors, path)
    try:
        atomic_write(path, data)
        written = path.read_bytes()
    except OSError as error:
        raise ExportError(
            tr("The file can't be written"),
            where=str(path),
            got=error.strerror or str(error),
            fix=tr("Choose another folder or make room on the disk."),
        ) from error
    _compare(fmt.loads(written), tensors, path)
    return Exported(str(path), fmt.id, len(tensors), len(written), weights.step)


def _format(format_id: str) -> Format:
    if format_id not in FORMATS:
        raise ExportError(
            tr("There is no export format “{id}”", id=format_id),
            expected=", ".join(FORMATS),
            fix=did_you_mean(format_id, FORMATS),
        )
    return FORMATS[format_id]


def _plain(tensor: Tensor) -> Tensor:
    """Return an own, contiguous copy on the processor."""
    plain = tensor.detach().to("cpu", copy=True)
    return plain.contiguous(memory_format=torch.contiguous_format)


def _compare(
    got: Mapping[str, Tensor], expected: Mapping[str, Tensor], path: Path
) -> None:
    """Refuse when anything differs, be it one bit of a NaN."""
    different = [
        name
        for name, tensor in expected.items()
        if name not in got or not _same_bits(got[name], tensor)
    ]
    different += [name for name in got if name not in expected]
    if different:
        raise ExportError(
            tr("The file does not read back equal"),
            where=str(path),
            got=", ".join(different[:3]),
            fix=tr("Export again, to another disk if it stays so."),
        )


def _same_bits(left: Tensor, right: Tensor) -> bool:
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    one, two = (t.contiguous().reshape(-1).view(torch.uint8) for t in (left, right))
    return torch.equal(one, two)
