"""The toy format is written, read back by numpy, and offered in the dialog."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtWidgets import QApplication

from engine.errors import ExportError
from engine.export import FORMATS, Weights, export, formats
from tests.recipes.uses import works
from workbench.dialogs.export import ExportDialog

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
application = QApplication([])
dialog = ExportDialog(Path(), "weights", formats.told())
offered = [dialog.format.itemText(n) for n in range(dialog.format.count())]
assert "NumPy arrays (.npz)" in offered[1:], offered
dialog.format.setCurrentIndex(offered.index("NumPy arrays (.npz)"))
assert dialog.path.text() == "weights.npz"
with pytest.raises(ExportError, match="not an npz file"):
    FORMATS["npz"].first_difference(io.BytesIO(b"no zip"), tensors)
works()
