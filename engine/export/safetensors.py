"""The safetensors format: tensors by name and a table of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import load, save

from engine.errors import ExportError
from engine.i18n import tr

if TYPE_CHECKING:
    from torch import Tensor

    from engine.export.weights import Weights


def dumps(weights: Weights) -> bytes:
    """Return the bytes of a file.

    Source: huggingface/safetensors, format specification
    """
    return save(dict(weights.tensors), dict(weights.metadata))


def loads(data: bytes) -> dict[str, Tensor]:
    """Return the tensors of a file.

    Raises:
        ExportError: When the bytes are not such a file.
    """
    try:
        return load(data)
    except SafetensorError as error:
        raise ExportError(tr("This is not a safetensors file")) from error
