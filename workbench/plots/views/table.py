"""The looks of views, which widget draws which kind, and what the kinds are called."""

from engine.i18n import tr
from engine.layers import registry
from workbench.plots.views.base import ViewFace
from workbench.plots.views.kinds.confusion_matrix import ConfusionMatrix
from workbench.plots.views.kinds.curve import Curve, Forecast
from workbench.plots.views.kinds.decision_boundary import DecisionBoundary
from workbench.plots.views.kinds.image_grid import ImageGrid
from workbench.plots.views.kinds.predictions import Predictions
from workbench.plots.views.kinds.scatter import Scatter
from workbench.plots.views.kinds.task_matrix import TaskMatrixFace
from workbench.plots.views.kinds.text_sample import TextSample

LOOKS: dict[str, type[ViewFace]] = {
    "image_grid": ImageGrid,
    "scatter": Scatter,
    "decision_boundary": DecisionBoundary,
    "confusion_matrix": ConfusionMatrix,
    "predictions": Predictions,
    "curve": Curve,
    "text_sample": TextSample,
    "forecast": Forecast,
    "task_matrix": TaskMatrixFace,
}
"""A view whose entry in the catalogue names one of these needs no widget of its own."""
FACES: dict[str, type[ViewFace]] = {
    spec.id: LOOKS[spec.look or spec.id]
    for spec in registry.all_specs()
    if spec.category == "view"
}


def title(kind: str) -> str:
    """Return what a kind of view is called."""
    titles = {
        "image_grid": tr("Images"),
        "scatter": tr("Scatter"),
        "decision_boundary": tr("Decision boundary"),
        "confusion_matrix": tr("Confusion matrix"),
        "predictions": tr("Predictions"),
        "curve": tr("Curve"),
        "latent_map": tr("Latent map"),
        "text_sample": tr("Text sample"),
        "denoising_chain": tr("Denoising"),
        "forecast": tr("Forecast curve"),
        "task_matrix": tr("Task matrix"),
    }
    return titles.get(kind) or tr(registry.get(kind).title)
