"""A layer of the catalogue in the middle of a step, in float64, and autograd's word."""

import torch
from torch.utils import _pytree as pytree

from engine.compile.build import build
from engine.explain.tracers.moment import Moment
from engine.layers import registry
from engine.training.machine import rng_state

_LABELLED = {"soft_margin"}
"""Losses whose targets have no slope in torch."""


def defaults(type_id, **more):
    return {**registry.get(type_id).defaults(), **more}


def moment(type_id, inputs, train=True, **params):
    """Return a use of a layer, and its gradients by autograd: of inputs, of weights."""
    torch.manual_seed(7)
    module = layer(type_id, inputs, params).train(train)
    fixed = {1} if type_id in _LABELLED else set()
    leaves = tuple(
        x.double().clone().requires_grad_(port not in fixed)
        if x.is_floating_point()
        else x
        for port, x in enumerate(inputs)
    )
    kept = [b.clone() for b in module.buffers()]
    random = rng_state.state(torch.device("cpu"))
    outputs = list(pytree.tree_leaves(module(*leaves)))
    after = rng_state.state(torch.device("cpu"))
    drew = any(not torch.equal(random[k], after[k]) for k in random)
    torch.manual_seed(11)
    deltas = [1.3 * torch.randn_like(y) if y.requires_grad else None for y in outputs]
    named = dict(module.named_parameters())
    slopes = by_autograd(outputs, deltas, [*leaves, *named.values()])
    with torch.no_grad():
        for b, value in zip(module.buffers(), kept, strict=True):
            b.copy_(value)
    seen = Moment(
        "layer",
        module,
        tuple(x.detach() for x in leaves),
        tuple(y.detach() for y in outputs),
        tuple(deltas),
        (),
        random if drew else None,
    )
    by_inputs = [slopes.get(id(x)) for x in leaves]
    return seen, by_inputs, {name: slopes.get(id(w)) for name, w in named.items()}


def layer(type_id, inputs, params):
    """Return a layer in float64, its weights moved from where they begin."""
    shapes = tuple(tuple(x.shape) for x in inputs)
    given = defaults(type_id, **params)
    module = build(type_id, given, shapes, tuple(x.dtype for x in inputs)).double()
    with torch.no_grad():
        for w in module.parameters():
            w.add_(0.1 * torch.randn_like(w))
    return module


def by_autograd(outputs, deltas, tensors):
    wanted = [t for t in tensors if t.requires_grad]
    pairs = [(y, d) for y, d in zip(outputs, deltas, strict=True) if d is not None]
    if not pairs or not wanted:
        return {}
    found = torch.autograd.grad(
        [y for y, _ in pairs], wanted, [d for _, d in pairs], allow_unused=True
    )
    return {id(t): s for t, s in zip(wanted, found, strict=True)}


def cells(shape, most=6):
    """Return some places of a tensor: the corners and others, the same every time."""
    count = max(1, int(torch.tensor(shape).prod())) if shape else 1
    flat = sorted({0, count - 1, *range(0, count, max(1, count // most))})
    return [
        tuple(int(i) for i in torch.unravel_index(torch.tensor(place), shape))
        if shape
        else ()
        for place in flat
    ]
