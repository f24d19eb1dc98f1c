"""Checks for metrics: they have no module and hand their inputs on."""

from collections.abc import Callable

from torch import nn

from engine.compile.build_context import Site
from engine.compile.modules.basic import Gather
from engine.compile.modules.classes import (
    binary,
    class_dim,
    need_classes,
    need_labels,
)
from engine.compile.shape_text import shape_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]


def _classes(site: Site) -> nn.Module:
    need_classes(site)
    return Gather()


def _accuracy(site: Site) -> nn.Module:
    module, chosen = _classes(site), site.ints("classes")
    known = 0 if binary(site) else site.shape[class_dim(site)]
    if chosen and max(chosen) >= known:
        raise site.misconfigured(
            tr("There is no score for one of the classes"),
            expected=tr("from 0 to {last}", last=known - 1) if known else tr("none"),
            got=max(chosen),
        )
    return module


def _scored(site: Site) -> nn.Module:
    need_labels(site)
    class_dim(site)
    return Gather()


def _top_k(site: Site) -> nn.Module:
    module = _scored(site)
    classes = site.shape[class_dim(site)]
    if site.whole("k") > classes:
        raise site.misconfigured(
            tr("There are fewer classes than guesses"),
            expected=f"≤ {classes}",
            got=site.whole("k"),
        )
    return module


def _equal(site: Site) -> nn.Module:
    site.need_equal()
    return Gather()


def _plane_points(site: Site) -> nn.Module:
    if site.shape[1:] != (2,):
        raise site.refuse(
            tr("The points must lie in a plane"),
            expected="N×2",
            got=shape_text(site.shape),
        )
    return Gather()


BUILDERS: dict[str, Builder] = {
    "accuracy": _accuracy,
    "f1": _classes,
    "precision": _classes,
    "recall": _classes,
    "top_k": _top_k,
    "perplexity": _scored,
    "r2": _equal,
    "mae": _equal,
    "rmse": _equal,
    "exact_match": _scored,
    "mode_coverage": _plane_points,
}
