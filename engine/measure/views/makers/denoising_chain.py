"""A diffusion model run backwards from pure noise.

Arrays: of images `pixels` uint8 (frames × samples)×H×W×C, one row per frame; of
points in the plane `pixels` frames×R×R×1 (how many points lie in each cell) and
`points` N×2, the last frame in the units of the data set. Both: `range`, `steps`
(which time step each frame shows). Words: `across`, how many stand in a row.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from engine.i18n import tr
from engine.layers.diffusion import remaining
from engine.layers.spec import Params
from engine.measure.views import classes, pixels
from engine.measure.views.plane import Square
from engine.measure.views.subject import Array, Drawing, Subject, host
from engine.protocol.arrays import Floats

RESOLUTION = 64
MOST_COLUMNS = 8

Network = Callable[[Tensor, Tensor], Tensor]


def draw(subject: Subject) -> Drawing:
    """Return the chain.

    Raises:
        ValueError: When the node isn't wired to a noise schedule.
    """
    schedule = subject.origins.get("noisy", {})
    if subject.answer is None or "predict" not in schedule:
        msg = tr("“noisy” must come from a NoiseSchedule")
        raise ValueError(msg)
    generator = torch.Generator().manual_seed(int(subject.number("seed")))
    like = subject.inputs["noisy"]
    shape = (int(subject.number("count", 64)), *like.shape[1:])
    noise = torch.randn(shape, generator=generator).to(like)
    visited = chosen(subject, schedule)
    clip = subject.number("clip", torch.inf)
    steps, frames = chain(subject.answer, noise, schedule, visited, clip=clip)
    kept = np.linspace(0, len(frames) - 1, int(subject.number("frames", 8))).round()
    kept_frames = [frames[int(index)] for index in dict.fromkeys(kept)]
    arrays, columns = _shown(subject, kept_frames)
    arrays["steps"] = np.array([steps[int(index)] for index in dict.fromkeys(kept)])
    return arrays, {"across": (str(columns),)}


def chosen(subject: Subject, schedule: Params) -> list[int]:
    """Return the time steps that are visited, the noisiest first."""
    total = schedule["steps"]
    assert isinstance(total, int)
    wanted = int(subject.number("sampling_steps", total)) or total
    places = np.linspace(total - 1, 0, min(wanted, total)).round().astype(int)
    return list(dict.fromkeys(places.tolist()))


def chain(
    network: Network,
    noise: Tensor,
    schedule: Params,
    visited: list[int],
    *,
    clip: float = torch.inf,
) -> tuple[list[int], list[Tensor]]:
    """Return time steps and samples, from the noise to the clean samples (step −1).

    Every step finds the sample behind the mixture and mixes it again with as much
    of the same noise as the next step has.

    Args:
        network: From mixture and time N×1 to what its `predict` says.
        noise: The start.
        schedule: Parameters of the NoiseSchedule.
        visited: Falling time steps.
        clip: Samples found on the way are cut to ± this.

    Source: Song, Meng & Ermon 2020, Denoising Diffusion Implicit Models, η = 0

    Shape:
        N×… → each N×…
    """
    left = remaining(int(str(schedule["steps"])), str(schedule["schedule"]))
    mixture, frames = noise, [noise]
    for step, following in zip(visited, [*visited[1:], -1], strict=True):
        time = torch.full((len(noise), 1), float(step)).to(noise)
        found = network(mixture, time)
        signal, spoilt = left[step] ** 0.5, (1 - left[step]) ** 0.5
        sample, rest = taken_apart(
            str(schedule["predict"]), mixture, found, signal, spoilt
        )
        if clip < torch.inf:
            sample = sample.clamp(-clip, clip)
            rest = (mixture - signal * sample) / max(spoilt, 1e-6)
        after = left[following] if following >= 0 else 1.0
        mixture = after**0.5 * sample + (1 - after) ** 0.5 * rest
        frames.append(mixture)
    return [*visited, -1], frames


def taken_apart(
    predict: str, mixture: Tensor, found: Tensor, signal: float, spoilt: float
) -> tuple[Tensor, Tensor]:
    """Return the sample and the noise in a mixture.

    Args:
        predict: What the network finds: `noise`, `sample` or `velocity`.
        mixture: signal·sample + spoilt·noise.
        found: The network's output.
        signal: √ᾱ.
        spoilt: √(1 − ᾱ).

    Shape:
        two alike → the same, twice
    """
    if predict == "noise":
        return (mixture - spoilt * found) / signal, found
    if predict == "sample":
        return found, (mixture - signal * found) / max(spoilt, 1e-6)
    return signal * mixture - spoilt * found, spoilt * mixture + signal * found


def _shown(subject: Subject, frames: list[Tensor]) -> tuple[dict[str, Array], int]:
    if frames[0].dim() == 4:
        return _images(subject, frames)
    points = [
        subject.restored("sample", host(frame).astype(np.float64)) for frame in frames
    ]
    return _clouds(points)


def _images(subject: Subject, frames: list[Tensor]) -> tuple[dict[str, Array], int]:
    columns = min(len(frames[0]), MOST_COLUMNS)
    images = np.concatenate([host(frame[:columns]) for frame in frames])
    low, high = pixels.limits(host(frames[-1]).astype(np.float64), "automatic")
    tiles = pixels.tiles(images.astype(np.float64), low, high)
    samples = pixels.tiles(host(frames[-1]).astype(np.float64), low, high)
    arrays = {"pixels": tiles, "samples": samples, "range": np.array([low, high])}
    return arrays, columns


def _clouds(frames: list[Floats]) -> tuple[dict[str, Array], int]:
    square = Square.around(np.concatenate([frames[0], frames[-1]])[:, :2])
    left, right, low, high = square.limits()
    counts = [
        np.histogram2d(
            frame[:, 1], frame[:, 0], RESOLUTION, [[low, high], [left, right]]
        )[0]
        for frame in frames
    ]
    levels = [np.sqrt(count / max(count.max(), 1.0))[::-1] for count in counts]
    tiles = pixels.tiles(np.array(levels), 0.0, 1.0)
    arrays = {
        "pixels": tiles,
        "points": classes.small(frames[-1][:, :2]),
        "range": np.array([0.0, 1.0]),
    }
    return arrays, min(len(frames), MOST_COLUMNS)
