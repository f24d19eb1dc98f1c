"""The looks by their kind: each yields None between pieces, and at last what it found.

Axes: L layers, A attention layers with H heads, P phases, N samples.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from engine.compile.flatten import FlatNode
from engine.compile.modules.sequences import MultiheadAttention
from engine.measure.inside import activations, attention, noise, ranks
from engine.training.evaluation import subprograms
from engine.training.inside.rig import (
    Drawn,
    Hook,
    Rig,
    first_tensor,
    rows_of,
    titles,
)

Look = Callable[[Rig, int], Iterator[Drawn | None]]
_BOUNDS = {
    "sigmoid": (0.0, 1.0),
    "hardsigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}
MOST_ROWS = 1024
"""Of an output whose rank is asked for."""
MICRO, CURVE = 8, 512
"""Small batches of a look at the noise, and points of its curve."""
_PIECE = 32
"""Samples whose losses are computed between two pauses."""


def outputs(rig: Rig, _step: int) -> Iterator[Drawn | None]:
    """Look at what the layers put out.

    Arrays: `counts` L×K, `edges` K+1, `mean`, `std`, `dead`, `saturated` L. Words:
    `layers`.
    """
    nodes = rig.layers()
    seen = {node.home: activations.Outputs(_bounds(node)) for node in nodes}
    hooks: dict[str, Hook] = {home: _keeping(each) for home, each in seen.items()}
    rig.run(hooks)
    yield None
    layers = [seen[node.home] for node in nodes]
    counts, edges = activations.histograms(layers)
    rows = [(each.mean, each.std, each.dead, each.saturated) for each in layers]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    names = ("mean", "std", "dead", "saturated")
    figures = {name: table[:, index] for index, name in enumerate(names)}
    yield {"counts": counts, "edges": edges, **figures}, {"layers": titles(nodes)}


def _bounds(node: FlatNode) -> tuple[float, float] | None:
    return _BOUNDS.get(node.type)


def _keeping(seen: activations.Outputs) -> Hook:
    def hook(_module: nn.Module, _inputs: object, output: object) -> None:
        found = first_tensor(output)
        if found is not None:
            seen.add(found)

    return hook


def gradient(rig: Rig, _step: int) -> Iterator[Drawn | None]:
    """Tell the norm of the gradient at the steps that were measured.

    Arrays: `steps` S, `norms` S×P, `clipped` S×P, `limits` P. Words: `phases`.
    """
    phases = rig.parts.phases
    limits = [math.nan if p.limits[0] is None else p.limits[0] for p in phases]
    arrays = rig.norms.arrays()
    names = tuple(phase.name for phase in phases)
    yield {**arrays, "limits": np.array(limits, dtype=np.float64)}, {"phases": names}


def heads(rig: Rig, _step: int) -> Iterator[Drawn | None]:
    """Look at where attention looks.

    Arrays: `entropy`, `most`, `logit`, one value a head. Words: `layers`, the layer of
    each head.
    """
    found: dict[str, list[tuple[Tensor, ...]]] = {}
    modules = rig.parts.program.modules
    parts = {
        f"{node.path}|{name}": (part, node.params.get("causal") is True)
        for node in rig.parts.program.nodes
        if "attention" in node.type or "transformer" in node.type
        for name, part in modules.at(node.home).named_modules()
        if isinstance(part, nn.MultiheadAttention) or _is_bare(node.type)
    }
    handles = [
        part.register_forward_pre_hook(
            partial(_asked, found.setdefault(key, [])), with_kwargs=True
        )
        for key, (part, _) in parts.items()
    ]
    try:
        rig.forward()
    finally:
        for handle in handles:
            handle.remove()
    yield None
    rows: list[tuple[str, float, float, float]] = []
    for key, pairs in found.items():
        path, _, inner = key.partition("|")
        for query, keys in pairs[:1]:
            causal = parts[key][1] and not inner.startswith("multihead")
            told = attention.looked_at(query, keys, causal=causal)
            rows += [(path, e, told[2], m) for e, m in zip(*told[:2], strict=True)]
        yield None
    table = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 3)
    arrays = {"entropy": table[:, 0], "most": table[:, 1], "logit": table[:, 2]}
    yield dict(arrays), {"layers": tuple(row[0] for row in rows)}


def _is_bare(kind: str) -> bool:
    return kind == "scaled_dot_product_attention"


def _asked(
    pairs: list[tuple[Tensor, ...]],
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    _named: dict[str, object],
) -> None:
    """Keep queries and keys of a call, N×H×T×D."""
    if isinstance(module, MultiheadAttention):
        pairs.append(module.compared(*inputs)[:2])
    elif isinstance(module, nn.MultiheadAttention):
        pairs.append(_projected(module, *inputs[:2]))
    else:
        pairs.append(tuple(_four(each) for each in inputs[:2]))


def _projected(
    module: nn.MultiheadAttention, query_NTF: Tensor, key_NSF: Tensor
) -> tuple[Tensor, Tensor]:
    size, bias = module.embed_dim, module._parameters["in_proj_bias"]  # noqa: SLF001 - may be None
    weight = module.in_proj_weight
    both = []
    for part, x in enumerate((query_NTF, key_NSF)):
        rows = slice(part * size, (part + 1) * size)
        shift = None if bias is None else bias[rows]
        joint = nn.functional.linear(x, weight[rows], shift)
        split = joint.reshape(*x.shape[:2], module.num_heads, -1)
        both.append(split.transpose(1, 2))
    return both[0], both[1]


def _four(x: Tensor) -> Tensor:
    """Return N×…×T×D as N×H×T×D."""
    return x.unsqueeze(1) if x.dim() == 3 else x.flatten(1, -3)


def noise_scale(rig: Rig, step: int) -> Iterator[Drawn | None]:
    """Look at how much the gradients of small batches differ.

    Arrays: `samples` P, the batch size that the noise asks for; `batch`, one number;
    `steps` and `curve` of the first phase. Words: `phases`.
    """
    size = rig.parts.feeds.order.batch_size
    small = max(1, size // MICRO)
    for index, phase in enumerate(rig.parts.phases):
        sums = [torch.zeros_like(w, requires_grad=False) for w in phase.parameters]
        squares = []
        for number in range(MICRO):
            feeds = rig.parts.feeds.drawn(small, rig.looks * MICRO + number)
            with rig.quietly(number):
                phase.program.enter()
                total = phase.program.total(phase.program.run(feeds))
                found = torch.autograd.grad(total, phase.parameters, allow_unused=True)
            reached: list[tuple[Tensor, Tensor | None]]
            reached = list(zip(sums, found, strict=True))
            squares.append(_square(g for _, g in reached if g is not None))
            for whole, part in reached:
                if part is not None:
                    whole.add_(part)
            yield None
        mean = sum(squares) / MICRO
        whole_square = _square(sums) / MICRO**2
        told = noise.estimates(mean, whole_square, small, small * MICRO)
        rig.noise[index].add(*told)
        rig.curves[index].append((step, rig.noise[index].samples))
        if len(rig.curves[index]) > CURVE:
            rig.curves[index] = rig.curves[index][1::2]
    rig.parts.program.phases[0].enter()
    rig.looks += 1
    curve = np.array(rig.curves[0], dtype=np.float64).reshape(-1, 2)
    arrays = {
        "samples": np.array([each.samples for each in rig.noise]),
        "batch": np.array([size]),
        "steps": curve[:, 0],
        "curve": curve[:, 1],
    }
    yield dict(arrays), {"phases": tuple(phase.name for phase in rig.parts.phases)}


def _square(tensors: Iterable[Tensor]) -> float:
    """Return the sum of the squares of all numbers."""
    wide = torch.float64
    return sum(float(torch.linalg.vector_norm(t, dtype=wide)) ** 2 for t in tensors)


def rank(rig: Rig, _step: int) -> Iterator[Drawn | None]:
    """Look at how many directions weights and outputs use.

    Arrays: `weights`, `weights_most`, `outputs`, `outputs_most` L; NaN where there is
    none or it is too large. Words: `layers`.
    """
    nodes = rig.layers()
    kept: dict[str, Tensor] = {}
    rig.run({node.home: _rows(kept, node.home) for node in nodes})
    yield None
    rows = []
    for node in nodes:
        matrices = [w for w in rig.parts.program.layer_parameters.get(node.path, ())
                    if w.dim() > 1]  # fmt: skip
        weight = max(matrices, key=lambda w: w.numel(), default=None)
        own = weight.detach().flatten(1) if weight is not None else None
        out = kept.get(node.home)
        rows.append((*_ranked(own), *_ranked(out, centred=True)))
        yield None
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    names = ("weights", "weights_most", "outputs", "outputs_most")
    columns = {name: table[:, index] for index, name in enumerate(names)}
    yield dict(columns), {"layers": titles(nodes)}


def _rows(kept: dict[str, Tensor], home: str) -> Hook:
    def hook(_module: nn.Module, _inputs: object, output: object) -> None:
        found = first_tensor(output)
        if found is not None and home not in kept:
            rows = rows_of(found.detach())
            kept[home] = rows[:: max(1, -(-len(rows) // MOST_ROWS))]

    return hook


def _ranked(matrix: Tensor | None, *, centred: bool = False) -> tuple[float, float]:
    if matrix is None or min(matrix.shape) < 2:
        return math.nan, math.nan
    most = min(len(matrix) - centred, matrix.shape[1])
    return ranks.effective_rank(matrix, centred=centred), float(most)


def sample_losses(rig: Rig, _step: int) -> Iterator[Drawn | None]:
    """Look at the loss of each single sample.

    Arrays: `losses` N: the weighted sum of all trained losses, each sample alone.
    """
    program, weights = rig.parts.program, rig.parts.evaluator.weights
    ends = subprograms.results(program.evaluation)
    wanted = {loss: ends[loss].args for loss in weights}
    part = subprograms.cut(program.evaluation, wanted)
    assert part is not None
    batch = rig.sample()
    count = min(len(feed) for feed in batch.values())
    with rig.quietly(0), torch.no_grad():
        made = part.run(batch)
    yield None
    losses = np.zeros(count)
    for start in range(0, count, _PIECE):
        with rig.quietly(0), torch.no_grad():
            for index in range(start, min(start + _PIECE, count)):
                losses[index] = sum(
                    weights[loss] * _alone(program.modules.at(program.node(loss).home),
                                           given, index)
                    for loss, given in made.items()
                )  # fmt: skip
        yield None
    yield {"losses": losses}, {}


def _alone(module: nn.Module, given: tuple[Tensor, ...], index: int) -> float:
    return float(module(*[each[index : index + 1] for each in given]))


LOOKS: dict[str, Look] = {
    "activations": outputs,
    "gradient": gradient,
    "attention": heads,
    "noise": noise_scale,
    "rank": rank,
    "sample_losses": sample_losses,
}
