"""Figures of a tensor against numpy, small and large, whole and with odd numbers."""

import numpy as np
import pytest
import torch

from engine.explain.trace.summary import health


@pytest.mark.parametrize("count", [5, 1000, 300_000])
@pytest.mark.parametrize("odd", [False, True])
def test_figures_are_those_of_numpy(count, odd):
    values = torch.randn(count, generator=torch.Generator().manual_seed(1)) + 0.5
    values[::3] = 0.0
    if odd:
        values[1], values[2] = float("nan"), float("-inf")
    found, array = health(values), values.double().numpy()
    finite = array[np.isfinite(array)]
    assert found.shape == (count,)
    for told, expected in (
        (found.norm, np.linalg.norm(finite)),
        (found.mean, finite.mean()),
        (found.std, finite.std()),
        (found.low, finite.min()),
        (found.high, finite.max()),
        (found.negative, (array < 0).mean()),
        (found.zero, (array == 0).mean()),
    ):
        assert told == pytest.approx(expected, rel=1e-5)
    assert (found.nan, found.infinite) == ((1, 1) if odd else (0, 0))
