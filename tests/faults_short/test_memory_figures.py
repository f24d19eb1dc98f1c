"""The short form of `python -m tests.benchmarks forecast`."""

import sys

import pytest

from tests import memory_figures


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells no peak")
def test_forecast_of_memory_is_what_a_process_grows_by():
    named = {net.name: net for net in memory_figures.nets()}
    assert len(named) == 60
    chosen = [named["mlp 1000"], named["mlp 512×6 batch 1024"]]
    for result in memory_figures.measure(chosen):
        assert memory_figures.fits(result), result
