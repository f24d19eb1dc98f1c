"""The toy view comes as a message, its numbers are numpy's, and it has a widget."""

import numpy as np
import torch
from PySide6.QtWidgets import QApplication

from engine.data.catalog import load
from tests.recipes.uses import works
from tests.recipes.uses.project import small, trained
from workbench.plots.views.kinds.curve import Curve
from workbench.plots.views.table import FACES, title

trainer = trained(small(view="quantiles", steps=5))
for _ in trainer.viewing.make(99):
    pass
view = trainer.viewing.take()[-1]
assert (view.node, view.kind) == ("view", "quantiles")
x = torch.from_numpy(load({"source": "iris"}).validation["features"])
modules = trainer.parts.program.modules.eval()
with torch.no_grad():
    hidden = modules.at("hidden")(x).tanh()
    scores = modules.at("scores")(hidden).numpy()
assert np.allclose(view.arrays["curve"][:, 1], np.sort(scores[:, 0]), atol=1e-5)
assert np.allclose(view.arrays["curve"][:, 0], (np.arange(len(x)) + 0.5) / len(x))

application = QApplication([])
face = FACES["quantiles"]()
assert isinstance(face, Curve)
assert title("quantiles") == "Quantiles"
face.show_view(view)
assert face.table()[1]
works()
