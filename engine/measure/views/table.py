"""The kinds of views, by their id in the catalogue."""

from collections.abc import Callable
from dataclasses import replace

from engine.measure.views.makers import (
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
ASKING = {"text_sample", "denoising_chain"}
"""Made of the network's answers alone: samples only say what shape its inputs have."""
_SHORT = {"text_sample": ("length", 16), "denoising_chain": ("sampling_steps", 8)}


def shortened(kind: str, scene: Scene) -> tuple[Scene, float]:
    """Return a scene that is drawn soon, and how many times longer the whole takes.

    Args:
        kind: Of the view.
        scene: The whole.
    """
    name, most = _SHORT.get(kind, ("", 0))
    whole = scene.number(name)
    if whole <= most:
        return scene, 1.0
    return replace(scene, params={**scene.params, name: most}), whole / most
