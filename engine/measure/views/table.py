"""The kinds of views, by their id in the catalogue."""

from collections.abc import Callable

from engine.measure.views import (
    confusion_matrix,
    curve,
    decision_boundary,
    image_grid,
    predictions,
    scatter,
)
from engine.measure.views.scene import Drawing, Scene

VIEWS: dict[str, Callable[[Scene], Drawing]] = {
    "image_grid": image_grid.draw,
    "scatter": scatter.draw,
    "decision_boundary": decision_boundary.draw,
    "confusion_matrix": confusion_matrix.draw,
    "predictions": predictions.draw,
    "curve": curve.draw,
}
