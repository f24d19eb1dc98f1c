"""Checks for views: they have no module and hand their inputs on."""

from collections.abc import Callable

from torch import nn

from engine.compile.build_context import Site
from engine.compile.modules.basic import Gather
from engine.compile.modules.classes import need_classes
from engine.compile.shape_text import shape_text, shapes_text
from engine.i18n import tr
from engine.layers.families.view import SPECS

Builder = Callable[[Site], nn.Module]


def _classes(site: Site) -> nn.Module:
    need_classes(site)
    return Gather()


def _image_grid(site: Site) -> nn.Module:
    site.need_rank(4, axes="N×C×H×W")
    if site.shape[1] not in {1, 3}:
        raise site.refuse(
            tr("Pictures have one channel or three"),
            expected=tr("N×1×H×W or N×3×H×W"),
            got=shape_text(site.shape),
        )
    return Gather()


def _scatter(site: Site) -> nn.Module:
    site.need_rank(2, axes="N×F")
    if site.shape[1] < 2:
        raise site.refuse(
            tr("A point needs two features"), expected="N×2", got=shape_text(site.shape)
        )
    return Gather()


def _plane(site: Site) -> nn.Module:
    if site.shape[1:] != (2,):
        raise site.refuse(
            tr("The points must lie in a plane"),
            expected="N×2",
            got=shape_text(site.shape),
        )
    site.need_dims(2, index=1)
    return Gather()


def _latent(site: Site) -> nn.Module:
    site.need_rank(2, axes="N×F")
    site.need_rank(4, axes="N×C×H×W", index=1)
    if site.shape[1] < 2:
        raise site.refuse(
            tr("A map needs two latent numbers"),
            expected="N×2",
            got=shape_text(site.shape),
        )
    return Gather()


def _written(site: Site) -> nn.Module:
    site.need_rank(2, axes="N×T")
    site.need_rank(3, axes="N×T×C", index=1)
    return Gather()


def _chain(site: Site) -> nn.Module:
    site.need_equal(0, 2)
    return Gather()


def _forecast(site: Site) -> nn.Module:
    if site.rank != 3 or site.shape[2] != 1 or site.shapes[1][1:] != (1,):
        raise site.refuse(
            tr("A forecast needs windows of one series, and one answer"),
            expected=tr("N×T×1 and N×1"),
            got=shapes_text(site.shapes),
        )
    return Gather()


def _anything(_site: Site) -> nn.Module:
    return Gather()


_CHECKED: dict[str, Builder] = {
    "confusion_matrix": _classes,
    "image_grid": _image_grid,
    "scatter": _scatter,
    "decision_boundary": _plane,
    "latent_map": _latent,
    "text_sample": _written,
    "denoising_chain": _chain,
    "forecast": _forecast,
}
BUILDERS: dict[str, Builder] = {
    spec.id: _CHECKED.get(spec.id, _anything) for spec in SPECS
}
"""A view that takes whatever fits its ports needs no line here."""
