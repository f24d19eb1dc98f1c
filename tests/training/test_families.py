"""Every family of network: twenty steps equal a loop written out in plain torch.

The loops get the same first weights and the same batches, and nothing else: they
compute with tensors by name, with torch's own optimizers.
"""

import pytest
import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import (
    PackedSequence,
    pack_padded_sequence,
    pad_packed_sequence,
)

import presets
from engine.graph.model import Node
from engine.graph.settings_text import assign
from engine.training.loop.trainer import Trainer
from tests.training.projects import phase, project

STEPS = 20
LIMIT = 1e-6
_FURTHER = 4
"""How much further from the truth than a loop by hand, where both only round."""


class Twin:
    """First weights and batches of a document, for a loop by hand."""

    def __init__(self, document):
        parts = Trainer(document).parts
        parts.program.modules.train()
        self.weights = {
            name: weight.detach().clone().requires_grad_()
            for name, weight in parts.program.modules.named_parameters()
        }
        self.feeds = parts.feeds

    def exact(self):
        """Make a loop by hand exact: weights and batches as float64."""
        for name, weight in self.weights.items():
            self.weights[name] = weight.detach().double().requires_grad_()
        return self

    def next(self):
        """Return the next batch, in the numbers of the weights."""
        kind = next(iter(self.weights.values())).dtype
        return {
            name: x.to(kind) if torch.is_tensor(x) and x.is_floating_point() else x
            for name, x in self.feeds.next().items()
        }

    def of(self, *prefixes):
        return [w for n, w in self.weights.items() if n.startswith(prefixes)]

    def linear(self, name, x):
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def embedding(self, name, x):
        return F.embedding(x, self.weights[f"{name}.weight"])

    def norm(self, name, x):
        w = self.weights
        return F.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"])

    def gru(self, name, x, initial=None, **options):
        width = (x.data if isinstance(x, PackedSequence) else x).shape[-1]
        layer = torch.nn.GRU(width, self.units(name), batch_first=True, **options)
        prefix = f"{name}."
        mine = {n[len(prefix) :]: w for n, w in self.weights.items() if prefix in n}
        return torch.func.functional_call(layer, mine, (x, initial))

    def units(self, name):
        return self.weights[f"{name}.weight_hh_l0"].shape[1]


def preset(name, *settings):
    document = presets.load(name)
    fixed = ("steps=20", "device=cpu", "threads=1", "schedule=constant")
    assign(document, (*fixed, *settings))
    return document


class _Truth:
    """The same loop in float64, for processors whose kernels sum in another order.

    Two loops in float32 may then differ by more than the limit, since Adam magnifies
    the rounding of tiny gradients; neither may be further from the truth than that.
    """

    def __init__(self, document, loop):
        self._document, self._loop, self._weights = document, loop, {}

    def error(self, name, weight):
        if not self._weights:
            self._weights = self._trained()
        return (weight.detach().double() - self._weights[name].detach()).abs()

    def limit(self, name, twin):
        """Return a few times the error of the loop by hand in float32."""
        return _FURTHER * float(self.error(name, twin.weights[name]).max())

    def check_losses(self, losses, by_hand):
        """Compare the errors up to each step: at first they are rounding alone."""
        self._weights = self._weights or self._trained()
        exact = torch.tensor(self._losses, dtype=torch.float64)
        ours, hand = (
            (x - exact).abs().amax(1).cummax(0).values for x in (losses, by_hand)
        )
        assert (ours <= _FURTHER * hand + LIMIT).all(), (ours, hand)

    def _trained(self):
        twin = Twin(self._document).exact()
        batches = [twin.next() for _ in range(STEPS)]  # noise is drawn as float32
        torch.set_default_dtype(torch.float64)
        try:
            self._losses = [self._loop(twin, batch) for batch in batches]
        finally:
            torch.set_default_dtype(torch.float32)
        return twin.weights


def check(document, loop):
    """Train both ways; compare all weights and the losses of every phase."""
    torch.set_num_threads(1)
    twin, truth = Twin(document), _Truth(document, loop)
    before = {name: weight.detach().clone() for name, weight in twin.weights.items()}
    expected = [loop(twin, twin.next()) for _ in range(STEPS)]
    trainer = Trainer(document)
    for _ in trainer.steps():
        pass
    found = dict(trainer.parts.program.modules.named_parameters())
    assert found.keys() == twin.weights.keys()
    for name, weight in found.items():
        difference = (weight - twin.weights[name]).detach().abs()
        if name.endswith("attention.in_proj_bias"):
            # The key's bias shifts all scores of a query alike: softmax drops it. Its
            # gradient is rounding noise, which Adam blows up to steps of full size.
            size = len(weight) // 3
            difference[size : 2 * size] = 0
        limit = LIMIT if difference.max() <= LIMIT else truth.limit(name, twin)
        error = difference if limit == LIMIT else truth.error(name, weight)
        assert error.max() <= limit, name
        assert not torch.equal(weight, before[name]), name
    losses = torch.tensor(trainer.drain().losses)
    by_hand = torch.tensor(expected, dtype=losses.dtype)
    if not torch.allclose(losses, by_hand, rtol=LIMIT, atol=LIMIT):
        truth.check_losses(losses, by_hand)


