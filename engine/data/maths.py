"""Sets that formulas draw, from PCG64 with the split seed."""

from collections.abc import Callable

import numpy as np

from engine.data import dates
from engine.data.parts import Arrays, Parts
from engine.data.settings import Settings
from engine.data.signals import waveforms
from engine.data.split import chosen, generator, shuffled, split_rows

Draw = Callable[[Settings, np.random.Generator], Arrays]


def read(settings: Settings) -> Parts:
    """Draw a set and return both parts.

    Shape:
        point: B×2, x: B×1, signal: B×1×T; label: B, target: B×1, y: B×1;
        written: B×20, iso: B×10
    """
    random = generator(settings.seed)
    if settings.spec.id == "xor":
        return _xor(settings, random)
    arrays = chosen(_DRAWS[settings.spec.id](settings, random), settings.classes)
    parts = split_rows(arrays, settings.validation, random)
    if "y" not in arrays:
        return parts
    return Parts(parts.train, parts.validation, noise_variance=settings.noise**2)


def _xor(settings: Settings, random: np.random.Generator) -> Parts:
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    answers = np.array([[0.0], [1.0], [1.0], [0.0]])
    which = np.arange(settings.samples) % 4
    points = corners[which] + settings.noise * _normal(random, settings.samples, 2)
    return Parts(
        train={"point": points, "target": answers[which]},
        validation={"point": corners, "target": answers},
    )


def _spirals(settings: Settings, random: np.random.Generator) -> Arrays:
    arm = _balanced(settings.samples, 2, random)
    # The length of an Archimedean spiral grows with the square of its angle: with the
    # root of an even draw the points are as dense outside as inside.
    root = np.sqrt(random.random(settings.samples))
    return _noisy(_polar(2 * root, np.pi * (3.5 * root + arm)), arm, settings, random)


def _moons(settings: Settings, random: np.random.Generator) -> Arrays:
    moon = _balanced(settings.samples, 2, random)
    # Two half circles, one the other turned by 180° about the middle between them.
    sign = 1 - 2 * moon
    centred = _polar(1.0, np.pi * random.random(settings.samples)) - [0.5, 0.25]
    return _noisy(sign[:, np.newaxis] * centred, moon, settings, random)


def _circles(settings: Settings, random: np.random.Generator) -> Arrays:
    circle = _balanced(settings.samples, 2, random)
    radius = np.array([1.5, 0.75])[circle]
    angle = 2 * np.pi * random.random(settings.samples)
    return _noisy(_polar(radius, angle), circle, settings, random)


def _blobs(settings: Settings, random: np.random.Generator) -> Arrays:
    blob = _balanced(settings.samples, 3, random)
    centres = _polar(2.0, np.radians(90 + 120 * blob))
    return _noisy(centres, blob, settings, random)


def _gaussians8(settings: Settings, random: np.random.Generator) -> Arrays:
    which = _balanced(settings.samples, 8, random)
    centres = _polar(2.0, np.radians(45 * which))
    return {"point": _noisy(centres, which, settings, random)["point"]}


def _swiss_roll(settings: Settings, random: np.random.Generator) -> Arrays:
    # 1½ to 4½ half turns, as scikit-learn's make_swiss_roll, in the plane of the roll.
    angle = np.pi * (1.5 + 3 * random.random(settings.samples))
    roll = _polar(2 * angle / (4.5 * np.pi), angle)
    return {"point": roll + settings.noise * _normal(random, settings.samples, 2)}


def _sine(settings: Settings, random: np.random.Generator) -> Arrays:
    x = np.pi * (2 * random.random((settings.samples, 1)) - 1)
    return {"x": x, "y": np.sin(x) + settings.noise * _normal(random, *x.shape)}


def _waveforms(settings: Settings, random: np.random.Generator) -> Arrays:
    kind = _balanced(settings.samples, 4, random)
    clean = waveforms(kind, settings.context, random)
    noisy = clean + settings.noise * _normal(random, *clean.shape)
    return {"signal": noisy[:, np.newaxis], "label": kind}


def _balanced(count: int, num_classes: int, random: np.random.Generator) -> np.ndarray:
    """Return labels in random order, every class within one sample as often."""
    return shuffled(count, random) % num_classes


def _polar(radius: float | np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _normal(random: np.random.Generator, *shape: int) -> np.ndarray:
    return random.standard_normal(shape)


def _noisy(
    points: np.ndarray,
    label: np.ndarray,
    settings: Settings,
    random: np.random.Generator,
) -> Arrays:
    noise = settings.noise * _normal(random, *points.shape)
    return {"point": points + noise, "label": label}


_DRAWS: dict[str, Draw] = {
    "dates": dates.draw,
    "spirals": _spirals,
    "moons": _moons,
    "circles": _circles,
    "blobs": _blobs,
    "gaussians8": _gaussians8,
    "swiss_roll": _swiss_roll,
    "sine": _sine,
    "waveforms": _waveforms,
}
