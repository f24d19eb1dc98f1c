"""Networks that make images: twenty steps equal a loop written out in plain torch."""

import torch
from torch.nn import functional as F  # noqa: N812 - torch's own name

from tests.training.test_families import check, once, preset, step

EPS = 1e-3
"""Large, so that Adam makes no whole steps of the rounding of tiny gradients."""

bce = F.binary_cross_entropy_with_logits


def conv(twin, name, x, **options):
    bias = twin.weights.get(f"{name}.bias")
    return F.conv2d(x, twin.weights[f"{name}.weight"], bias, **options)


def grow(twin, name, x):
    bias = twin.weights.get(f"{name}.bias")
    weight = twin.weights[f"{name}.weight"]
    return F.conv_transpose2d(x, weight, bias, stride=2, padding=1)


def batch_norm(twin, name, x):
    weight, bias = twin.weights[f"{name}.weight"], twin.weights[f"{name}.bias"]
    return F.batch_norm(x, None, None, weight, bias, training=True)


def test_convolutional_gan_equals_a_loop_by_hand():
    rates = {"lr": 5e-4, "betas": (0.5, 0.999), "eps": EPS}
    of_d = once(lambda twin: torch.optim.Adam(twin.of("d_real"), **rates))
    of_g = once(lambda twin: torch.optim.Adam(twin.of("gen"), **rates))

    def fake(twin, z, digits):
        asked = torch.cat([F.one_hot(digits, 10).float(), z], 1)
        x = F.linear(asked, twin.weights["gen.seed.weight"]).reshape(-1, 64, 7, 7)
        x = grow(twin, "gen.grow1", batch_norm(twin, "gen.norm1", x).relu())
        x = grow(twin, "gen.grow2", batch_norm(twin, "gen.norm2", x).relu())
        return x.sigmoid()

    def judge(twin, x):
        x = F.leaky_relu(conv(twin, "d_real.conv1", x, stride=2, padding=1), 0.2)
        x = conv(twin, "d_real.conv2", x, stride=2, padding=1)
        x = F.leaky_relu(batch_norm(twin, "d_real.norm", x), 0.2).flatten(1)
        return twin.linear("d_real.score", x), twin.linear("d_real.digit", x)

    def loop(twin, batch):
        digits, z = batch["real.label"], batch["z.out"]
        ones = torch.ones(len(z), 1)
        real, seen = judge(twin, batch["real.image"])
        made, _ = judge(twin, fake(twin, z, digits).detach())
        loss_d = bce(real, 0.9 * ones) + bce(made, 0 * ones)
        value_d = step(of_d(twin), loss_d + F.cross_entropy(seen, digits))
        made, read = judge(twin, fake(twin, z, digits))
        loss_g = bce(made, ones) + F.cross_entropy(read, digits)
        return value_d, step(of_g(twin), loss_g)

    small = ("real.samples=1000", "batch_size=8", f"eps={EPS}")
    check(preset("dcgan", *small), loop)
