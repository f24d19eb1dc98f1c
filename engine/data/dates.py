"""Dates as people write them, and in ISO form.

N dates, T characters.
"""

from datetime import date, timedelta

import numpy as np

from engine.data.parts import Arrays
from engine.data.settings import Settings
from engine.layers.datasets.maths import DATE_CHARACTERS

FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
LONGEST = 20
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
NUM_WAYS = 7


def draw(settings: Settings, random: np.random.Generator) -> Arrays:
    """Return dates drawn evenly over all days and ways of writing.

    Shape:
        written: N×20, filled up with 0; iso: N×10
    """
    span = (LAST - FIRST).days + 1
    day_N = np.floor(random.random(settings.samples) * span).astype(int)
    way_N = np.floor(random.random(settings.samples) * NUM_WAYS).astype(int)
    days = [FIRST + timedelta(days=int(day)) for day in day_N]
    ways = [written(day, int(way)) for day, way in zip(days, way_N, strict=True)]
    return {
        "written": np.array([encode(text, LONGEST) for text in ways]),
        "iso": np.array([encode(day.isoformat(), 10) for day in days]),
    }


def written(day: date, way: int) -> str:
    """Return a date in one of `NUM_WAYS` ways; two-digit years are 1950 to 2049."""
    month, short_year = MONTHS[day.month - 1], f"{day.year % 100:02d}"
    return (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month[:3]} {day.year}",
        f"{month[:3]} {day.day}, {short_year}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day:02d}.{day.month:02d}.{short_year}",
        f"{day.year}, {month[:3]} {day.day}",
    )[way]


def encode(text: str, length: int) -> list[int]:
    """Return tokens (indices of DATE_CHARACTERS), filled up with 0."""
    tokens = [DATE_CHARACTERS.index(character) for character in text]
    return tokens + [0] * (length - len(tokens))


def decode(tokens: np.ndarray) -> str:
    """Return the text of tokens."""
    return "".join(DATE_CHARACTERS[token] for token in tokens)
