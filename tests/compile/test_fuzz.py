"""Any settings on any input: either refused in our words, or torch runs as foretold."""

import random

import pytest
import torch

from engine.compile.build import build
from engine.compile.builders.table import BUILDERS
from engine.compile.infer import Flow, infer
from engine.errors import EngineError
from engine.layers import registry
from engine.layers.spec import Param
from tests.helpers.catalogue import shapes_of

CASES_PER_TYPE = 8


def _value(rng: random.Random, param: Param) -> object:
    low = -5 if param.min is None else int(param.min)
    high = max(low, min(12, 12 if param.max is None else int(param.max)))
    if param.optional and rng.random() < 0.3:
        return None
    if param.kind == "float":
        return rng.choice([low + 1e-3, high, 0.5, 2.5])
    if param.kind in {"ints", "shape"}:
        return tuple(rng.randint(low, high) for _ in range(rng.randint(0, 4)))
    if param.kind == "size":
        return tuple(rng.randint(low, low + 4) for _ in range(param.dims))
    choices = {"int": [rng.randint(low, high)], "bool": [True, False]}
    return rng.choice(choices.get(param.kind, list(param.choices) or [param.default]))


def _params(rng: random.Random, type_id: str) -> dict[str, object]:
    params = registry.get(type_id).defaults()
    for param in registry.get(type_id).params:
        if rng.random() < 0.4:
            try:
                params[param.name] = param.check(_value(rng, param))
            except EngineError:
                continue
    return params


def _flow(rng: random.Random, shape: tuple[int, ...]) -> Flow:
    if rng.random() < 0.3:
        shape = (2, *(rng.randint(1, 9) for _ in shape[1:]))
    elif rng.random() < 0.3:
        shape = (2, *(rng.randint(1, 9) for _ in range(rng.randint(0, 4))))
    return Flow(shape, rng.choice([torch.float32] * 4 + [torch.int64]))


def _real(flow: Flow) -> torch.Tensor:
    if flow.dtype.is_floating_point:
        return torch.rand(flow.shape) * 0.5 + 0.2
    return torch.zeros(flow.shape, dtype=flow.dtype)


@pytest.mark.parametrize("type_id", sorted(BUILDERS))
def test_random_settings_are_refused_or_run_as_foretold(type_id):
    rng = random.Random(type_id)
    for _ in range(CASES_PER_TYPE):
        params = _params(rng, type_id)
        flows = tuple(_flow(rng, shape) for shape in shapes_of(type_id))
        try:
            found = infer(type_id, params, flows)
        except EngineError:
            continue
        if registry.get(type_id).category in {"metric", "view"}:
            continue
        shapes = tuple(flow.shape for flow in flows)
        module = build(type_id, params, shapes, tuple(flow.dtype for flow in flows))
        with torch.no_grad():
            result = module(*[_real(flow) for flow in flows])
        outputs = result if isinstance(result, tuple) else (result,)
        assert [tuple(x.shape) for x in outputs] == [f.shape for f in found.outputs]
