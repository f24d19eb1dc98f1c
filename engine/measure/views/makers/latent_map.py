"""What a decoder makes of a square grid of places in its latent plane.

Arrays: `pixels` uint8 R²×H×W×C (the lowest row comes last, as on a map), `range`.
Words: `across`, how many stand in a row.
"""

import numpy as np
import torch

from engine.i18n import tr
from engine.measure.views import pixels
from engine.measure.views.subject import Drawing, Subject, host


def draw(subject: Subject) -> Drawing:
    """Return the decoder's images; further latent numbers have their mean.

    Raises:
        ValueError: When the images don't follow from the latent numbers.
    """
    if subject.answer is None:
        msg = tr("the images do not depend on the latent numbers")
        raise ValueError(msg)
    latent = subject.inputs["latent"]
    resolution = int(subject.number("resolution", 12))
    extent = subject.number("extent", 2.5)
    ends = np.linspace(-extent, extent, resolution)
    x, y = np.meshgrid(ends, ends[::-1])
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    asked = latent.mean(dim=0).expand(len(places), -1).clone()
    asked[:, :2] = torch.as_tensor(places).to(asked)
    images = host(subject.answer(asked)).astype(np.float64)
    low, high = pixels.limits(images, str(subject.params.get("range")))
    arrays = {"pixels": pixels.tiles(images, low, high), "range": np.array([low, high])}
    return arrays, {"across": (str(resolution),)}
