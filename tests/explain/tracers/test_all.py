"""Every layer of the catalogue: each written number is autograd's and works out."""

import pytest
import torch

from engine.explain.tracers.table import FAMILIES, is_general, tracer_of
from engine.layers import registry
from tests.explain.tracers.evaluate import evaluated
from tests.explain.tracers.moments import cells, moment
from tests.helpers.catalogue import inputs_of

_KINDS = {"dense", "conv", "pool", "norm", "activation", "recurrent"}
_KINDS |= {"attention", "shape", "merge", "loss"}
TYPES = [
    spec.id
    for family in registry.FAMILIES
    if family.__name__.rpartition(".")[2] in _KINDS
    for spec in family.SPECS
]
NEAR = {"rel": 1e-10, "abs": 1e-10}


def signed(type_id):
    """Return inputs on both sides of zero, but where a layer wants them positive."""
    inputs = inputs_of(type_id)
    positive = {"log", "sqrt", "power", "bce", "kl_div", "gaussian_nll", "divide"}
    if type_id in positive:
        return inputs
    return [3 * x - 1.4 if x.is_floating_point() else x for x in inputs]


_LOOSE = {"hardsigmoid": {"abs": 1e-8}}
"""Torch's own slope there is 1/6 in float32."""


def check(lines, wanted, type_id=""):
    for line in lines:
        worked, printed = evaluated(line)
        assert worked == pytest.approx(printed, **NEAR), line
    near = _LOOSE.get(type_id, NEAR)
    assert lines[-1].value == pytest.approx(float(wanted), **near), lines


def check_all(type_id, seen, by_inputs, by_weights):
    tracer = tracer_of(type_id)
    for port, output in enumerate(seen.outputs):
        for cell in cells(output.shape):
            check(tracer.output(seen, cell, port), output[cell])
    for port, gradient in enumerate(by_inputs):
        x = seen.inputs[port]
        if gradient is None:
            continue
        for cell in cells(x.shape):
            wanted = gradient[cell]
            check(tracer.given(seen, cell, port), wanted, type_id)
    for name, gradient in by_weights.items():
        for cell in cells(gradient.shape):
            check(tracer.weight(seen, name, cell), gradient[cell])


@pytest.mark.parametrize("type_id", TYPES)
def test_every_number_of_a_layer_is_autograds(type_id):
    check_all(type_id, *moment(type_id, signed(type_id)))


@pytest.mark.parametrize(
    "type_id", ["batch_norm1d", "batch_norm2d", "layer_norm", "dropout", "rrelu"]
)
def test_in_evaluation_too(type_id):
    check_all(type_id, *moment(type_id, signed(type_id), train=False))


def rand(*shape):
    torch.manual_seed(5)
    return torch.randn(shape)


