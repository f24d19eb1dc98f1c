"""Look-up of catalogue entries by their stable id, and the palette's search."""

from collections.abc import Sequence
from functools import cache

from engine.errors import UnknownLayerError
from engine.layers.families import (
    activation,
    attention,
    conv,
    dense,
    loss,
    merge,
    metric,
    norm,
    pool,
    recurrent,
    shape,
    source,
    view,
)
from engine.layers.spec import Category, LayerSpec

CATEGORIES: dict[Category, str] = {
    "io": "Data and blocks",
    "dense": "Dense",
    "conv": "Convolution",
    "pool": "Pooling",
    "norm": "Normalisation",
    "act": "Activation",
    "recurrent": "Recurrent",
    "attention": "Attention",
    "shape": "Shape",
    "merge": "Merge and math",
    "loss": "Loss",
    "metric": "Metric",
    "view": "View",
}
FAMILIES = (
    source,
    dense,
    conv,
    pool,
    norm,
    activation,
    recurrent,
    attention,
    shape,
    merge,
    loss,
    metric,
    view,
)
_ALL: tuple[LayerSpec, ...] = tuple(
    spec for family in FAMILIES for spec in family.SPECS
)
_BY_ID: dict[str, LayerSpec] = {spec.id: spec for spec in _ALL}


def get(type_id: str) -> LayerSpec:
    """Return the entry with this id.

    Raises:
        UnknownLayerError: With a suggestion, when the catalogue doesn't have it.
    """
    try:
        return _BY_ID[type_id]
    except KeyError:
        raise UnknownLayerError(type_id, _BY_ID) from None


def has(type_id: str) -> bool:
    """Return whether the catalogue has an entry with this id."""
    return type_id in _BY_ID


def all_specs() -> tuple[LayerSpec, ...]:
    """Return all entries in the order of the palette."""
    return _ALL


def search(text: str) -> list[LayerSpec]:
    """Return the entries that fit `text`, the best first; all for an empty text.

    A text fits an entry that has its letters in the same order in the title, id or
    an alias; beginnings and unbroken runs come first.
    """
    needle = _squeeze(text)
    if not needle:
        return list(_ALL)
    scored = [(_score(spec, needle), rank, spec) for rank, spec in enumerate(_ALL)]
    return [spec for score, _, spec in sorted(scored, key=_order) if score is not None]


def distance(text: str, names: Sequence[str], aliases: Sequence[str]) -> float | None:
    """Return how far a search is from something with names; None: it doesn't fit.

    Entries of the catalogue are measured in the same way, so that both can stand in
    one list.
    """
    squeezed = [tuple(map(_squeeze, words)) for words in (names, aliases)]
    return _nearest(squeezed[0], squeezed[1], _squeeze(text))


def closeness(type_id: str, text: str) -> float | None:
    """Return how far an entry of the catalogue is from a search."""
    return _score(get(type_id), _squeeze(text))


def _order(item: tuple[float | None, int, LayerSpec]) -> tuple[float, int]:
    score, rank, _ = item
    return (float("inf") if score is None else score, rank)


def _score(spec: LayerSpec, needle: str) -> float | None:
    """Return how far `spec` is from `needle`; None when it doesn't fit at all."""
    return _nearest(*_words(spec.id), needle)


def _nearest(
    names: tuple[str, ...], aliases: tuple[str, ...], needle: str
) -> float | None:
    scores = [_distance(name, needle) for name in names]
    scores += [
        None if (found := _distance(alias, needle)) is None else max(found, 0.7) + 0.5
        for alias in aliases
    ]  # a whole alias is further than the beginning of a name, at most 1.1
    return min((score for score in scores if score is not None), default=None)


@cache
def _words(type_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    spec = _BY_ID[type_id]
    aliases = tuple(_squeeze(alias) for alias in spec.aliases)
    return (_squeeze(spec.title), _squeeze(spec.id)), aliases


def _squeeze(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _distance(word: str, needle: str) -> float | None:
    """Return how far a word is from a needle: whole numbers for the way it fits.

    0 the word itself, 1 its beginning, 2 somewhere inside, 3 its letters in order; the
    rest, under 1, prefers short words, early places and small gaps.
    """
    if word == needle:
        return 0.0
    if word.startswith(needle):
        return 1.0 + len(word) / 1000
    if (place := word.find(needle)) >= 0:
        return 2.0 + place / 100
    return _scattered(word, needle)


def _scattered(word: str, needle: str) -> float | None:
    """Return 3 plus the gaps' share when the letters occur in this order."""
    # Greedy from the left: not always the tightest run of letters, but what the eye
    # finds first, and linear while one types.
    place, first = -1, -1
    for letter in needle:
        place = word.find(letter, place + 1)
        if place < 0:
            return None
        first = place if first < 0 else first
    return 3.0 + (place - first + 1 - len(needle)) / 10
