"""Which rows of own data train and which validate: at random, by group, or by time."""

from collections.abc import Sequence

import numpy as np

from engine.data.own.classes import class_name
from engine.data.own.roles import TRAIN
from engine.data.readers.reader import Array
from engine.data.split import (
    num_held_back,
    shuffled,
    stratified_order,
    stratified_split,
)
from engine.errors import DataError
from engine.i18n import tr

Indices = tuple[Array, Array]


def at_random(labels: Array, fraction: float, random: np.random.Generator) -> Indices:
    """Return sorted indices of both parts, every class in proportion."""
    return stratified_split(labels, fraction, random)


def by_group(
    groups: Array, fraction: float, random: np.random.Generator, where: str
) -> Indices:
    """Return sorted indices of both parts; a group is whole in one of them.

    Raises:
        DataError: When there is a single group.
    """
    names, numbers = np.unique(
        [class_name(each) for each in groups], return_inverse=True
    )
    if len(names) < 2:
        raise DataError(
            tr("There is a single group: it can't be in both parts"),
            where=where,
            expected=tr("two groups at least"),
            got=names[0] if len(names) else None,
            fix=tr("Give the column another role."),
        )
    wanted = num_held_back(len(groups), fraction)
    return _whole(numbers, shuffled(len(names), random), wanted)


def _whole(numbers: Array, order: Array, wanted: int) -> Indices:
    """Return both parts with every group whole: its first groups that fit validate.

    Args:
        numbers: Group of each row.
        order: All groups, the first to validate first.
        wanted: Rows that are to validate, about.
    """
    counts = np.bincount(numbers)
    held: list[int] = []
    size = 0
    for group in order.tolist():
        nearer = abs(size + counts[group] - wanted) < abs(size - wanted)
        if nearer and len(held) < len(order) - 1:
            held.append(group)
            size += int(counts[group])
    held = held or [int(np.argmin(counts))]
    is_held = np.isin(numbers, held)
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)


def together(
    keys: Sequence[bytes], labels: Array, fraction: float, random: np.random.Generator
) -> Indices:
    """Return sorted indices of both parts; rows with the same key are in the same one.

    Classes are in proportion as far as that allows.

    Args:
        keys: One for each row.
        labels: Class of each row.
        fraction: Of the part that validates.
        random: Source of random numbers.
    """
    _, first, found = np.unique(np.array(keys), return_index=True, return_inverse=True)
    if len(first) < 2:
        return at_random(labels, fraction, random)  # nothing tells the rows apart
    # Numbered as they come: how a key looks must not change the split.
    numbers = np.argsort(np.argsort(first))[found.reshape(-1)]
    wanted = num_held_back(len(labels), fraction)
    order = stratified_order(labels[np.sort(first)], random)
    return _whole(numbers, order, wanted)


def by_part(parts: Array, where: str) -> Indices:
    """Return sorted indices of both parts, as a column says; what doesn't train judges.

    Raises:
        DataError: When one of them would be empty.
    """
    words = [class_name(each).strip().casefold() for each in parts]
    trains = np.array([word in TRAIN for word in words])
    if trains.all() or not trains.any():
        raise DataError(
            tr("All rows are of one part"),
            where=where,
            expected=tr("“train” in some rows, another word in the others"),
            got=words[0],
            fix=tr("Give the column another role."),
        )
    return np.flatnonzero(trains), np.flatnonzero(~trains)


def by_time(order: Array, fraction: float) -> Indices:
    """Return sorted indices of both parts: the end in time validates.

    Args:
        order: The rows from the earliest to the latest.
        fraction: Of the part that validates.
    """
    held = num_held_back(len(order), fraction)
    return np.sort(order[:-held]), np.sort(order[-held:])
