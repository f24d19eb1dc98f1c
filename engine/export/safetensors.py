"""The safetensors format: tensors by name and a table of words."""

from typing import TYPE_CHECKING, BinaryIO

from engine.errors import ExportError
from engine.i18n import tr
from engine.training.records import tensor_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from engine.export.weights import Weights


def write(file: BinaryIO, weights: "Weights") -> None:
    """Write a file tensor by tensor.

    Source: huggingface/safetensors, format specification
    """
    tensor_file.write(file, weights.tensors, weights.metadata)


def first_difference(file: BinaryIO, tensors: "Mapping[str, Tensor]") -> str | None:
    """Return the name of a tensor that the file does not hold as it is.

    Raises:
        ExportError: When it is not such a file.
    """
    try:
        return tensor_file.first_difference(file, tensors)
    except ValueError as error:
        raise ExportError(tr("This is not a safetensors file")) from error
