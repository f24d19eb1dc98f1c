import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.session.curves.columns import Column
from workbench.session.curves.pyramid import Envelope, Means, bucket_size


def grown(tree_of, values, blocks):
    """Append `values` in blocks of random sizes, as frames bring them."""
    column = Column(np.float64, capacity=4)
    tree = tree_of(column)
    start = 0
    for block in [*blocks, len(values)]:
        column.extend(values[start : start + block])
        tree.update()
        start += block
    return tree


cases = given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 9000),
    blocks=st.lists(st.integers(0, 700), max_size=8),
    limit=st.integers(1, 400),
    part=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)


def span(count, part):
    first, last = sorted(int(p * count) for p in part)
    return (first, last) if first < last else (0, count)


@cases
@settings(max_examples=120, deadline=None)
def test_envelope_equals_numpy_on_the_raw_values(seed, count, blocks, limit, part):
    values = np.random.default_rng(seed).normal(size=count)
    first, last = span(count, part)
    index, low, high = grown(Envelope, values, blocks).query(first, last, limit)
    size = bucket_size(last - first, limit)
    assert len(index) <= limit + 1
    for start, small, large in zip(index, low, high, strict=True):
        bucket = values[start : min(start + size, last)]
        assert (small, large) == (bucket.min(), bucket.max())
    assert index[0] <= first
    assert index[-1] + size >= last


@cases
@settings(max_examples=60, deadline=None)
def test_means_equal_numpy_on_the_raw_values(seed, count, blocks, limit, part):
    values = np.random.default_rng(seed).normal(size=count)
    first, last = span(count, part)
    middle, means = grown(Means, values, blocks).query(first, last, limit)
    size = bucket_size(last - first, limit)
    start = first - first % size
    edges = [*range(start, last, size), last]
    for index, mean, low, high in zip(middle, means, edges, edges[1:], strict=False):
        assert low <= index < high
        assert mean == pytest.approx(values[low:high].mean(), abs=1e-12)


@given(st.integers(1, 10**8), st.integers(1, 3000))
def test_bucket_size_keeps_the_limit_without_wasting_much_of_it(count, limit):
    size = bucket_size(count, limit)
    assert -(-count // size) <= limit
    assert size <= 2 * -(-count // limit)


def test_query_of_ten_million_values_reads_few_of_them():
    values = np.arange(10_000_000.0)
    envelope = grown(Envelope, values, [3_000_000])
    touched = []

    class Spy:
        def reduce(self, block, axis=None):
            touched.append(np.size(block))
            return np.minimum.reduce(block, axis=axis)

    envelope._low._reduction = Spy()
    envelope.query(0, len(values), 500)
    assert sum(touched) < 20_000
