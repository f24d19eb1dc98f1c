"""Texts as characters: predict at every place the character that follows.

The validation part is the end of the text, and no window crosses the boundary.
Training windows start every quarter of their length, so that every character is
seen at four places; validation windows don't overlap.
"""

import numpy as np

from engine.data.folder import read_arrays
from engine.data.parts import Parts
from engine.data.settings import Settings
from engine.data.split import num_held_back
from engine.errors import DataError
from engine.i18n import tr
from engine.layers.datasets.tables import CHARACTERS

UNKNOWN = -1


def read(settings: Settings) -> Parts:
    """Return both parts of a stored text.

    Shape:
        tokens: B×T; next: B×T
    """
    stored = read_arrays(settings.spec.id)["text"][: settings.samples]
    tokens = encode(stored)
    if settings.tokens is not None:
        tokens = settings.tokens.encode(stored.tobytes().decode("ascii"))
    boundary = len(tokens) - num_held_back(len(tokens), settings.validation)
    _check_length(settings, min(boundary, len(tokens) - boundary))
    length = settings.context
    return Parts(
        train=windows(tokens[:boundary], length, max(1, length // 4)),
        validation=windows(tokens[boundary:], length, length),
    )


def encode(text: np.ndarray) -> np.ndarray:
    """Return the tokens (indices of CHARACTERS) of ASCII codes."""
    table = np.full(256, UNKNOWN, dtype=np.int64)
    table[[ord(character) for character in CHARACTERS]] = np.arange(len(CHARACTERS))
    tokens: np.ndarray = table[text]
    return tokens


def decode(tokens: np.ndarray) -> str:
    """Return the text of tokens."""
    return "".join(CHARACTERS[token] for token in tokens)


def windows(tokens: np.ndarray, length: int, stride: int) -> dict[str, np.ndarray]:
    """Return windows that start every `stride` tokens, and what follows each token."""
    view = np.lib.stride_tricks.sliding_window_view(tokens, length + 1)[::stride]
    return {"tokens": view[:, :-1], "next": view[:, 1:]}


def _check_length(settings: Settings, shorter_part: int) -> None:
    if settings.context < shorter_part:
        return
    raise DataError(
        tr("The text is too short for this context"),
        where=tr(settings.spec.title),
        expected=tr("a context under {count}", count=shorter_part),
        got=settings.context,
        fix=tr("Choose a shorter context or more samples."),
    )
