"""Labels that were exchanged among the rows of own data are said in words."""

import numpy as np
import pytest
from PIL import Image

from engine.advice.document.starter import starter
from engine.bench.preflight import labels
from engine.bench.preflight.rig import Rig
from engine.graph.edits import apply_all
from engine.graph.model import Project
from tests.data.readers.bad_files import wav
from tests.helpers.surveys import survey, write

WORDS = ("sun", "rain", "wind", "snow", "warm", "cold", "dry", "wet", "calm", "wild")


def table(folder, kinds, dice):
    values = dice.normal(size=(len(kinds), 3)) + kinds[:, None]
    columns = {f"x{n}": column.round(4) for n, column in enumerate(values.T)}
    return write(folder / "t.csv", {**columns, "label": np.array(["a", "b"])[kinds]})


def numbers(folder, kinds, dice):
    x = dice.normal(size=len(kinds))
    value = 3 * x + kinds + dice.normal(0, 0.2, len(kinds))
    return write(
        folder / "n.csv", {"x": x.round(4), "k": kinds, "price": value.round(3)}
    )


def images(folder, kinds, dice):
    for n, kind in enumerate(kinds):
        place = folder / "images" / f"kind{kind}"
        place.mkdir(parents=True, exist_ok=True)
        pixels = dice.integers(0, 90, (12, 12)).astype(np.uint8)
        pixels[:, 2:5] += 120 * np.uint8(n % 2)
        Image.fromarray(pixels).save(place / f"{n}.png")
    return folder / "images"


def sounds(folder, kinds, dice):
    for n, kind in enumerate(kinds):
        place = folder / "sounds" / f"kind{kind}"
        place.mkdir(parents=True, exist_ok=True)
        tone = np.sin(np.arange(300) * (0.05, 0.4)[n % 2] + 0.3 * dice.random())
        noisy = 9000 * (tone + dice.normal(0, 0.1, 300))
        (place / f"{n}.wav").write_bytes(wav(noisy.astype("<i2")))
    return folder / "sounds"


def texts(folder, kinds, dice):
    for n, kind in enumerate(kinds):
        place = folder / "texts" / f"kind{kind}"
        place.mkdir(parents=True, exist_ok=True)
        own = WORDS[:5] if n % 2 else WORDS[5:]
        (place / f"{n}.txt").write_text(" ".join(dice.choice(own, 8)))
    return folder / "texts"


def exchanged_numbers(path, dice):
    """Shuffle the last column of a table."""
    head, *rows = path.read_text().splitlines()
    left, last = zip(*(row.rsplit(",", 1) for row in rows), strict=True)
    pairs = zip(left, dice.permutation(last), strict=True)
    path.write_text("\n".join([head, *(",".join(pair) for pair in pairs)]) + "\n")


def told(path):
    """Return what the check of labels says of the network that is proposed."""
    project = Project()
    apply_all(project, starter(survey(path).params, project).edits)
    rig = Rig(project, lambda: 0.0)
    try:
        rig.begin()
        return list(labels.check(rig, 1.0))[-1]
    finally:
        rig.close()


@pytest.mark.parametrize("make", [images, sounds, texts])
def test_labels_of_files_that_were_exchanged_are_named(tmp_path, make):
    dice = np.random.default_rng(4)
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    kinds = np.arange(200) % 2  # what a file shows goes by its number
    assert not told(make(right, kinds, dice)).findings
    (finding,) = told(make(wrong, dice.permutation(kinds), dice)).findings
    assert finding.fault == "labels_unrelated"
    assert "another order" in finding.advice


def test_a_label_column_that_was_shuffled_is_named(tmp_path):
    dice = np.random.default_rng(5)
    path = table(tmp_path, dice.integers(0, 2, 300), dice)
    assert not told(path).findings
    exchanged_numbers(path, dice)
    (finding,) = told(path).findings
    assert finding.fault == "labels_unrelated"


def test_numbers_that_were_shuffled_are_not_called_sound(tmp_path):
    """A small network doesn't learn them by heart: nothing is claimed, nor praised."""
    dice = np.random.default_rng(5)
    path = numbers(tmp_path, dice.integers(0, 2, 300), dice)
    assert told(path).verdict == "passed"
    exchanged_numbers(path, dice)
    assert told(path).verdict not in {"passed", "failed"}
