"""How fast a noise schedule spoils a sample. Plain numbers, for all who need them."""

import math
from itertools import accumulate, pairwise
from operator import mul


def remaining(steps: int, schedule: str) -> list[float]:
    """Return ᾱ of every step: the share of the sample's variance that is left.

    Args:
        steps: T.
        schedule: `linear` or `cosine`.

    Source: Ho et al. 2020, β from 10⁻⁴ to 0.02 for 1,000 steps, in proportion for
    others; Nichol & Dhariwal 2021, cosine with s = 0.008 and β ≤ 0.999.
    """
    betas = _cosine(steps) if schedule == "cosine" else _linear(steps)
    return list(accumulate((1 - min(beta, 0.999) for beta in betas), mul))


def _linear(steps: int) -> list[float]:
    low, high = 0.1 / steps, 20 / steps
    places = (step / max(steps - 1, 1) for step in range(steps))
    return [low + (high - low) * place for place in places]


def _cosine(steps: int) -> list[float]:
    angles = ((step / steps + 0.008) / 1.008 * math.pi / 2 for step in range(steps + 1))
    curve = [math.cos(angle) ** 2 for angle in angles]
    return [1 - after / before for before, after in pairwise(curve)]
