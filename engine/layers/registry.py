"""Look-up of catalogue entries by their stable id, and the palette's search."""

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
from engine.layers.search import distance
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
    """Return the entries that fit `text`, the best first; all for an empty text."""
    scored = [(closeness(spec, text), rank, spec) for rank, spec in enumerate(_ALL)]
    known = [(far, rank, spec) for far, rank, spec in scored if far is not None]
    return [spec for _, _, spec in sorted(known, key=lambda found: found[:2])]


def closeness(spec: LayerSpec, text: str) -> float | None:
    """Return how far an entry is from a search; None when it doesn't fit at all."""
    return distance(text, (spec.title, spec.id), spec.aliases)
