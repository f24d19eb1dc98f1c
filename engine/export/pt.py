"""PyTorch's own format: a plain state_dict of tensors, nothing else.

`torch.load(path, weights_only=True)` reads it, and `load_state_dict` takes it.
"""

import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, BinaryIO, cast

import torch
from torch import Tensor

from engine.errors import ExportError
from engine.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.export.weights import Weights


def write(file: BinaryIO, weights: "Weights") -> None:
    """Write a file; words about the origin are an attribute, as torch's own are.

    `torch.load(path, weights_only=True)._metadata[""]` has them by name, and
    `load_state_dict` doesn't mind.

    Raises:
        OSError: When the disk refuses.
    """
    plain = ((name, _plain(tensor)) for name, tensor in weights.tensors.items())
    state, disk = OrderedDict(plain), _Disk(file)
    vars(state)["_metadata"] = OrderedDict({"": {"version": 1, **weights.metadata}})
    try:
        torch.save(state, cast("BinaryIO", disk))
    except RuntimeError as error:
        if disk.error is None:
            raise
        raise disk.error from error


class _Disk:
    """A file that keeps what the disk has said: torch forgets it.

    Args:
        file: Where to.

    Attributes:
        error: What the disk has refused, if anything.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write, and note a refusal."""
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Hand on what waits."""
        self._file.flush()


def _plain(tensor: Tensor) -> Tensor:
    """Return the tensor on the processor, contiguous and alone in its memory."""
    plain = tensor.detach().cpu()
    alone = plain.untyped_storage().nbytes() == plain.numel() * plain.element_size()
    if plain.is_contiguous() and alone:
        return plain
    return plain.clone(memory_format=torch.contiguous_format)


def first_difference(file: BinaryIO, tensors: "Mapping[str, Tensor]") -> str | None:
    """Return the name of a tensor that the file does not hold as it is.

    Raises:
        ExportError: When it is not such a file.
    """
    file.seek(0)
    try:
        found: dict[str, Tensor] = torch.load(  # noqa: TID251 - our own, tensors only
            file, map_location="cpu", weights_only=True
        )
    except (RuntimeError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ExportError(tr("This is not a PyTorch file")) from error
    for name in [*tensors, *found]:
        known = name in found and name in tensors
        if not known or not _same_bits(found[name], tensors[name]):
            return name
    return None


def _same_bits(left: Tensor, right: Tensor) -> bool:
    """Return whether all is the same, be it one bit of a NaN."""
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    one, two = (t.cpu().contiguous().view(-1).view(torch.uint8) for t in (left, right))
    return torch.equal(one, two)
