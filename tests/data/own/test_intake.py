"""Own data for training: split, prepared on the training part alone, replayed."""

import csv

import numpy as np
import pytest

from engine.data import catalog
from engine.data.intake import inputs
from engine.data.own.describe import Wishes, described
from engine.data.own.resolving import reread
from engine.errors import ConfigError, DataError

RANDOM = np.random.default_rng(4)
ROWS = 120


def write(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture
def people(tmp_path):
    """Return a table with gaps, and what stands in it."""
    age = RANDOM.normal(40, 12, ROWS).round(1)
    size = np.exp(RANDOM.permutation(ROWS) / 40).round(4)  # each another one
    town = RANDOM.choice(["a", "b", "c"], ROWS)
    label = RANDOM.choice(["no", "yes"], ROWS)
    rows = [
        ["" if n % 7 == 0 else age[n], size[n], "" if n % 9 == 0 else town[n], label[n]]
        for n in range(ROWS)
    ]
    return write(tmp_path / "people.csv", ["age", "size", "town", "label"], rows), rows


def loaded(path, **more):
    params = described(path).params(str(path))
    return catalog.load({**params, **more})


def test_features_are_those_of_a_computation_by_hand(people):
    path, rows = people
    data = loaded(path)
    raw = data.scaling["features"].invert(data.train["features"])
    assert data.ports[0].columns == (
        "age", "size", "town=a", "town=b", "town=c", "town=(missing)",
    )  # fmt: skip
    sizes = np.array([float(row[1]) for row in rows])
    train = [int(np.abs(sizes - value).argmin()) for value in raw[:, 1]]
    ages = np.array([float(rows[n][0] or "nan") for n in train])
    filled = np.where(np.isnan(ages), np.nanmedian(ages), ages)
    mean, deviation = filled.mean(), filled.std()
    assert np.allclose(
        data.train["features"][:, 0], (filled - mean) / deviation, atol=1e-5
    )
    for index, town in enumerate(["a", "b", "c", ""]):
        wanted = [rows[n][2] == town for n in train]
        assert np.array_equal(data.train["features"][:, 2 + index], wanted)
    labels = [["no", "yes"].index(rows[n][3]) for n in train]
    assert data.train["label"].tolist() == labels


def test_validation_rows_change_nothing_that_is_fitted(people, tmp_path):
    path, rows = people
    data = loaded(path)
    raw = data.scaling["features"].invert(data.validation["features"])
    sizes = np.array([float(row[1]) for row in rows])
    held = {int(np.abs(sizes - value).argmin()) for value in raw[:, 1]}
    changed = [[float(r[0]) * 9 if r[0] and n in held else r[0], *r[1:]]
               for n, r in enumerate(rows)]  # fmt: skip
    other = loaded(
        write(tmp_path / "other.csv", ["age", "size", "town", "label"], changed)
    )
    assert other.preparation.as_list() == data.preparation.as_list()
    assert np.array_equal(other.train["features"], data.train["features"])


def test_steps_of_the_document_are_followed(people):
    path, rows = people
    steps = (
        ("age", "impute", "0"),
        ("size", "log"),
        ("size", "min_max"),
        ("age", "none"),
    )
    data = loaded(path, steps=steps)
    features = data.train["features"]
    sizes = [float(row[1]) for row in rows]
    assert features[:, 1].min() == 0
    assert features[:, 1].max() == 1
    assert {0.0} <= {*features[:, 0].tolist()}
    logs = np.log1p(sizes)
    shift, scale = data.scaling["features"].shift[1], data.scaling["features"].scale[1]
    found = np.sort(features[:, 1].astype(float) * scale + shift)
    assert all(np.abs(logs - value).min() < 1e-5 for value in found)


@pytest.mark.parametrize("step", [("agge", "log"), ("age",), (), ("age", "cube"),
                                  ("age", "impute", "often")])  # fmt: skip
def test_step_that_is_none_is_refused(people, step):
    with pytest.raises(ConfigError):
        loaded(people[0], steps=(step,))


def test_groups_stay_whole(tmp_path):
    rows = [[f"p{n // 6}", n * 7 % 90, "ab"[n % 2]] for n in range(90)]
    person = {row[1]: row[0] for row in rows}
    path = write(tmp_path / "a.csv", ["patient", "x", "y"], rows)
    data = loaded(path, scaling="none")
    parts = [{person[int(x)] for x in part["features"][:, 0]}
             for part in (data.train, data.validation)]  # fmt: skip
    assert not parts[0] & parts[1]
    assert len(parts[0] | parts[1]) == 15
    assert 0.1 < data.num_validation / 90 < 0.3


def test_a_column_can_say_which_rows_train(tmp_path):
    rows = [[["train", "test", "train", "valid"][n % 4], n * 7 % 90, "ab"[n // 2 % 2]]
            for n in range(90)]  # fmt: skip
    path = write(tmp_path / "a.csv", ["split", "x", "y"], rows)
    assert [c.own.role for c in described(path).columns] == ["part", "input", "target"]
    data = loaded(path, scaling="none")
    wanted = sorted(row[1] for row in rows if row[0] == "train")
    assert sorted(data.train["features"][:, 0].tolist()) == wanted
    assert data.num_validation == 90 - len(wanted)


def test_the_end_in_time_validates(tmp_path):
    days = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]").astype(str)
    rows = [[days[n % 60], n, "ab"[n % 2]] for n in RANDOM.permutation(120)]
    path = write(tmp_path / "a.csv", ["day", "x", "y"], rows)
    data = loaded(path, scaling="none")
    assert data.settings.own.columns[0].role == "time"
    when = [{int(x) % 60 for x in part["features"][:, 0]}
            for part in (data.train, data.validation)]  # fmt: skip
    assert max(when[0]) <= min(when[1])


def test_windows_are_those_of_the_series(tmp_path):
    series = [(n * n) % 37 + n / 2 for n in range(80)]
    days = np.arange("2024-01-01", "2024-03-21", dtype="datetime64[D]").astype(str)
    path = write(tmp_path / "a.csv", ["day", "value"], zip(days, series, strict=True))
    data = loaded(path, context=5, scaling="none")
    assert data.train["window"].shape == (64 - 5, 5, 1)
    for n in range(10):
        assert data.train["window"][n, :, 0].tolist() == series[n : n + 5]
        assert data.train["next"][n].tolist() == [series[n + 5]]
    assert data.validation["next"][:, 0].tolist() == series[64:]


def test_new_rows_go_the_same_way(people, tmp_path):
    path, rows = people
    data = loaded(path)
    new = write(tmp_path / "new.csv", ["town", "size", "age"],
                [[row[2], row[1], row[0]] for row in rows[:20]])  # fmt: skip
    pieces = list(inputs.pieces(data.settings.own, 0, data.preparation, new))
    features = data.scaling["features"].apply(pieces[0].ports["features"])
    every = np.concatenate([data.train["features"], data.validation["features"]])
    for row in features:
        assert np.abs(every - row).max(1).min() < 1e-6


def test_unknown_class_of_new_rows_counts_as_missing(people, tmp_path):
    data = loaded(people[0])
    new = write(
        tmp_path / "new.csv", ["age", "size", "town"], [[1, 2, "z"], [1, 2, ""]]
    )
    (piece,) = inputs.pieces(data.settings.own, 0, data.preparation, new)
    arrays = piece.ports
    assert np.array_equal(arrays["features"][0], arrays["features"][1])
    assert arrays["features"][0, 5] == 1


def test_changed_file_is_not_taken_for_the_old_one(people):
    path, _ = people
    params = described(path).params(str(path))
    path.write_text(path.read_text().replace("yes", "yet"))
    with pytest.raises(DataError, match="content has changed"):
        catalog.load(params)
    again = {**params, **reread(params)}
    assert catalog.load(again).ports[1].classes == ("no", "yet")
    with pytest.raises(DataError, match="no such class"):
        catalog.load({**params, "sha256": ""})


def test_wishes_stay_when_a_file_is_read_again(people):
    path, _ = people
    wishes = Wishes(roles={"town": "target", "label": "input"})
    params = described(path, wishes).params(str(path))
    path.write_text(path.read_text() + "50,1.5,a,yes\n")
    again = {**params, **reread(params)}
    roles = {column[0]: column[2] for column in again["columns"]}
    assert roles["town"] == "target"
    assert again["rows"] == ROWS + 1


@pytest.mark.parametrize("way", ["characters", "words", "pairs"])
def test_windows_of_a_text_are_its_tokens(tmp_path, way):
    text = "".join(f"word {n % 13} and {n % 7} then\n" for n in range(400))
    (tmp_path / "a.txt").write_text(text)
    found = described(tmp_path / "a.txt", Wishes({"tokens": way, "vocabulary": 60}))
    data = catalog.load({**found.params(str(tmp_path / "a.txt")), "context": 16})
    names = data.ports[0].classes
    first = "".join(names[n] for n in data.train["tokens"][0])
    assert text.startswith(first)
    follows = "".join(names[n] for n in data.train["next"][0])
    assert text.startswith(first[: len(names[data.train["tokens"][0][0]])] + follows)
