"""Rare classes made up for: weights in the loss, or samples drawn more often.

Axes: N samples, K classes.
"""

from collections.abc import Mapping

import numpy as np

from engine.data.own import practice
from engine.data.own.choice import OwnSettings
from engine.data.parts import Arrays
from engine.data.readers.reader import Array
from engine.data.split import generator
from engine.layers.datasets import own

Weights = Mapping[str, tuple[float, ...]]
"""Port of labels → a factor for each class."""


def balanced(labels: Array, count: int) -> tuple[float, ...]:
    """Return a weight for each class: N / (classes that are there · its samples).

    Every class then weighs the same in all, and a sample 1 on average; a class without
    samples has the weight 1.

    Args:
        labels: N class numbers.
        count: Of classes.

    Source: King & Zeng 2001, Logistic Regression in Rare Events Data
    """
    found = np.bincount(labels, minlength=count)
    there = int((found > 0).sum())
    shares = len(labels) / (there * np.maximum(found, 1))
    return tuple(np.where(found > 0, shares, 1.0).round(6).tolist())


MOST_TIMES = 50
"""A sample is drawn at most so often in an epoch: more would be learnt by heart."""


def drawn_of_each(counts: Array) -> Array:
    """Return how many samples of each class an epoch draws.

    As many as of the largest class, but no sample more than `MOST_TIMES`.

    Args:
        counts: Samples of each class (K,).
    """
    most = int(counts.max()) if len(counts) else 0
    made: Array = np.minimum(counts * MOST_TIMES, most)
    return made


def evened(labels: Array, random: np.random.Generator) -> Array:
    """Return the samples of an epoch: all, and rare ones again, as many of each class.

    A class is repeated whole as often as it fits; the rest is drawn without repeats.
    No sample comes more often than `MOST_TIMES`.

    Args:
        labels: N class numbers.
        random: Source of random numbers.

    Returns:
        Sorted indices of samples.
    """
    counts = np.bincount(labels)
    wanted, made = drawn_of_each(counts), []
    for number in np.flatnonzero(counts):
        rows = np.flatnonzero(labels == number)
        times, rest = divmod(int(wanted[number]), len(rows))
        made += [*([rows] * times), random.permutation(rows)[:rest]]
    return np.sort(np.concatenate(made))


def class_weights(wanted: OwnSettings | None, train: Arrays) -> Weights:
    """Return the class weights that own data asks for, of its training part.

    Those that a run has fitted are replayed.

    Args:
        wanted: None for a built-in set, which asks for none.
        train: Port → samples that train.
    """
    if wanted is None:
        return {}
    if wanted.fitted.weights or wanted.fitted.use != "train":
        return wanted.fitted.weights
    names = own.port_names(wanted.columns)
    asked = practice.of(wanted.steps, wanted.columns).weighted
    return {
        names[c.name]: balanced(train[names[c.name]], len(c.classes))
        for c in wanted.of_role("target")
        if c.name in asked and c.name in names
    }


def drawn(wanted: OwnSettings | None, train: Arrays, seed: int) -> Array | None:
    """Return the samples of an epoch, where rare classes are drawn more often.

    Args:
        wanted: As of `class_weights`.
        train: Port → samples that train.
        seed: Of the split.
    """
    if wanted is None or wanted.fitted.use != "train":
        return None
    name = practice.of(wanted.steps, wanted.columns).oversampled
    port = own.port_names(wanted.columns).get(name, "")
    return evened(train[port], generator(seed)) if port in train else None


def mixing(wanted: OwnSettings | None) -> float:
    """Return α of the mix-up that own data asks for; 0 for none.

    Args:
        wanted: None for a built-in set, which asks for none.
    """
    if wanted is None or wanted.fitted.use != "train":
        return 0.0
    return practice.of(wanted.steps, wanted.columns).mixed


def variations(
    wanted: OwnSettings | None,
) -> Mapping[str, tuple[practice.Variation, ...]]:
    """Return port → how its training samples are varied."""
    if wanted is None:
        return {}
    names = own.port_names(wanted.columns)
    asked = practice.of(wanted.steps, wanted.columns).varied
    return {names[name]: steps for name, steps in asked.items() if name in names}
