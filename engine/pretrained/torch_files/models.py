"""The weights of a language model in a PyTorch file, such as `pytorch_model.bin`."""

from pathlib import Path

from engine.errors import DataError
from engine.i18n import tr
from engine.pretrained.gguf import Stored, unreadable
from engine.pretrained.quants import QUANTS
from engine.pretrained.torch_files import state
from engine.pretrained.torch_files.machine import Refused
from engine.pretrained.torch_files.state import Tensor, is_torch

__all__ = ["is_torch", "stored"]
_KINDS = {"float32": QUANTS[0], "float16": QUANTS[1], "bfloat16": QUANTS[30]}
_TABLE, _SCORES = "model.embed_tokens.weight", "lm_head.weight"


def stored(path: Path) -> dict[str, Stored]:
    """Return the tensors of a file by name; none is read.

    A table that also scores the tokens stands in it by two names: one is enough.

    Raises:
        DataError: When it holds no tensors, or such as no model here has.
    """
    try:
        found = dict(state.head(path))
    except OSError as error:
        raise unreadable(path, error) from error
    except Refused as error:
        raise DataError(
            tr("This PyTorch file can't be read: {what}", what=str(error)),
            where=path.name,
            fix=tr("Save its state_dict alone, or choose another file."),
        ) from error
    if _SCORES in found and found.get(_SCORES) == found.get(_TABLE):
        del found[_SCORES]
    return dict(_one(path, name, each) for name, each in found.items() if each.is_float)


def _one(path: Path, name: str, tensor: Tensor) -> tuple[str, Stored]:
    if tensor.kind not in _KINDS:
        raise DataError(
            tr("“{name}” holds numbers of a kind that isn't read here", name=name),
            where=path.name,
            expected=", ".join(_KINDS),
            got=tensor.kind,
        )
    if not (tensor.num_bytes and tensor.is_dense):
        raise DataError(
            tr("The numbers of “{name}” don't stand one behind the other", name=name),
            where=path.name,
            fix=tr("Save the model anew, or choose its safetensors file."),
        )
    quant, shape = _KINDS[tensor.kind], tensor.shape
    return name, Stored(name, shape, quant, tensor.at, tensor.num_bytes)
