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
from engine.measure.views.subject import Drawing, Subject

VIEWS: dict[str, Callable[[Subject], Drawing]] = {
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


def shortened(kind: str, subject: Subject) -> tuple[Subject, float]:
    """Return a subject that is drawn soon, and how many times longer the whole takes.

    Args:
        kind: Of the view.
        subject: The whole.
    """
    name, most = _SHORT.get(kind, ("", 0))
    whole = subject.number(name)
    if whole <= most:
        return subject, 1.0
    return replace(subject, params={**subject.params, name: most}), whole / most
