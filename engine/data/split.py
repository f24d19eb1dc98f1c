"""Which samples train and which validate: seeded, the same on every machine.

Random keys come from `Generator.random` of PCG64 and are sorted, because numpy
promises the numbers of the bit generator for ever, but not those of `permutation`.
"""

import numpy as np

from engine.data.parts import Arrays, Parts, take


def generator(seed: int) -> np.random.Generator:
    """Return the source of random numbers of all data sets."""
    return np.random.Generator(np.random.PCG64(seed))


def shuffled(count: int, random: np.random.Generator) -> np.ndarray:
    """Return a random order of 0..count-1."""
    return np.argsort(random.random(count), kind="stable")


def num_held_back(count: int, fraction: float) -> int:
    """Return the size of the validation part: each part has one sample at least."""
    return min(max(round(count * fraction), 1), count - 1)


def stratified_order(labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a random order whose every beginning has all classes in proportion.

    Args:
        labels: Class numbers; all equal means a plain random order.
        random: Source of random numbers.

    Returns:
        Indices; the first k hold each class within one sample of its share of k.
    """
    keys = random.random(len(labels))
    # Sorted by class, at random within each; lexsort's last key counts first.
    by_class = np.lexsort((keys, labels))
    _, starts, counts = np.unique(
        labels[by_class], return_index=True, return_counts=True
    )
    rank = np.arange(len(labels)) - np.repeat(starts, counts)
    # The i-th of the n samples of a class goes to (i + ½)/n of the way, so that classes
    # of any size are spread evenly over the order.
    quantile = np.empty(len(labels))
    quantile[by_class] = (rank + 0.5) / np.repeat(counts, counts)
    return np.lexsort((keys, quantile))


def stratified_split(
    labels: np.ndarray, fraction: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return sorted indices of the training and of the validation part."""
    order = stratified_order(labels, random)
    count = num_held_back(len(labels), fraction)
    return np.sort(order[count:]), np.sort(order[:count])


def folds(labels: np.ndarray, count: int) -> np.ndarray:
    """Return the fold of every sample, 0 … count − 1, each class in proportion."""
    made = np.empty(len(labels), np.int64)
    order = stratified_order(labels, generator(0))
    made[order] = np.arange(len(labels)) % count
    return made


def subset(arrays: Arrays, count: int, random: np.random.Generator) -> Arrays:
    """Return `count` of the samples, each class in proportion, in their old order."""
    labels = strata(arrays)
    if count >= len(labels):
        return arrays
    return take(arrays, np.sort(stratified_order(labels, random)[:count]))


def strata(arrays: Arrays) -> np.ndarray:
    """Return the labels, or zeros where there are none."""
    length = len(next(iter(arrays.values())))
    return arrays.get("label", np.zeros(length, dtype=np.int64))


def chosen(arrays: Arrays, classes: tuple[int, ...]) -> Arrays:
    """Return the samples of these classes; all when none is named."""
    if not classes:
        return arrays
    return take(arrays, np.flatnonzero(np.isin(strata(arrays), classes)))


def mislabelled(
    labels: np.ndarray, share: float, random: np.random.Generator
) -> np.ndarray:
    """Return labels of which a share, chosen at random, is another class that occurs.

    Args:
        labels: Class numbers; they are not changed.
        share: 0..1; rounded to whole samples.
        random: Source of random numbers.
    """
    # A step of 1 to K − 1 round the classes that occur never ends where it began:
    # a wrong label is always wrong, and each of the others is as likely.
    present = np.unique(labels)
    which = shuffled(len(labels), random)[: round(share * len(labels))]
    place = np.searchsorted(present, labels[which])
    step = 1 + np.floor(random.random(len(which)) * (len(present) - 1)).astype(int)
    wrong = labels.copy()
    wrong[which] = present[(place + step) % len(present)]
    return wrong


def split_rows(arrays: Arrays, fraction: float, random: np.random.Generator) -> Parts:
    """Return both parts of a set of independent samples."""
    train, validation = stratified_split(strata(arrays), fraction, random)
    return Parts(take(arrays, train), take(arrays, validation))