CONV = {"out_channels": 4, "kernel_size": 3}
# ruff: noqa: E501
CASES = [
    ("linear", [rand(3, 2, 5)], {"bias": False}),
    ("embedding", [torch.tensor([[1, 2, 1], [0, 3, 2]])], {"num_embeddings": 5, "padding_idx": 2}),
    ("conv2d", [rand(2, 4, 7, 6)], {**CONV, "stride": 2, "padding": 1, "groups": 2}),
    ("conv2d", [rand(2, 4, 7, 6)], {**CONV, "dilation": 2, "bias": False}),
    ("conv1d", [rand(2, 3, 9)], {**CONV, "padding": 2, "padding_mode": "circular"}),
    ("conv2d", [rand(2, 3, 6, 6)], {**CONV, "padding": 2, "padding_mode": "reflect"}),
    ("conv2d", [rand(2, 3, 6, 6)], {**CONV, "padding": 1, "padding_mode": "replicate"}),
    ("conv_transpose2d", [rand(2, 4, 4, 5)], {**CONV, "stride": 2, "padding": 1, "output_padding": 1, "groups": 2}),
    ("max_pool2d", [rand(2, 3, 7, 7)], {"kernel_size": 3, "stride": 2, "padding": 1}),
    ("max_pool2d", [rand(2, 3, 7, 7)], {"kernel_size": 2, "ceil_mode": True}),
    ("max_pool1d", [rand(2, 3, 9)], {"kernel_size": 2, "dilation": 3, "stride": 1}),
    ("avg_pool2d", [rand(2, 3, 7, 7)], {"kernel_size": 3, "padding": 1, "count_include_pad": False}),
    ("batch_norm1d", [rand(4, 3, 5)], {}),
    ("batch_norm1d", [rand(6, 3)], {"affine": False}),
    ("layer_norm", [rand(2, 3, 4)], {"num_dims": 2}),
    ("prelu", [rand(4, 3, 2)], {"per_channel": True}),
    ("gelu", [rand(4, 3)], {"approximate": "tanh"}),
    ("softmax", [rand(4, 3, 2)], {"dim": 1}),
    ("cross_entropy", [rand(4, 5), torch.tensor([1, 0, 2, 4])], {"label_smoothing": 0.1, "class_weights": [1.0, 2.0, 0.5, 1.0, 3.0]}),
    ("cross_entropy", [rand(4, 5), torch.tensor([1, 0, 2, 4])], {"ignore_index": 2}),
    ("cross_entropy", [rand(2, 3, 5), torch.tensor([[1, 0, 2], [0, 0, 4]])], {}),
    ("cross_entropy", [rand(3, 5), torch.softmax(rand(3, 5), 1)], {}),
    ("nll", [rand(4, 5), torch.tensor([1, 0, 2, 4])], {"ignore_index": 2}),
    ("bce_with_logits", [rand(4, 1)], {}),
    ("bce_with_logits", [rand(4, 1), torch.tensor([[1.0], [0.0], [1.0], [0.0]])], {"pos_weight": 3.0}),
    ("huber", [rand(4, 3), 3 * rand(4, 3)], {"delta": 0.7}),
    ("smooth_l1", [rand(4, 3), 3 * rand(4, 3)], {"beta": 0.7}),
    ("multiply", [rand(4, 3), rand(1, 3), rand(4, 1)], {}),
    ("concat", [rand(4, 3), rand(4, 2)], {}),
    ("multihead_attention", [rand(2, 5, 8)], {"causal": True, "num_heads": 2}),
    ("multihead_attention", [rand(2, 5, 8)], {"rotary": True, "num_heads": 2, "bias": False}),
    ("multihead_attention", [rand(2, 5, 8)], {"dropout": 0.4, "num_heads": 2}),
    ("scaled_dot_product_attention", [rand(2, 3, 5, 4), rand(2, 3, 6, 4), rand(2, 3, 6, 2)], {}),
    *[
        (kind, [rand(3, 5, 4)], {"hidden_size": 3, "num_layers": 2, "bidirectional": both, "output": out})
        for kind in ("rnn", "lstm", "gru")
        for both in (False, True)
        for out in ("sequence", "last")
    ],
    ("lstm", [rand(3, 5, 4)], {"hidden_size": 3, "num_layers": 2, "dropout": 0.5}),
    ("rnn", [rand(3, 5, 4)], {"hidden_size": 3, "nonlinearity": "relu", "bias": False}),
]  # fmt: skip


@pytest.mark.parametrize(("type_id", "inputs", "params"), CASES)
def test_settings_and_shapes(type_id, inputs, params):
    check_all(type_id, *moment(type_id, inputs, **params))


def test_tracers_stand_in_the_family_of_their_entry():
    families = {f.__name__.rpartition(".")[2]: f for f in registry.FAMILIES}
    for name, tracers in FAMILIES.items():
        assert set(tracers) <= {spec.id for spec in families[name].SPECS}
    assert is_general("nothing")
    assert is_general("ctc")
    assert not is_general("linear")
