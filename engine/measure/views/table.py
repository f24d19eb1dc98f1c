"""The kinds of views, by their id in the catalogue."""

from collections.abc import Callable

from engine.measure.views import (
    confusion_matrix,
    curve,
    decision_boundary,
    denoising_chain,
    forecast,
    image_grid,
    latent_map,
    predictions,
    scatter,
    text_sample,
)
from engine.measure.views.scene import Drawing, Scene

VIEWS: dict[str, Callable[[Scene], Drawing]] = {
    "image_grid": image_grid.draw,
    "scatter": scatter.draw,
    "decision_boundary": decision_boundary.draw,
    "confusion_matrix": confusion_matrix.draw,
    "predictions": predictions.draw,
    "curve": curve.draw,
    "latent_map": latent_map.draw,
    "text_sample": text_sample.draw,
    "denoising_chain": denoising_chain.draw,
    "forecast": forecast.draw,
}
