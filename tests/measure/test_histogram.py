import numpy as np
import pytest
import torch

from engine.measure.histogram import (
    SAMPLE_LIMIT,
    histogram,
    layer_histograms,
    stride_for,
    strided,
)
from engine.protocol.histogram import HISTOGRAM_BINS


def oracle(values):
    """Count with float64 arithmetic: frexp, no bits."""
    values = np.asarray(values, dtype=np.float64)
    _, exponent = np.frexp(np.where(np.isfinite(values), values, 1.0))
    floor_log2 = exponent - 1
    bins = np.where(floor_log2 < -126, 0, floor_log2 + 127)
    bins = np.where(floor_log2 > 127, 255, bins)
    bins = np.where(values == 0, 0, bins)
    bins = np.where(np.isfinite(values), bins, 255)
    bins = bins + 256 * np.signbit(values)
    return np.bincount(bins, minlength=HISTOGRAM_BINS)


EDGES = [0.0, -0.0, 1.0, -1.0, 2.0, 1.9999999, 0.5, 1e-38, 1.1754944e-38, 1e-40, -1e-45]
SPECIAL = [*EDGES, 3.4e38, float("inf"), float("-inf"), float("nan"), 65504.0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_histogram_equals_float64_oracle(dtype):
    generator = torch.Generator().manual_seed(0)
    numbers = torch.randn(5000, generator=generator) * 10 ** torch.linspace(
        -44, 30, 5000
    )
    values = torch.cat([numbers, torch.tensor(SPECIAL)]).to(dtype)
    assert histogram(values).tolist() == oracle(values.double()).tolist()


def test_histogram_of_float64_keeps_what_float32_would_round():
    just_below_two = np.nextafter(2.0, 0.0)
    values = torch.tensor(
        [just_below_two, 1e-50, -1e300, 0.0, np.nan], dtype=torch.float64
    )
    counts = histogram(values)
    assert counts.tolist() == oracle(values.numpy()).tolist()
    assert counts[127] == 1


def test_layer_histograms_keep_layers_apart():
    values = torch.tensor([1.0, 1.5, 4.0, -4.0])
    counts = layer_histograms(values, torch.tensor([0, 0, 1, 1]), 2)
    assert counts.shape == (2, HISTOGRAM_BINS)
    assert counts[0, 127] == 2
    assert counts[1, 129] == counts[1, 256 + 129] == 1
    assert counts.sum() == 4


@pytest.mark.parametrize("sizes", [[10], [SAMPLE_LIMIT], [7, SAMPLE_LIMIT * 50]])
def test_stride_keeps_to_the_limit(sizes):
    stride = stride_for(sizes)
    assert sum(-(-size // stride) for size in sizes) <= SAMPLE_LIMIT + len(sizes)
    assert (stride == 1) == (sum(sizes) <= SAMPLE_LIMIT)


@pytest.mark.parametrize("columns", [1000, 1024, 4096])
def test_stride_visits_every_column_of_a_matrix(columns):
    size = columns * 4096
    visited = np.unique(np.arange(0, size, stride_for([size, columns])) % columns)
    assert len(visited) == columns


def test_strided_takes_every_kth_number_of_any_layout():
    plain = torch.arange(24.0).reshape(2, 3, 2, 2)
    last = plain.to(memory_format=torch.channels_last)
    assert strided(plain, 5).tolist() == [0, 5, 10, 15, 20]
    assert sorted(strided(last, 1).tolist()) == list(range(24))
