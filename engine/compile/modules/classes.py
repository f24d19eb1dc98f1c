"""Where class scores stand in a tensor, and whether labels fit them.

Scores are N×C, N×T×C (class last) or N×C×H×W (class at 1); labels lack that
dimension. Everything is brought to M×C scores and M labels, M being all places.
"""

from torch import Tensor

from engine.compile.build_context import Site
from engine.compile.shape_text import Shape, shape_text
from engine.i18n import tr


def class_dim(site: Site) -> int:
    """Return the dimension of the scores that counts the classes.

    Raises:
        ShapeError: When labels and scores don't fit together.
    """
    site.need_dims(2)
    scores, labels = site.shapes[0], site.shapes[1]
    if labels == scores and site.dtypes[1].is_floating_point:
        return len(scores) - 1 if site.text("class_dim") != "1" else 1
    need_labels(site)
    wanted = {"last": [len(scores) - 1], "1": [1]}.get(
        site.text("class_dim"), [len(scores) - 1, 1]
    )
    for dim in wanted:
        if _without(scores, dim) == labels:
            return dim
    raise site.refuse(
        tr("The target doesn't fit the scores"),
        expected=tr("one label for each: {shape}", shape=_labels_text(scores, wanted)),
        got=shape_text(labels),
    )


def _labels_text(scores: Shape, dims: list[int]) -> str:
    shapes = dict.fromkeys(shape_text(_without(scores, dim)) for dim in dims)
    return tr(" or ").join(shapes)


def _without(shape: Shape, dim: int) -> Shape:
    return shape[:dim] + shape[dim + 1 :]


def need_classes(site: Site) -> None:
    """Raise ShapeError unless the inputs are yes-or-no scores, or scores and labels."""
    site.need_dims(2)
    if not binary(site):
        need_labels(site)
        class_dim(site)


def need_labels(site: Site) -> None:
    """Raise ShapeError unless the target holds whole numbers."""
    if site.dtypes[1].is_floating_point:
        raise site.refuse(
            tr("The target must hold class numbers"),
            expected=tr("whole numbers"),
            got=tr("decimal numbers"),
        )


def rows(scores: Tensor, dim: int) -> Tensor:
    """Return scores as M×C.

    Shape:
        N×…×C×… → M×C
    """
    if scores.dim() == 2:
        return scores
    if dim != scores.dim() - 1:
        scores = scores.movedim(dim, -1)
    return scores.reshape(-1, scores.shape[-1])


def binary(site: Site) -> bool:
    """Return whether there is a single score that means yes or no."""
    scores, labels = site.shapes[0], site.shapes[1]
    return scores == labels or (scores[-1] == 1 and scores[:-1] == labels)
