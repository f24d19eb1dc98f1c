"""Recurrent layers, attention and our own small modules against torch and numpy."""

import math

import numpy as np
import pytest
import torch
from torch import nn

import presets
from engine.compile.build import build
from engine.compile.infer import Flow, infer
from engine.compile.program import compile_project
from engine.errors import ShapeError
from engine.layers import registry
from engine.training.evaluation.feeds import Feeds


def made(type_id, *inputs, **params):
    torch.manual_seed(0)
    return build(
        type_id,
        registry.get(type_id).complete(params),
        tuple(tuple(x.shape) for x in inputs),
        tuple(x.dtype for x in inputs),
    )


@pytest.fixture
def x():
    return torch.randn(3, 5, 8, generator=torch.Generator().manual_seed(1))


RECURRENT = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
def test_recurrent_equals_torch(kind, both, layers, x):
    sequence = made(kind, x, hidden_size=4, bidirectional=both, num_layers=layers)
    twin = RECURRENT[kind](8, 4, layers, batch_first=True, bidirectional=both)
    twin.load_state_dict(sequence.state_dict())
    out, hidden = sequence(x)
    expected, state = twin(x)
    state = state[0] if kind == "lstm" else state
    assert torch.equal(out, expected)
    top = state.reshape(layers, 2 if both else 1, 3, 4)[-1]
    assert torch.equal(hidden, top.transpose(0, 1).reshape(3, -1))
    last = made(
        kind, x, hidden_size=4, bidirectional=both, num_layers=layers, output="last"
    )
    assert torch.equal(last(x)[0], hidden)


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("start", [False, True])
def test_padded_steps_are_never_read(kind, both, start, x):
    """Every sample equals its run alone without padding; so do all gradients."""
    lengths, units = torch.tensor([2, 5, 3]), 8 if both else 4
    initial = torch.randn(3, units)
    more = (initial, lengths) if start else (lengths,)
    module = made(kind, x, *more, hidden_size=4, bidirectional=both)
    padded = x.clone().requires_grad_()
    out, hidden = module(padded, *more)
    (out.sin().sum() + hidden.cos().sum()).backward()
    found = [w.grad.clone() for w in module.parameters()]
    module.zero_grad()
    alone, total = x.clone().requires_grad_(), 0.0
    for n, length in enumerate(lengths.tolist()):
        first = (initial[n : n + 1],) if start else ()
        one, state = module(alone[n : n + 1, :length], *first)
        assert torch.allclose(out[n, :length], one[0], atol=1e-6)
        assert torch.allclose(hidden[n], state[0], atol=1e-6)
        assert not out[n, length:].any()
        total = total + one.sin().sum() + state.cos().sum()
    total.backward()
    assert torch.allclose(padded.grad, alone.grad, atol=1e-6)
    for weights, grad in zip(module.parameters(), found, strict=True):
        assert torch.allclose(weights.grad, grad, atol=1e-5)


@pytest.mark.parametrize("kind", RECURRENT)
def test_lengths_are_torchs_packed_sequences(kind, x):
    lengths = torch.tensor([[4], [1], [5]])
    module = made(kind, x, lengths, hidden_size=4, num_layers=2)
    twin = RECURRENT[kind](8, 4, 2, batch_first=True)
    twin.load_state_dict(module.state_dict())
    pack = nn.utils.rnn.pack_padded_sequence
    packed = pack(x, lengths[:, 0], batch_first=True, enforce_sorted=False)
    expected, _ = nn.utils.rnn.pad_packed_sequence(twin(packed)[0], batch_first=True)
    out, _ = module(x, lengths)
    assert (out - expected).abs().max() <= 1e-6
    out.pow(2).sum().backward()
    expected.pow(2).sum().backward()
    for one, other in zip(module.parameters(), twin.parameters(), strict=True):
        assert (one.grad - other.grad).abs().max() <= 1e-6


