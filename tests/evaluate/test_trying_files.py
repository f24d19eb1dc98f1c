"""A file that is tried: beside what is given by hand, and at the end of a series."""

import csv

import numpy as np
import pytest
from PIL import Image

from engine.advice.document.starter import starter
from engine.cli.main import main
from engine.errors import DataError
from engine.evaluate.trying import Trial
from engine.graph.edits import apply_all
from engine.graph.model import Project
from tests.evaluate.test_report import trained
from tests.helpers.surveys import survey, write


def offered(path):
    project = Project()
    apply_all(project, starter(survey(path).params, project).edits)
    return project


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Return the folder of a run on pictures and a number each."""
    folder = tmp_path_factory.mktemp("pictures")
    dice = np.random.default_rng(8)
    rows = [("file", "weight", "label")]
    for n in range(24):
        pixels = dice.integers(0, 80, (12, 12, 3)).astype(np.uint8)
        pixels[3:9, 3:9, 2 * (n % 2)] = 230
        Image.fromarray(pixels).save(folder / f"{n}.png")
        rows.append((f"{n}.png", f"{dice.normal():.3f}", ("red", "blue")[n % 2]))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    words = ("--steps", "8", "--device", "cpu", "--allow-paths")
    return trained(folder, offered(folder / "labels.csv"), "run", *words), rows


def test_picture_is_asked_about_with_the_row_given_by_hand(pictures, tmp_path):
    run, rows = pictures
    out = tmp_path / "out.csv"
    assert main(["predict", str(run), str(run.parent / "labels.csv"),
                 "--out", str(out)]) == 0  # fmt: skip
    with out.open(newline="") as file:
        told = list(csv.DictReader(file))
    trial = Trial(run)
    assert [each["kind"] for each in trial.description["inputs"]] == ["row", "image"]
    for n in (3, 8):
        name, weight, _ = rows[n + 1]
        found = trial.answer(
            {"file": str(run.parent / name), "features": {"weight": weight}}
        )
        shares = dict(zip(found["names"], found["values"], strict=True))
        for label in ("red", "blue"):
            wanted = float(told[n][f"share of {label}"])
            assert shares[label] == pytest.approx(wanted, abs=1e-6)


def test_what_a_picture_does_not_bring_is_asked_for(pictures, tmp_path):
    run, _ = pictures
    with pytest.raises(DataError, match="features"):
        Trial(run).answer({"file": str(run.parent / "3.png")})
    code = main(["predict", str(run), str(run.parent / "3.png"), "--out",
                 str(tmp_path / "out.csv")])  # fmt: skip
    assert code == 2
    assert not (tmp_path / "out.csv").exists()


def test_series_is_answered_with_what_comes_after_its_end(tmp_path):
    value = (10 + 5 * np.sin(np.arange(120) / 2)).round(4)
    path = write(tmp_path / "s.csv", {"time": range(120), "value": value})
    words = ("--steps", "20", "--device", "cpu", "--allow-paths")
    trial = Trial(trained(tmp_path, offered(path), "run", *words))
    found = trial.answer({"file": str(path)})
    by_hand = trial.answer({"window": value[-24:].tolist()})
    assert found["values"] == pytest.approx(by_hand["values"], rel=1e-6)
    first = trial.answer({"window": value[:24].tolist()})
    assert found["values"] != pytest.approx(first["values"], rel=1e-3)
