"""The scale of a single column beside that of the data node."""

import numpy as np
import pytest

from engine.data.own import preparing
from engine.layers.datasets.own import OwnColumn


def test_column_with_a_scale_of_its_own_is_scaled_where_others_are_not():
    columns = [OwnColumn(name, "number", "input") for name in ("a", "b")]
    raw = {"a": np.array([1.0, 2.0, 6.0]), "b": np.array([10.0, 20.0, 60.0])}
    found = preparing.fitted(columns, (("a", "standardise"),), raw)
    features = found.features(raw)
    scaled = found.scaling("none", features).apply(features)
    assert scaled[:, 0] == pytest.approx((raw["a"] - 3.0) / raw["a"].std())
    assert scaled[:, 1] == pytest.approx(raw["b"])