def test_tokens_say_their_lengths(x):
    tokens = torch.tensor([[7, 0, 3, 0, 0], [0, 0, 0, 0, 0], [1, 2, 3, 4, 5]])
    module = made("gru", x, tokens, hidden_size=4, output="last")
    by_number = module(x, torch.tensor([3, 1, 5]))
    assert torch.equal(module(x, tokens)[0], by_number[0])


def test_shapes_of_packed_layers_are_known_without_data(x):
    flows = (Flow((2, 5, 8)), Flow((2, 5), torch.int64))
    found = infer("lstm", registry.get("lstm").complete({"hidden_size": 4}), flows)
    assert [flow.shape for flow in found.outputs] == [(2, 5, 4), (2, 4)]


def test_lengths_of_another_shape_are_refused(x):
    with pytest.raises(ShapeError, match="lengths"):
        made("lstm", x, torch.ones(3, 4, dtype=torch.int64))


@pytest.mark.parametrize("kind", RECURRENT)
def test_recurrent_starts_from_the_initial_state(kind, x):
    start = torch.randn(3, 4)
    module = made(kind, x, start, hidden_size=4)
    twin = RECURRENT[kind](8, 4, batch_first=True)
    twin.load_state_dict(module.state_dict())
    state = (start[None], torch.zeros(1, 3, 4)) if kind == "lstm" else start[None]
    assert torch.equal(module(x, start)[0], twin(x, state)[0])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_self_attention_equals_torch(causal, bias, x):
    module = made("multihead_attention", x, num_heads=2, causal=causal, bias=bias)
    twin = nn.MultiheadAttention(8, 2, bias=bias, batch_first=True)
    twin.load_state_dict(module.state_dict())
    mask = nn.Transformer.generate_square_subsequent_mask(5) if causal else None
    expected, _ = twin(x, x, x, attn_mask=mask, need_weights=False)
    torch.testing.assert_close(module(x), expected)


@pytest.mark.parametrize("bias", [False, True])
def test_cross_attention_equals_torch(bias, x):
    memory = torch.randn(3, 7, 8)
    module = made("multihead_attention", x, memory, num_heads=2, bias=bias)
    twin = nn.MultiheadAttention(8, 2, bias=bias, batch_first=True)
    twin.load_state_dict(module.state_dict())
    expected, _ = twin(x, memory, memory)
    torch.testing.assert_close(module(x, memory), expected)


CAUSAL = ["multihead_attention", "transformer_encoder_layer"]


@pytest.mark.parametrize("mode", [True, False])
@pytest.mark.parametrize("kind", CAUSAL)
def test_causal_layer_does_not_see_later_steps(kind, mode, x):
    module = made(kind, x, causal=True).train(mode)
    changed = x.clone()
    changed[:, 3:] *= -1
    with torch.no_grad():
        torch.testing.assert_close(module(x)[:, :3], module(changed)[:, :3])
        assert not torch.allclose(module(x)[:, 3:], module(changed)[:, 3:])
        open_module = made(kind, x).train(mode)
        assert not torch.allclose(open_module(x)[:, 0], open_module(changed)[:, 0])


def test_dot_product_attention_equals_numpy(x):
    q, k, v = (t.numpy() for t in (x, x.flip(1), x + 1))
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(8)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    expected = (e / e.sum(-1, keepdims=True)) @ v
    inputs = (x, x.flip(1), x + 1)
    got = made("scaled_dot_product_attention", *inputs)(*inputs)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-4)


def test_sinusoidal_positions_equal_the_formula():
    zeros = torch.zeros(1, 6, 8)
    got = made("sinusoidal_position", zeros)(zeros)[0].numpy()
    for t in range(6):
        for i in range(4):
            angle = t / 10_000 ** (2 * i / 8)
            assert got[t, 2 * i] == pytest.approx(math.sin(angle), abs=1e-6)
            assert got[t, 2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-6)
    longer = torch.zeros(1, 9, 8)
    module = made("sinusoidal_position", zeros)
    assert module(longer).shape == (1, 9, 8)