def step(optimizer, loss, clip=()):
    optimizer.zero_grad()
    loss.backward()
    if clip:
        torch.nn.utils.clip_grad_norm_(clip, 1.0)
    optimizer.step()
    return loss.item()


def once(make):
    """Make an optimizer at the first step, then keep it."""
    kept = {}

    def of(twin):
        if twin not in kept:
            kept[twin] = make(twin)
        return kept[twin]

    return of


def three_layers(twin, name, x, slope):
    for layer in ("linear1", "linear2", "linear3"):
        x = F.leaky_relu(twin.linear(f"{name}.{layer}", x), slope)
    return x


def test_gan_equals_a_loop_by_hand():
    betas = {"lr": 1e-3, "betas": (0.5, 0.9)}
    of_d = once(lambda twin: torch.optim.Adam(twin.of("d_real"), **betas))
    of_g = once(lambda twin: torch.optim.Adam(twin.of("gen"), **betas))
    bce = F.binary_cross_entropy_with_logits

    def fake(twin, z):
        return twin.linear("gen.point", three_layers(twin, "gen", z, 0.0))

    def judge(twin, x):
        return twin.linear("d_real.score", three_layers(twin, "d_real", x, 0.2))

    def loop(twin, batch):
        real, z = batch["real.point"], batch["z.out"]
        yes, no = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        made = fake(twin, z).detach()
        loss_d = bce(judge(twin, real), yes) + bce(judge(twin, made), no)
        value_d = step(of_d(twin), loss_d)
        value_g = step(of_g(twin), bce(judge(twin, fake(twin, z)), yes))
        return value_d, value_g

    check(preset("gan-2d", "batch_size=64"), loop)


def test_vae_equals_a_loop_by_hand():
    adam = once(lambda twin: torch.optim.Adam(twin.weights.values(), lr=2e-3))

    def loop(twin, batch):
        image = batch["data.image"]
        hidden = twin.linear("encoder.wide", image.flatten(1)).relu()
        mean = twin.linear("encoder.mean", hidden)
        log_variance = twin.linear("encoder.log_variance", hidden)
        z = mean + (0.5 * log_variance).exp() * batch["noise.out"]
        ink = twin.linear("decoder.pixels", twin.linear("decoder.wide", z).relu())
        bce = F.binary_cross_entropy_with_logits(ink, image.flatten(1))
        terms = mean**2 + log_variance.exp() - log_variance - 1
        loss = 784 * bce + 0.5 * terms.sum(1).mean()
        return (step(adam(twin), loss),)

    document = preset("vae", "data.samples=1000", "optimizer=adam", "weight_decay=0")
    still = Node("dropout", "dropout", {"p": 0.0})
    document.blocks["encoder"].graph.replace_node(still)
    check(document, loop)


def test_tiny_gpt_equals_a_loop_by_hand():
    settings = {"lr": 5e-4, "betas": (0.9, 0.99), "weight_decay": 0.1}
    adam = once(lambda twin: torch.optim.AdamW(twin.weights.values(), **settings))

    def heads(x):
        return x.reshape(*x.shape[:2], 4, 32).transpose(1, 2)

    def layer(twin, name, x):
        w = twin.weights
        joint = F.linear(
            twin.norm(f"{name}.norm1", x),
            w[f"{name}.attention.in_proj_weight"],
            w[f"{name}.attention.in_proj_bias"],
        )
        mixed = F.scaled_dot_product_attention(
            *(heads(part) for part in joint.split(128, -1)), is_causal=True
        )
        joined = mixed.transpose(1, 2).reshape(x.shape)
        x = x + twin.linear(f"{name}.attention.out_proj", joined)
        wide = twin.linear(f"{name}.wide", twin.norm(f"{name}.norm2", x))
        return x + twin.linear(f"{name}.narrow", F.gelu(wide))

    def loop(twin, batch):
        tokens = batch["data.tokens"]
        places = twin.weights["position.weight"][: tokens.shape[1]]
        x = twin.embedding("embedding", tokens) + places
        for index in range(2):
            x = layer(twin, f"layers.{index}", x)
        scores = twin.linear("scores", twin.norm("norm", x))
        loss = F.cross_entropy(scores.flatten(0, 1), batch["data.next"].flatten())
        return (step(adam(twin), loss, clip=list(twin.weights.values())),)

    small = ("data.samples=8000", "data.context=24", "layers.repeat=2")
    rest = ("position.max_length=24", "batch_size=8", "lr=0.0005")
    check(preset("tiny-gpt", *small, *rest), loop)


