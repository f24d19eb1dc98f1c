"""Checks for metrics and views: they have no module and hand their inputs on."""

from collections.abc import Callable

from torch import Tensor, nn

from engine.compile.build_context import Site
from engine.compile.modules.classes import binary, class_dim, need_labels
from engine.compile.shape_text import shape_text, shapes_text
from engine.i18n import tr

Builder = Callable[[Site], nn.Module]


class Gather(nn.Module):
    """Returns its inputs as a tuple."""

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Return the inputs."""
        return inputs


def _classes(site: Site) -> nn.Module:
    site.need_dims(2)
    if not binary(site):
        need_labels(site)
        class_dim(site)
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


def _points(site: Site) -> nn.Module:
    if site.shape[1:] != (2,):
        raise site.refuse(
            tr("The points must lie in a plane"),
            expected="N×2",
            got=shape_text(site.shape),
        )
    return Gather()


def _anything(_site: Site) -> nn.Module:
    return Gather()


BUILDERS: dict[str, Builder] = {
    "accuracy": _accuracy,
    "f1": _classes,
    "precision": _classes,
    "recall": _classes,
    "confusion_matrix": _classes,
    "top_k": _top_k,
    "perplexity": _scored,
    "r2": _equal,
    "mae": _equal,
    "rmse": _equal,
    "image_grid": _image_grid,
    "scatter": _scatter,
    "decision_boundary": _plane,
    "predictions": _anything,
    "curve": _anything,
    "exact_match": _scored,
    "mode_coverage": _points,
    "latent_map": _latent,
    "text_sample": _written,
    "denoising_chain": _chain,
    "forecast": _forecast,
    "task_matrix": _anything,
}