def test_time_embedding_has_unit_waves():
    t = torch.tensor([[0.0], [3.0]])
    got = made("time_embedding", t, features=6)(t)
    torch.testing.assert_close(got[0], torch.tensor([0.0, 0, 0, 1, 1, 1]))
    torch.testing.assert_close(got[:, :3] ** 2 + got[:, 3:] ** 2, torch.ones(2, 3))


def test_one_hot_equals_torch():
    labels = torch.tensor([[1, 0], [4, 2]])
    got = made("one_hot", labels, num_classes=5)(labels)
    assert torch.equal(got, nn.functional.one_hot(labels, 5).float())


@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (5, 1), (3, 2), (1, 1)])
def test_automatic_padding_keeps_the_size_for_odd_kernels(kernel, dilation):
    image = torch.zeros(2, 3, 9, 7)
    params = {"kernel_size": kernel, "dilation": dilation, "padding": None}
    assert made("conv2d", image, **params)(image).shape == (2, 32, 9, 7)


def test_padding_order_is_height_then_width():
    image = torch.ones(1, 1, 2, 2)
    assert made("pad2d", image, padding=(1, 3))(image).shape == (1, 1, 4, 8)


def test_merges_equal_arithmetic():
    a, b, c = torch.randn(3, 4, 5)
    assert torch.equal(made("add", a, b, c)(a, b, c), a + b + c)
    assert torch.equal(made("multiply", a, b, c)(a, b, c), a * b * c)
    torch.testing.assert_close(made("average", a, b, c)(a, b, c), (a + b + c) / 3)
    assert torch.equal(made("subtract", a, b)(a, b), a - b)
    assert torch.equal(made("concat", a, b)(a, b), torch.cat([a, b], 1))
    assert torch.equal(made("stack", a, b)(a, b), torch.stack([a, b], 1))
    scaled = made("scale", a, factor=2.0, offset=1.0)(a)
    assert torch.equal(scaled, a * 2 + 1)


def test_constant_joins_any_batch():
    value = made("constant", value=3.0, shape=(2,))()
    x = torch.zeros(4, 5)
    joined = made("concat", x, value)(x, value)
    assert joined.shape == (4, 7)
    assert torch.equal(joined[:, 5:], torch.full((4, 2), 3.0))


def test_stop_gradient_stops_it():
    x = torch.ones(2, 3, requires_grad=True)
    assert not made("stop_gradient", x)(x).requires_grad
    assert made("stop_gradient", x, enabled=False)(x).requires_grad


def test_gaussian_noise_only_while_training():
    x = torch.zeros(1000, 1)
    module = made("gaussian_noise", x, std=0.5)
    assert float(module.train()(x).std()) == pytest.approx(0.5, rel=0.15)
    assert torch.equal(module.eval()(x), x)


def test_dates_of_any_length_are_read_without_what_fills_them_up():
    project = presets.load("seq2seq")
    program = compile_project(project, seed=0)
    feeds = Feeds(program, 4, torch.device("cpu"), 0)
    modules, batch = program.modules.eval(), feeds.first()
    tokens = batch["data.written"]
    lengths = [row.nonzero().max().item() + 1 for row in tokens]
    assert len(set(lengths)) > 1
    read = modules.at("letters")(tokens)
    _, states = modules.at("encoder")(read, tokens)
    for n, length in enumerate(lengths):
        _, alone = modules.at("encoder")(read[n : n + 1, :length])
        assert torch.allclose(states[n], alone[0], atol=1e-6)
    assert program.evaluation.run(batch)["loss"].isfinite()


@pytest.mark.parametrize("kind", RECURRENT)
def test_lengths_beyond_the_end_count_all_steps(kind, x):
    module = made(kind, x, torch.tensor([9, 2, 5]), hidden_size=4)
    out = module(x, torch.tensor([9, 2, 5]))[0]
    assert torch.equal(out, module(x, torch.tensor([5, 2, 5]))[0])
