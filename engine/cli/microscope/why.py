"""Why a weight moves: terms of its update, samples by share, paths to the loss."""

import re
from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from engine.errors import ConfigError
from engine.explain.trace.held import Held
from engine.explain.trace.paths import paths
from engine.explain.trace.samples import contributions
from engine.explain.tracers.moment import Moment
from engine.i18n import tr

MOST = 10
"""Samples and paths that are told one by one."""
_TERMS = {
    "batch": "this batch",
    "l1": "L1",
    "ewc": "EWC",
    "momentum": "momentum",
    "decay_l2": "decay (L2)",
    "decay": "decay",
}
NAME = re.compile(r"([\w.]+)(?:\[\s*(\d+(?:\s*,\s*\d+)*)\s*\])?")

Record = dict[str, Any]


def of(held: Held, moment: Moment, name: str) -> Record:
    """Return why one number of a layer's weights moves, as JSON values.

    Args:
        held: The phase.
        moment: The use of the layer.
        name: Such as `weight[3,7]`; without a cell the one that moves farthest.

    Raises:
        ConfigError: When the layer has no such weight, or the phase doesn't move it.
    """
    matched = NAME.fullmatch(name)
    known = dict(moment.module.named_parameters())
    if matched is None or matched[1] not in known:
        raise ConfigError(
            tr("The layer has no such weight"),
            where=moment.node,
            expected=", ".join(known) or tr("none"),
            got=name,
        )
    index = _index(held, moment, known[matched[1]])
    update = held.update(index)
    cell = cell_of(matched[2], update.step, moment.node)
    gradient = held.recording.gradients[index]
    shares = contributions(held.recording, held.run.parameters[index], cell)
    found = paths(held.recording, moment.node, matched[1])
    return {
        "weight": f"{matched[1]}[{','.join(map(str, cell))}]",
        "before": float(update.before[cell]),
        "after": float(update.after[cell]),
        "step": float(update.step[cell]),
        "gradient": None if gradient is None else float(gradient[cell]),
        "terms": {term: float(part[cell]) for term, part in update.terms.items()},
        "samples": shares.tolist(),
        "paths": [
            {"nodes": path.nodes, "gradient": float(path.gradient[cell])}
            for path in sorted(found, key=lambda path: -abs(float(path.gradient[cell])))
        ],
    }


def _index(held: Held, moment: Moment, weight: nn.Parameter) -> int:
    for index, own in enumerate(held.run.parameters):
        if own is weight:
            return index
    raise ConfigError(
        tr("The phase “{name}” doesn't move this layer", name=held.run.name),
        where=moment.node,
    )


def cell_of(words: str | None, step: Tensor, node: str) -> tuple[int, ...]:
    """Return a place in a tensor: the one that is named, or the largest number's.

    Raises:
        ConfigError: When it lies outside.
    """
    shape = step.shape
    if words is None and step.numel():
        place = int(step.abs().argmax())
        cell = []
        for size in reversed(shape):
            place, index = divmod(place, size)
            cell.append(index)
        return tuple(reversed(cell))
    cell = [int(word) for word in (words or "").split(",") if word.strip()]
    inside = len(cell) == len(shape) and all(
        index < size for index, size in zip(cell, shape, strict=True)
    )
    if not inside:
        raise ConfigError(
            tr("The tensor has no such place"),
            where=node,
            expected=", ".join(f"0 … {size - 1}" for size in shape),
            got=words,
        )
    return tuple(cell)


def term_words(term: str) -> str:
    """Return the name of a term of an update."""
    return tr(_TERMS[term])


def lines(found: Record) -> Iterator[str]:
    """Yield why a weight moves, in words."""
    gradient = found["gradient"]
    yield tr(
        "{weight}: {before} → {after}, Δw {step}; ∂L/∂w {gradient}",
        weight=found["weight"],
        before=f"{found['before']:.6g}",
        after=f"{found['after']:.6g}",
        step=f"{found['step']:+.3g}",
        gradient="–" if gradient is None else f"{gradient:.4g}",
    )
    for term, part in found["terms"].items():
        yield f"  {part:+.3g}  {term_words(term)}"
    shares = dict(enumerate(found["samples"]))
    yield tr("samples of the batch by what they add to ∂L/∂w:")
    for sample in sorted(shares, key=lambda n: -abs(shares[n]))[:MOST]:
        yield f"  {shares.pop(sample):+.3g}  #{sample}"
    if shares:
        yield f"  {sum(shares.values()):+.3g}  {tr('{n} more', n=len(shares))}"
    yield tr("paths to the loss by what comes along them:")
    for path in found["paths"][:MOST]:
        yield f"  {path['gradient']:+.3g}  {' → '.join(path['nodes'])}"
    rest = (gradient or 0.0) - sum(path["gradient"] for path in found["paths"][:MOST])
    if abs(rest) > _LEFT * abs(gradient or 0.0):
        yield f"  {rest:+.3g}  {tr('all others')}"


_LEFT = 1e-4
"""Share of a gradient that may stay untold."""