def test_diffusion_equals_a_loop_by_hand():
    adam = once(lambda twin: torch.optim.Adam(twin.weights.values(), lr=2e-3))
    beta = torch.linspace(1e-3, 0.2, 100, dtype=torch.float64)
    left = (1 - beta).cumprod(0).float()

    def loop(twin, batch):
        x, noise = batch["data.point"], batch["noise.out"]
        t = (batch["when.out"][:, 0] * 100).long()
        share = left[t].unsqueeze(1)
        noisy = share.sqrt() * x + (1 - share).sqrt() * noise
        speed = 10_000.0 ** (-torch.arange(32) / 31)
        angle = t.unsqueeze(1) * speed
        value = torch.cat([angle.sin(), angle.cos(), noisy], 1)
        for name in ("linear1", "linear2", "linear3"):
            value = F.silu(twin.linear(f"net.{name}", value))
        found = twin.linear("net.noise", value)
        return (step(adam(twin), F.mse_loss(found, noise)),)

    check(preset("diffusion-2d", "batch_size=128"), loop)


def attend(twin, x, memory):
    w = twin.weights
    weight, bias = w["attention.in_proj_weight"], w["attention.in_proj_bias"]
    query = F.linear(x, weight[:128], bias[:128])
    key, value = F.linear(memory, weight[128:], bias[128:]).chunk(2, -1)
    split = [
        part.reshape(len(x), -1, 4, 32).transpose(1, 2) for part in (query, key, value)
    ]
    mixed = F.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)
    return twin.linear("attention.out_proj", mixed)


def test_seq2seq_equals_a_loop_by_hand():
    adam = once(lambda twin: torch.optim.Adam(twin.weights.values(), lr=1e-3))

    def loop(twin, batch):
        target = batch["data.iso"]
        letters = twin.embedding("letters", batch["data.written"])
        lengths = (batch["data.written"] != 0).sum(1)  # a blank is no 0
        packed = pack_padded_sequence(letters, lengths, True, enforce_sorted=False)
        read, state = twin.gru("encoder", packed, bidirectional=True)
        memory, _ = pad_packed_sequence(read, batch_first=True, total_length=20)
        start = torch.cat([state[0], state[1]], 1).unsqueeze(0)
        before = F.pad(target[:, :-1], (1, 0))
        decoded, _ = twin.gru("decoder", twin.embedding("written", before), start)
        both = torch.cat([decoded, attend(twin, decoded, memory)], -1)
        scores = twin.linear("scores", twin.linear("hidden", both).tanh())
        loss = F.cross_entropy(scores.flatten(0, 1), target.flatten())
        return (step(adam(twin), loss, clip=list(twin.weights.values())),)

    small = ("data.samples=500", "batch_size=16", "lr=0.001")
    check(preset("seq2seq", *small), loop)


def two_outputs():
    nodes = [
        Node("data", "data", {"source": "breast_cancer"}),
        Node("trunk", "linear", {"out_features": 12}),
        Node("act", "tanh"),
        Node("scores", "linear", {"out_features": 2}),
        Node("copy", "linear", {"out_features": 30}),
        Node("loss", "cross_entropy"),
        Node("again", "mse", {"weight": 0.5}),
    ]
    wires = (
        "data.features>trunk.input trunk.out>act.input act.out>scores.input "
        "act.out>copy.input scores.out>loss.input data.label>loss.target "
        "copy.out>again.input data.features>again.target"
    )
    phases = (
        phase(
            "sgd",
            values={"lr": 0.05, "momentum": 0.9},
            name="classify",
            minimise=("loss",),
            update=("trunk", "scores"),
        ),
        phase(
            "adam",
            values={"lr": 0.01},
            name="reconstruct",
            minimise=("loss", "again"),
            update=("trunk", "copy"),
            every=2,
        ),
    )
    settings = {"batch_size": 32, "steps": STEPS, "device": "cpu", "threads": 1}
    return project(nodes, wires, phases, **settings)


def test_two_outputs_under_two_optimizers_equal_a_loop_by_hand():
    of_scores = once(
        lambda twin: torch.optim.SGD(twin.of("trunk", "scores"), lr=0.05, momentum=0.9)
    )
    of_copy = once(lambda twin: torch.optim.Adam(twin.of("trunk", "copy"), lr=0.01))
    made = []

    def losses(twin, batch):
        features = batch["data.features"]
        trunk = twin.linear("trunk", features).tanh()
        loss = F.cross_entropy(twin.linear("scores", trunk), batch["data.label"])
        return loss, loss + 0.5 * F.mse_loss(twin.linear("copy", trunk), features)

    def loop(twin, batch):
        made.append(1)
        first = step(of_scores(twin), losses(twin, batch)[0])
        if len(made) % 2:
            return first, float("nan")
        return first, step(of_copy(twin), losses(twin, batch)[1])

    document = two_outputs()
    twin = Twin(document)
    before = {name: weight.detach().clone() for name, weight in twin.weights.items()}
    expected = [loop(twin, twin.feeds.next()) for _ in range(STEPS)]
    trainer = Trainer(document)
    for _ in trainer.steps():
        pass
    for name, weight in trainer.parts.program.modules.named_parameters():
        assert (weight - twin.weights[name]).abs().max() <= LIMIT, name
        assert not torch.equal(weight, before[name]), name
    found = torch.tensor(trainer.drain().losses)
    torch.testing.assert_close(
        found,
        torch.tensor(expected, dtype=found.dtype),
        rtol=LIMIT,
        atol=LIMIT,
        equal_nan=True,
    )


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
