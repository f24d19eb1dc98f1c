"""The shipped presets against loops written by hand, with everything they use:
dropout, label smoothing, decoupled weight decay, warm-up and cosine schedule.
"""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

import presets
from engine.data.batches import BatchOrder
from engine.data.catalog import load
from engine.graph.edits import SetTraining
from engine.training.loop.trainer import Trainer

STEPS = 50
MLP = ("linear1", "linear2", "scores")
CNN = ("conv1", "conv2", "linear1", "scores")


def mlp() -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(),
        *(nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.5)),
        *(nn.Linear(256, 64), nn.ReLU()),
        nn.Linear(64, 10),
    )


def cnn() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.3)),
        *(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def rate_of(step: int, peak: float, warmup: int) -> float:
    """Linear warm-up, then half a cosine from the peak to 2 % of it."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / (STEPS - warmup)
    return peak * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)


def shortened(name: str):
    project = presets.load(name)
    SetTraining(project.training.with_value("steps", STEPS)).apply(project)
    return project


def copied(net: nn.Sequential, trainer: Trainer, names: tuple[str, ...]) -> None:
    layers = [layer for layer in net if isinstance(layer, nn.Linear | nn.Conv2d)]
    weights = trainer.parts.program.modules.state_dict()
    for layer, name in zip(layers, names, strict=True):
        state = {key: weights[f"{name}.{key}"].clone() for key in ("weight", "bias")}
        layer.load_state_dict(state)


def by_hand(net: nn.Sequential, source: str, peak: float, extra: dict) -> None:
    data = load({"source": source}).train
    images = torch.from_numpy(data["image"].copy())
    labels = torch.from_numpy(data["label"].copy())
    order = BatchOrder(len(labels), 64, 0)
    # The same kernel: a last bit apart, one ReLU that flips parts them after 20 steps.
    adamw = torch.optim.AdamW(net.parameters(), peak, weight_decay=0.05, fused=True)
    torch.manual_seed(0)
    for step in range(STEPS):
        adamw.param_groups[0]["lr"] = rate_of(step, peak, extra["warmup"])
        batch = order.next()
        scores = net(images[batch])
        loss = functional.cross_entropy(
            scores, labels[batch], label_smoothing=extra["smoothing"]
        )
        adamw.zero_grad()
        loss.backward()
        adamw.step()


@pytest.mark.parametrize("monitor", [True, False])
@pytest.mark.parametrize(
    ("name", "net", "names", "source", "peak", "extra"),
    [
        ("digits-mlp", mlp, MLP, "digits", 0.003, {"warmup": 0, "smoothing": 0.0}),
        ("mnist-cnn", cnn, CNN, "mnist", 0.006, {"warmup": 40, "smoothing": 0.05}),
    ],
)
def test_fifty_steps_of_the_preset_equal_a_hand_written_loop(
    name, net, names, source, peak, extra, monitor
) -> None:
    project = shortened(name)
    if extra["warmup"]:
        phase = project.training.phases[0]
        assert phase.schedule.params["warmup"] == 80  # longer than this test is
        project.training = _with_warmup(project.training, extra["warmup"])
    trainer = Trainer(project, threads=1, seed=0, monitor=monitor)
    hand = net().train()
    copied(hand, trainer, names)
    for _ in trainer.steps():
        pass
    by_hand(hand, source, peak, extra)
    expected = [p for layer in hand for p in layer.parameters()]
    weights = trainer.parts.program.modules.state_dict()
    found = [weights[f"{name}.{key}"] for name in names for key in ("weight", "bias")]
    for one, other in zip(found, expected, strict=True):
        assert (one - other).abs().max().item() <= 1e-6


def _with_warmup(training, steps: int):
    phase = training.phases[0]
    params = {**phase.schedule.params, "warmup": steps}
    schedule = type(phase.schedule)(phase.schedule.type, params)
    changed = type(phase)(**{**vars(phase), "schedule": schedule})
    return training.with_phase(0, changed)
