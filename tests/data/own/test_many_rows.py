"""Of very many rows some are trained on, spread evenly, each of them as it stands."""

import numpy as np
import pytest

from engine.data import catalog
from engine.data.intake import loading
from engine.data.own import describe
from tests.helpers.surveys import write

ROWS = 4000


@pytest.fixture
def many(tmp_path, monkeypatch):
    """Return the parameters of a table of too many rows, and its target."""
    monkeypatch.setattr(loading, "_MANY_ROWS", 1000)
    monkeypatch.setattr(describe, "_MOST_NUMBERS", 1500)
    monkeypatch.setattr(describe, "_LEAST_KEPT", 10)
    dice = np.random.default_rng(3)
    towns = dice.choice(["Bonn", "Kiel", "Ulm"], ROWS).tolist()
    price = dice.normal(size=ROWS).round(6)
    number = dice.normal(size=ROWS).round(6)
    path = write(tmp_path / "t.csv", {"x": number, "town": towns, "price": price})
    found = describe.described(path)
    return found.params(str(path)), number, price, found.notes


def test_some_are_taken_and_it_is_said(many):
    params, _, _, notes = many
    assert params["samples"] == 1500 // 5  # x, three towns, the price
    assert "300" in notes[0]
    assert "4,000" in notes[0]


@pytest.mark.parametrize("group", [False, True])
def test_rows_are_those_of_the_file_and_spread_evenly(many, group):
    params, number, price, _ = many
    if group:
        columns = [
            (name, kind, "group" if name == "town" else role, *more)
            for name, kind, role, *more in params["columns"]
        ]
        params = {**params, "columns": tuple(columns)}
    data = catalog.load({**params, "scaling": "none"})
    rows = np.concatenate(data.origin)
    features = np.concatenate([data.train["features"], data.validation["features"]])
    target = np.concatenate([data.train["target"], data.validation["target"]])
    assert len(np.unique(rows)) == len(rows) == 300
    np.testing.assert_allclose(features[:, 0], number[rows], rtol=1e-6)
    np.testing.assert_allclose(target[:, 0], price[rows], rtol=1e-6)
    counts = np.histogram(rows, 10, (0, ROWS))[0]
    assert (abs(counts - 30) <= 2).all()


def test_another_seed_takes_others(many):
    params = many[0]
    one, other = (
        set(np.concatenate(catalog.load({**params, "split_seed": seed}).origin))
        for seed in (1, 2)
    )
    assert len(one & other) < 60
