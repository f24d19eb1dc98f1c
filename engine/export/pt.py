"""PyTorch's own format: a plain state_dict of tensors, nothing else.

`torch.load(path, weights_only=True)` reads it, and `load_state_dict` takes it.
"""

import io
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING

import torch

from engine.errors import ExportError
from engine.i18n import tr

if TYPE_CHECKING:
    from engine.export.weights import Weights


def dumps(weights: "Weights") -> bytes:
    """Return the bytes of a file; words about the origin have no place in it."""
    buffer = io.BytesIO()
    torch.save(OrderedDict(weights.tensors), buffer)
    return buffer.getvalue()


def loads(data: bytes) -> dict[str, torch.Tensor]:
    """Return the tensors of a file that `dumps` made.

    Raises:
        ExportError: When the bytes are not such a file.
    """
    try:
        state = torch.load(  # noqa: TID251 - our own bytes, and tensors only
            io.BytesIO(data), map_location="cpu", weights_only=True
        )
    except (RuntimeError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ExportError(tr("This is not a PyTorch file")) from error
    return dict(state)
