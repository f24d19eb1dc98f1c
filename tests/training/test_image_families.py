"""Networks that make images: twenty steps equal a loop written out in plain torch."""

import math

import torch
from torch.nn import functional as F

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


def noise_left(steps):
    """Return ᾱ of the cosine schedule of Nichol & Dhariwal 2021."""
    curve = [
        math.cos((t / steps + 0.008) / 1.008 * math.pi / 2) ** 2 for t in range(201)
    ]
    betas = [min(1 - curve[t + 1] / curve[t], 0.999) for t in range(steps)]
    return (1 - torch.tensor(betas, dtype=torch.float64)).cumprod(0).float()


def test_image_diffusion_equals_a_loop_by_hand():
    adam = once(lambda twin: torch.optim.Adam(twin.weights.values(), lr=2e-3, eps=EPS))
    left = noise_left(200)

    def stage(twin, name, x, when):
        shift = twin.linear(f"{name}.when", when)[:, :, None, None]
        w, b = (twin.weights[f"{name}.norm.{part}"] for part in ("weight", "bias"))
        y = F.silu(F.group_norm(x + shift, 8, w, b))
        return x + conv(twin, f"{name}.conv", y, padding=1)

    def unet(twin, noisy, t, digits):
        angle = t.unsqueeze(1) * 10_000.0 ** (-torch.arange(32) / 31)
        clock = twin.linear("net.clock", torch.cat([angle.sin(), angle.cos()], 1))
        when = F.silu(clock + twin.embedding("net.digit", digits))
        x = conv(twin, "net.open", F.pixel_unshuffle(noisy, 2), padding=1)
        skip = stage(twin, "net.fine1", x, when)
        x = conv(twin, "net.down", skip, stride=2, padding=1)
        for index in range(3):
            x = stage(twin, f"net.coarse.{index}", x, when)
        x = stage(twin, "net.fine2", grow(twin, "net.up", x) + skip, when)
        return F.pixel_shuffle(conv(twin, "net.close", x, padding=1), 2)

    def loop(twin, batch):
        x, noise = 2 * batch["data.image"] - 1, batch["noise.out"]
        t = (batch["when.out"][:, 0] * 200).long()
        share = left[t][:, None, None, None]
        noisy = share.sqrt() * x + (1 - share).sqrt() * noise
        velocity = share.sqrt() * noise - (1 - share).sqrt() * x
        found = unet(twin, noisy, t, batch["data.label"])
        return (step(adam(twin), F.mse_loss(found, velocity)),)

    small = ("data.samples=1000", "batch_size=8", f"eps={EPS}")
    check(preset("diffusion-mnist", *small), loop)
