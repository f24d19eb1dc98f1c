"""The table of formats, and the one way to write a file in any of them.

A file counts as exported only when it was read from the disk again and every tensor
in it was found equal bit by bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from torch import Tensor

from engine.errors import ExportError, did_you_mean
from engine.export import (
    pt,
    safetensors,
    trained,
)
from engine.export.weights import Weights
from engine.files import atomic_file
from engine.i18n import tr
from engine.protocol.formats import ExportFormat
from engine.protocol.messages import Exported


def all_of(weights: Weights) -> Weights:
    """Return all weights."""
    return weights


@dataclass(frozen=True)
class Format:
    """One file format.

    Args:
        id: As in commands.
        title: Words in the dialog (English; shown through `tr`).
        suffix: Ending of its files, with the dot.
        write: Writes weights to a file, tensor by tensor.
        first_difference: Reads it again, and returns the name of a tensor that is
            not as it should be, if there is one.
        part: Returns what of the weights is written.
    """

    id: str
    title: str
    suffix: str
    write: Callable[[BinaryIO, Weights], None]
    first_difference: Callable[[BinaryIO, Mapping[str, Tensor]], str | None]
    part: Callable[[Weights], Weights] = all_of


_ROWS = (
    Format(
        "safetensors",
        "safetensors: names, shapes and numbers, readable everywhere",
        ".safetensors",
        safetensors.write,
        safetensors.first_difference,
    ),
    Format(
        "pt",
        "PyTorch state_dict (.pt), for torch.load(weights_only=True)",
        ".pt",
        pt.write,
        pt.first_difference,
    ),
    Format(
        "trained",
        "safetensors, without what was frozen: of LoRA the adapters alone",
        ".safetensors",
        safetensors.write,
        safetensors.first_difference,
        part=trained.part,
    ),
)
FORMATS: dict[str, Format] = {fmt.id: fmt for fmt in _ROWS}
"""All that can be written; the dialog and the command line ask this table."""


def told() -> tuple[ExportFormat, ...]:
    """Return the formats as the engine tells them."""
    return tuple(ExportFormat(row.id, row.title, row.suffix) for row in _ROWS)


def export(weights: Weights, format_id: str, path: Path) -> Exported:
    """Write weights to `path`, read them back and compare.

    Args:
        weights: What to write; nothing may change them meanwhile.
        format_id: One of `FORMATS`.
        path: The target; an old file is replaced at once or not at all.

    Raises:
        ExportError: When the format is unknown, the disk refuses, or what was written
            is not what is read.
    """
    fmt = _format(format_id)
    weights = fmt.part(weights)
    if not weights.tensors:
        raise ExportError(
            tr("There are no weights to export"),
            where=str(path),
            fix=tr("Choose a run of a network with weights."),
        )
    try:
        with atomic_file(path) as file:
            fmt.write(file, weights)
            file.flush()
            _compare(fmt.first_difference(file, weights.tensors), path)
        size = path.stat().st_size
    except OSError as error:
        raise ExportError(
            tr("The file can't be written"),
            where=str(path),
            got=error.strerror or str(error),
            fix=tr("Choose another folder or make room on the disk."),
        ) from error
    return Exported(str(path), fmt.id, len(weights.tensors), size, weights.step)


def _format(format_id: str) -> Format:
    if format_id not in FORMATS:
        raise ExportError(
            tr("There is no export format “{id}”", id=format_id),
            expected=", ".join(FORMATS),
            fix=did_you_mean(format_id, FORMATS),
        )
    return FORMATS[format_id]


def _compare(different: str | None, path: Path) -> None:
    if different is not None:
        raise ExportError(
            tr("The file does not read back equal"),
            where=str(path),
            got=different,
            fix=tr("Export again, to another disk if it stays so."),
        )
