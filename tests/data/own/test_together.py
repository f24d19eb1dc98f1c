"""Equal rows are kept in one part by a click, counted here by the file itself."""

import csv

import numpy as np
import pytest

from engine.data.catalog import load
from tests.helpers.surveys import survey, write

ROWS = 600


@pytest.fixture
def file(tmp_path):
    """A table in which most rows stand more than once; every fifth is of a class."""
    dice = np.random.default_rng(5)
    x = dice.integers(0, 12, ROWS) / 4
    columns = {
        "x": ["" if n % 40 == 7 else v for n, v in enumerate(x.tolist())],
        "size": dice.integers(0, 12, ROWS).tolist(),
        "town": dice.choice(["Bonn", "Kiel"], ROWS).tolist(),
        "label": ["rare" if n % 5 == 0 else "usual" for n in range(ROWS)],
    }
    return write(tmp_path / "twins.csv", columns)


def parts(file, data):
    """Return the rows of both parts, as they stand in the file without the label."""
    with file.open(newline="") as read:
        rows = [tuple(row[:-1]) for row in list(csv.reader(read))[1:]]
    return [[rows[n] for n in which.tolist()] for which in data.origin]


def test_equal_rows_are_kept_together_by_a_click(file):
    found = survey(file)
    (told,) = [each for each in found.findings if each.id == "twins"]
    train, held = parts(file, load(found.params))
    count = sum(row in set(train) for row in held)
    assert count > 50
    assert told.text.startswith(f"{count} of {len(held)}")
    params = {**found.params, **told.remedies[0].params}
    data = load(params)
    train, held = parts(file, data)
    assert not set(train) & set(held)
    assert len(train) + len(held) == ROWS
    assert abs(len(held) - 0.2 * ROWS) <= 8
    names = next(p.classes for p in data.ports if p.port.name == "label")
    share = (data.validation["label"] == names.index("rare")).mean()
    assert share == pytest.approx(0.2, abs=0.08)
    again = survey("file", **{k: v for k, v in params.items() if k != "source"})
    assert (again.split.train, again.split.held) == (len(train), len(held))
    assert [each.id for each in again.fine if each.id == "twins"]
    assert any("equal rows together" in step.text for step in again.steps)


def test_another_seed_draws_other_groups(file):
    params = {**survey(file).params, "together": True}
    first, other = (load({**params, "split_seed": n}).origin[1] for n in (0, 1))
    assert set(first.tolist()) != set(other.tolist())
    assert np.array_equal(first, load(params).origin[1])


def test_rows_that_are_all_the_same_are_still_split(tmp_path):
    columns = {"x": [1.0] * 40, "y": [2.0] * 40, "label": ["a", "b"] * 20}
    params = survey(write(tmp_path / "same.csv", columns)).params
    data = load({**params, "together": True})
    assert (data.num_train, data.num_validation) == (32, 8)
