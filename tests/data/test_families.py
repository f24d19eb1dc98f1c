"""Data for transfer, wrong labels, translation and two kinds of input at once."""

from datetime import datetime

import numpy as np
import pytest

from engine.data.catalog import load
from engine.data.dates import decode
from engine.data.folder import read_arrays
from engine.errors import DataError

NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
]


def test_classes_keep_their_samples_and_numbers():
    whole = load({"source": "digits"})
    some = load({"source": "digits", "classes": [7, 5]})
    labels = np.concatenate([some.train["label"], some.validation["label"]])
    everything = np.concatenate([whole.train["label"], whole.validation["label"]])
    assert set(labels) == {5, 7}
    assert len(labels) == np.isin(everything, (5, 7)).sum()
    assert len(some.ports[1].classes) == 10


def test_classes_and_samples_give_so_many_of_each():
    params = {"source": "mnist", "classes": [5, 6, 7, 8, 9]}
    few = load({**params, "samples": 1000, "validation": 0.9})
    assert np.bincount(few.train["label"], minlength=10)[5:].tolist() == [20] * 5


def test_unknown_class_is_refused():
    with pytest.raises(DataError, match="no such class"):
        load({"source": "iris", "classes": [0, 3]})


def test_wrong_labels_are_so_many_and_only_for_training():
    right = load({"source": "digits"})
    wrong = load({"source": "digits", "label_noise": 0.25})
    changed = right.train["label"] != wrong.train["label"]
    assert changed.sum() == round(0.25 * len(changed))
    assert set(wrong.train["label"][changed]) == set(range(10))
    assert np.array_equal(right.validation["label"], wrong.validation["label"])
    assert np.array_equal(right.train["image"], wrong.train["image"])


def read_date(text):
    """Read a written date in another way than it was written: by strptime."""
    for form in ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%d.%m.%Y", "%Y, %b %d"):
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    form = "%b %d, %y" if "," in text else "%d.%m.%y"
    day = datetime.strptime(text, form).date()
    year = day.year % 100 + (2000 if day.year % 100 < 50 else 1900)
    return day.replace(year=year).isoformat()


def test_dates_mean_the_same_in_both_forms():
    dataset = load({"source": "dates", "samples": 2000})
    assert dataset.train["written"].shape == (1600, 20)
    pairs = zip(dataset.train["written"], dataset.train["iso"], strict=True)
    for written, iso in pairs:
        assert read_date(decode(written)) == decode(iso)


def test_words_fit_half_of_the_images_of_every_digit():
    dataset = load({"source": "mnist_words", "scaling": "none"})
    letters = np.array(["", *"abcdefghijklmnopqrstuvwxyz"])
    stored = read_arrays("mnist")
    digit_of = {
        image.tobytes(): int(label)
        for image, label in zip(stored["image"], stored["label"], strict=True)
    }
    fitting = np.zeros(10)
    for part in (dataset.train, dataset.validation):
        for image, word, label in zip(
            part["image"], part["word"], part["label"], strict=True
        ):
            digit = digit_of[image[0].astype(np.uint8).tobytes()]
            named = NUMBERS.index("".join(letters[word]))
            assert (named == digit) == bool(label)
            fitting[digit] += label
    assert (np.abs(fitting - 250) <= 1).all()


def test_python_source_is_source():
    text = bytes(read_arrays("python_source")["text"]).decode("ascii")
    assert len(text) == 300_000
    assert text.count("\ndef ") > 100
