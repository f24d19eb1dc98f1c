import numpy as np

from workbench.session.curves.timebins import COLUMNS, TimeBins, columns_for


def oracle(samples, span, used, rows):
    """Group the raw samples by their span of steps; hold the last mean of a row."""
    table = np.full((used, rows), np.nan)
    for column in range(used):
        inside = [v for s, v in samples if (s - 1) // span == column]
        for row in range(rows):
            finite = [v[row] for v in inside if np.isfinite(v[row])]
            if finite:
                table[column, row] = np.mean(finite)
            elif column:
                table[column, row] = table[column - 1, row]
    return table


def filled(num_steps, every, columns=16, rows=3):
    random = np.random.default_rng(0)
    bins, samples = TimeBins(rows, columns), []
    for step in range(1, num_steps + 1, every):
        values = random.normal(size=rows)
        values[random.integers(rows)] = random.choice([np.nan, -np.inf, 0.5])
        samples.append((step, values))
        bins.put(step, values)
    return bins, samples


def test_means_equal_a_grouping_of_the_raw_samples():
    for num_steps, every in ((10, 1), (16, 3), (17, 1), (500, 7), (4000, 1)):
        bins, samples = filled(num_steps, every)
        expected = oracle(samples, bins.span, bins.used, 3)
        np.testing.assert_allclose(bins.means(), expected, atol=1e-12)


def test_span_doubles_so_that_the_run_always_fits():
    bins, _ = filled(4000, 1)
    assert bins.span == 256
    assert bins.merges == 8
    assert bins.used == 16


def test_later_columns_alone_equal_those_of_all():
    bins, _ = filled(500, 7)
    for first in range(bins.used):
        np.testing.assert_array_equal(bins.means(first), bins.means()[first:])


def test_very_many_rows_take_little_memory():
    for rows in (1, 44 * 16, 44 * 500, 44 * 20_000, 10**7):
        columns = columns_for(rows)
        assert 16 <= columns <= COLUMNS
        assert columns % 2 == 0
        assert columns == 16 or columns * rows * 12 <= 150e6
    assert columns_for(44 * 100) == COLUMNS
