"""The toy reader opens a file by its content, in batches, and names a bad line."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from engine.data.readers.table import open_source, reader_for
from engine.errors import DataError
from tests.recipes.uses import works

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "path.data")
    points = np.random.default_rng(0).normal(size=(1000, 2))
    path.write_text("".join(f"{x!r} {y!r}\n" for x, y in points.tolist()))
    assert reader_for(path).id == "points"
    source = open_source(path)
    batches = list(source.batches(64))
    assert [len(batch) for batch in batches[:2]] == [64, 64]
    for index, name in enumerate("xy"):
        joined = np.concatenate([batch.arrays[name] for batch in batches])
        assert np.array_equal(joined, points[:, index])
    with path.open("a") as file:
        file.write("1.5\n")
    with pytest.raises(DataError, match="row 1001: This line is no point"):
        list(open_source(path).batches())
works()
