"""Values as names of classes: 1, 1.0 and "1" are one."""

from collections.abc import Iterable

import numpy as np

from engine.data.readers.reader import Array

_EXACT = 2**53


def class_name(value: object) -> str:
    """Return a value as a class is called; empty for none."""
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        number = float(value)
        if not np.isfinite(number):
            return ""
        is_whole = number.is_integer() and abs(number) < _EXACT
        return str(int(number)) if is_whole else f"{number:.9g}"
    return str(value)


def shown(values: Array) -> list[str]:
    """Return values in words: dates without a time where it is midnight."""
    if values.dtype.kind != "M":
        return [class_name(value) for value in values]
    texts = values.astype("datetime64[s]").astype(str)
    return [
        "" if text == "NaT" else text.replace("T", " ").removesuffix(" 00:00:00")
        for text in texts.tolist()
    ]


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return names sorted: numbers by their size, then words."""
    return tuple(sorted(names, key=_key))


def _key(name: str) -> tuple[int, float, str]:
    try:
        return (0, float(name), name)
    except ValueError:
        return (1, 0.0, name.casefold())


def codes(values: Array, classes: tuple[str, ...]) -> Array:
    """Return the numbers of values' classes; −1 for none, −2 for one that is unknown.

    Shape:
        N → N
    """
    numbers = {name: number for number, name in enumerate(classes)}
    numbers[""] = -1
    if values.dtype.kind in "fiub":
        found, back = np.unique(values, return_inverse=True)
        made = np.array([numbers.get(class_name(v), -2) for v in found], np.int64)
        return made[back.reshape(-1)] if len(found) else made
    return np.fromiter(
        (numbers.get(class_name(value), -2) for value in values), np.int64, len(values)
    )
