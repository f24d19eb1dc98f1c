"""Sets of images: grey levels with one channel, and labels."""

import numpy as np

from engine.data.folder import read_arrays
from engine.data.parts import Parts
from engine.data.settings import Settings
from engine.data.split import (
    chosen,
    generator,
    split_rows,
    stratified_order,
    subset,
)
from engine.layers.datasets.tables import LETTERS

_FILES = {"mnist_words": "mnist"}
WORDS = (
    *("zero", "one", "two", "three", "four"),
    *("five", "six", "seven", "eight", "nine"),
)


def read(settings: Settings) -> Parts:
    """Return both parts of a stored set of images.

    Shape:
        image: B×1×H×W grey levels as stored; label: B; word: B×5
    """
    stored = read_arrays(_FILES.get(settings.spec.id, settings.spec.id))
    arrays = {
        "image": stored["image"][:, np.newaxis],
        "label": stored["label"].astype(np.int64),
    }
    random = generator(settings.seed)
    if settings.spec.id == "mnist_words":
        arrays = _with_words(arrays, random)
    kept = subset(chosen(arrays, settings.classes), settings.samples, random)
    return split_rows(kept, settings.validation, random)


def _with_words(
    arrays: dict[str, np.ndarray], random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return the images with a word each: in every class the right one for half."""
    digits = arrays["label"]
    order = stratified_order(digits, random)
    fits = np.empty(len(digits), dtype=np.int64)
    # `order` has one of each class in every ten: whole tens in turn are right and
    # wrong, so that neither the image nor the word alone tells the answer.
    fits[order] = np.arange(len(digits)) // len(WORDS) % 2
    others = 1 + np.floor(random.random(len(digits)) * (len(WORDS) - 1)).astype(int)
    named = np.where(fits == 1, digits, (digits + others) % len(WORDS))
    letters = np.array([_letters(word) for word in WORDS])
    return {"image": arrays["image"], "word": letters[named], "label": fits}


def _letters(word: str) -> list[int]:
    return [LETTERS.index(letter) for letter in word] + [0] * (5 - len(word))
