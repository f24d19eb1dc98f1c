"""Student's t: how far a mean of a few numbers may be off."""

import math
from functools import lru_cache

_STEPS, _TINY = 300, 1e-300


@lru_cache(maxsize=4096)
def quantile(probability: float, freedom: int) -> float:
    """Return the t below which a share of Student's distribution lies.

    Args:
        probability: The share, between ½ and 1.
        freedom: Degrees of freedom.

    Source: Student 1908, The Probable Error of a Mean; by bisection of its integral
    """
    low, high = 0.0, 1.0
    while below(high, freedom) < probability:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if below(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def below(t: float, freedom: int) -> float:
    """Return the share of Student's distribution below t ≥ 0."""
    x = freedom / (freedom + t * t)
    return 1 - _incomplete_beta(freedom / 2, 0.5, x) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function.

    Source: Press et al. 2007, Numerical Recipes, 6.4, by Lentz's continued fraction
    """
    if x in {0.0, 1.0}:
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log(1 - x)) / a
    return front * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            result *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return result


def _away(value: float) -> float:
    """Return a number that can be divided by."""
    return value if abs(value) > _TINY else _TINY
