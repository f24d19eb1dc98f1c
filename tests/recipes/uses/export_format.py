"""The toy format is written, read back by numpy, and refused when a bit differs."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import ExportError
from engine.export import FORMATS, Weights, export
from tests.recipes.uses import works

tensors = {"a.weight": torch.randn(3, 4), "b.count": torch.arange(5)}
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "weights.npz")
    done = export(Weights(tensors, step=7), "npz", path)
    assert (done.tensors, done.step) == (2, 7)
    with np.load(path, allow_pickle=False) as found:
        assert set(found) == set(tensors)
        assert all(np.array_equal(found[n], t.numpy()) for n, t in tensors.items())
    with path.open("rb") as file:
        other = {**tensors, "a.weight": tensors["a.weight"] + 1}
        assert FORMATS["npz"].first_difference(file, other) == "a.weight"
with pytest.raises(ExportError, match="not an npz file"):
    FORMATS["npz"].first_difference(io.BytesIO(b"no zip"), tensors)
works()
