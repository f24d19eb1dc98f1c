"""Training samples that are varied anew each time: flipped, shifted, cropped, noised.

Axes: B samples, C channels, H×W pixels, T moments of a signal.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from engine.data.own.practice import Variation


def varied(samples: Tensor, steps: Sequence[Variation], generator: Generator) -> Tensor:
    """Return samples that are varied, each by itself.

    Args:
        samples: As the network gets them, scaled.
        steps: In order.
        generator: On the device of the samples.

    Shape:
        B×C×H×W or B×C×T → the same
    """
    for step in steps:
        samples = _STEPS[step.step](samples, step.size, generator)
    return samples


def mixed(
    samples: dict[str, Tensor],
    classes: dict[str, int],
    alpha: float,
    generator: Generator,
) -> dict[str, Tensor]:
    """Return samples each of which is mixed with another one of the batch.

    Answers are mixed by the same shares as inputs; a class becomes the probability of
    each class.

    Args:
        samples: By name: inputs as the network gets them, and answers.
        classes: Name of labels → how many classes there are.
        alpha: Of the beta distribution that the shares are drawn from.
        generator: Of what is drawn; it may live on any device.

    Shape:
        B×… → B×…, labels B → B×K

    Source: H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018
    """
    count = len(next(iter(samples.values())))
    draws = np.random.default_rng(generator.initial_seed())
    # Beta(α, α) is the same both ways round: the larger part stays the sample itself,
    # so that no sample is mixed away.
    part = draws.beta(alpha, alpha, count)
    share_B = torch.from_numpy(np.maximum(part, 1 - part))
    partner_B = torch.from_numpy(draws.permutation(count))
    made = {}
    for name, values in samples.items():
        own = F.one_hot(values, classes[name]).float() if name in classes else values
        share = share_B.to(own.device, own.dtype)
        share = share.reshape(-1, *[1] * (own.dim() - 1))
        partner = own[partner_B.to(own.device)]
        made[name] = share * own + (1 - share) * partner
    return made


def _flipped(images: Tensor, _size: float, generator: Generator) -> Tensor:
    """Mirror half of the images, left to right."""
    draws = torch.rand(len(images), generator=generator, device=images.device)
    return torch.where((draws < 0.5)[:, None, None, None], images.flip(-1), images)


def _shifted(samples: Tensor, size: float, generator: Generator) -> Tensor:
    """Move by up to `size` whole places along each axis; what is at the edge stays."""
    for axis in range(2, samples.dim()):
        most, length = int(size), samples.shape[axis]
        moved = torch.randint(
            -most, most + 1, (len(samples),), generator=generator, device=samples.device
        )
        places = torch.arange(length, device=samples.device)
        sources = (places - moved[:, None]).clamp(0, length - 1)
        shape = [len(samples), *([1] * (samples.dim() - 1))]
        shape[axis] = length
        samples = samples.gather(axis, sources.reshape(shape).expand_as(samples))
    return samples


def _cropped(images: Tensor, size: float, generator: Generator) -> Tensor:
    """Enlarge a window of each image, whose sides are `size` of them or more."""
    draws = torch.rand((len(images), 3), generator=generator, device=images.device)
    side = size + (1 - size) * draws[:, 0]
    # In the grid's units a whole side runs from -1 to 1: the window's middle has
    # (1 − side) of room to both sides.
    middle = (2 * draws[:, 1:] - 1) * (1 - side)[:, None]
    eye = torch.eye(2, device=images.device)
    theta = torch.cat([side[:, None, None] * eye, middle[:, :, None]], dim=2).to(
        images.dtype
    )
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _noised(samples: Tensor, size: float, generator: Generator) -> Tensor:
    """Add normal noise of a deviation, in the units that the network gets."""
    noise = torch.randn(
        samples.shape,
        generator=generator,
        device=samples.device,
        dtype=samples.dtype,
    )
    return samples + size * noise


_STEPS: dict[str, Callable[[Tensor, float, Generator], Tensor]] = {
    "flip": _flipped,
    "shift": _shifted,
    "crop": _cropped,
    "noise": _noised,
}
