"""What `python -m tests.benchmarks nanogpt` measures: a GPT here against plain torch.

The setting is nanoGPT's for Shakespeare on a CPU: 4 layers, 4 heads, 128 channels,
64 characters of context, 12 windows a step, 2,000 steps of AdamW from 1e-3 to 1e-4.
The plain loop draws its own windows and its own first weights, from the same text: the
one that ships, or a file (`--text`), which comes in as the window brings it.
"""

import argparse
import json
import math
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import presets
from engine.data.own.describe import described
from engine.graph.model import Project
from engine.graph.settings_text import assign
from engine.layers.datasets.own import spec_of
from engine.training.loop.launch import launch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.training.loop.events import Step

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 4, 4, 128, 64, 12
STEPS, WARM_UP, RATE, LAST_RATE = 2000, 100, 1e-3, 1e-4
BETAS, DECAY, CLIP = (0.9, 0.99), 0.1, 1.0
HELD_BACK = 0.1
GOAL_DIFFERENCE, GOAL_RATIO = 0.03, 1.0
_CHUNK = 25
"""Steps of one side, then as many of the other: what else runs hits both alike."""


class Layer(nn.Module):
    """One transformer layer: attention, then two linear layers, each added."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.joint = nn.Linear(WIDTH, 3 * WIDTH)
        self.mixed = nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = (
            nn.Linear(WIDTH, 4 * WIDTH),
            nn.Linear(4 * WIDTH, WIDTH),
        )

    def forward(self, x: Tensor) -> Tensor:
        batch, length, _ = x.shape
        query, key, value = (
            part.view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in self.joint(self.norm1(x)).split(WIDTH, dim=2)
        )
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.mixed(seen.transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.narrow(F.gelu(self.wide(self.norm2(x))))


class PlainGPT(nn.Module):
    """The same network, as one writes it by hand.

    Weights start as in GPT-2: N(0, 0.02), those that are added to the stream smaller.
    """

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Embedding(CONTEXT, WIDTH)
        self.layers = nn.Sequential(*(Layer() for _ in range(LAYERS)))
        self.norm, self.scores = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, vocabulary)
        for name, weights in self.named_parameters():
            if weights.dim() == 2:
                last = name.endswith(("mixed.weight", "narrow.weight"))
                nn.init.normal_(weights, std=0.02 / (math.sqrt(2 * LAYERS) ** last))
            elif name.endswith("bias"):
                nn.init.zeros_(weights)

    def forward(self, tokens: Tensor, after: Tensor) -> Tensor:
        """Return the mean loss of the next characters."""
        places = torch.arange(tokens.shape[1])
        x = self.layers(self.tokens(tokens) + self.places(places))
        scores = self.scores(self.norm(x))
        return F.cross_entropy(scores.flatten(0, 1), after.flatten())


class PlainLoop:
    """Trains the plain network, a chunk at a time."""

    def __init__(self, steps: int, seed: int, file: Path | None) -> None:
        torch.manual_seed(seed)
        self.training, self.validation = text(file)
        vocabulary = int(self.training.max().maximum(self.validation.max())) + 1
        self.network, self.step, self._steps = PlainGPT(vocabulary), 0, steps
        weights = list(self.network.parameters())
        groups = [
            {"params": [w for w in weights if w.dim() == 2], "weight_decay": DECAY},
            {"params": [w for w in weights if w.dim() < 2], "weight_decay": 0.0},
        ]
        self._adam = torch.optim.AdamW(groups, lr=RATE, betas=BETAS)
        self._chance = torch.Generator().manual_seed(seed)

    def go(self, count: int) -> None:
        """Make so many steps, as a script does: the loss is looked at each time."""
        for _ in range(count):
            for group in self._adam.param_groups:
                group["lr"] = rate(self.step, self._steps)
            loss = self.network(*self._batch())
            self._adam.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
            self._adam.step()
            assert math.isfinite(loss.item())
            self.step += 1

    def _batch(self) -> tuple[Tensor, Tensor]:
        last = len(self.training) - CONTEXT
        starts = torch.randint(last, (BATCH, 1), generator=self._chance)
        places = starts + torch.arange(CONTEXT)
        return self.training[places], self.training[places + 1]

    @torch.no_grad()
    def loss(self) -> float:
        """Return the loss of the whole validation part, in windows side by side."""
        return validation_loss(self.network, self.validation)


def text(file: Path | None) -> tuple[Tensor, Tensor]:
    """Return the characters of both parts as numbers; the last tenth validates."""
    if file:
        letters = np.array(list(file.read_text(encoding="utf-8")))
    else:
        path = Path(__file__).parents[1] / "assets" / "data" / "python_help.npz"
        with np.load(path) as arrays:
            letters = arrays["text"]
    _, tokens = np.unique(letters, return_inverse=True)
    border = len(tokens) - round(HELD_BACK * len(tokens))
    whole = torch.from_numpy(tokens.astype(np.int64))
    return whole[:border], whole[border:]


@torch.no_grad()
def validation_loss(network: nn.Module, part: Tensor) -> float:
    """Return the mean over all whole windows."""
    count = (len(part) - 1) // CONTEXT
    tokens = part[: count * CONTEXT].view(count, CONTEXT)
    after = part[1 : count * CONTEXT + 1].view(count, CONTEXT)
    total = 0.0
    for start in range(0, count, 128):
        some = slice(start, min(count, start + 128))
        total += float(network(tokens[some], after[some])) * len(tokens[some])
    return total / count


def rate(step: int, steps: int) -> float:
    """Return the learning rate: a rise, then half a cosine."""
    if step < WARM_UP:
        return RATE * (step + 1) / WARM_UP
    share = (step - WARM_UP) / max(1, steps - WARM_UP)
    return LAST_RATE + 0.5 * (1 + math.cos(math.pi * share)) * (RATE - LAST_RATE)


def document(steps: int, seed: int, file: Path | None) -> Project:
    """Return the preset's network in this setting, perhaps on a text of one's own."""
    made = presets.load("tiny-gpt")
    if file:
        params = described(file).params(str(file.resolve()))
        params["validation"] = HELD_BACK
        data = made.graph.node("data")
        made.graph.replace_node(replace(data, params=params))
        size = len(spec_of(params).layout[0].classes)
        assign(
            made, (f"embedding.num_embeddings={size}", f"scores.out_features={size}")
        )
    assign(made, (
        f"data.context={CONTEXT}", f"position.max_length={CONTEXT}",
        f"layers.repeat={LAYERS}", f"batch_size={BATCH}", f"steps={steps}",
        f"evaluate_every={steps}", f"lr={RATE}", f"final={LAST_RATE / RATE}",
        f"warmup={WARM_UP}", f"beta2={BETAS[1]}", f"weight_decay={DECAY}",
        f"clip_norm={CLIP}", f"seed={seed}",
        f"threads={torch.get_num_threads()}", "device=cpu",
    ))  # fmt: skip
    return made


class Ours:
    """Trains the document as the window does: measured, recorded, with checkpoints."""

    def __init__(self, document: Project, folder: Path) -> None:
        self.trainer, _ = launch(folder, document)
        self._events: Iterator[Step] = self.trainer.steps()

    def go(self, count: int) -> None:
        """Make so many steps."""
        end = self.trainer.step + count
        while self.trainer.step < end:
            next(self._events)

    def loss(self) -> float:
        """Finish the run; returns its last validation loss."""
        for _ in self._events:
            pass
        return self.trainer.drain().evaluations[-1].values["loss"]


def measure(
    steps: int, seed: int, folder: Path, file: Path | None = None
) -> dict[str, float]:
    """Train both in turn; returns losses and speeds."""
    ours = Ours(document(steps, seed, file), folder)
    plain = PlainLoop(steps, seed, file)
    sizes = [_size(ours.trainer.parts.program.modules), _size(plain.network)]
    assert sizes[0] == sizes[1], sizes
    walls: list[tuple[float, float]] = []
    cpus: list[tuple[float, float]] = []
    for number in range(-(-steps // _CHUNK)):
        count = min(_CHUNK, steps - number * _CHUNK)
        first, second = (ours, plain) if number % 2 else (plain, ours)
        taken = {first: _timed(first, count), second: _timed(second, count)}
        walls.append((taken[ours][0], taken[plain][0]))
        cpus.append((taken[ours][1], taken[plain][1]))
    mine, theirs = (sum(column) for column in zip(*walls, strict=True))
    losses = ours.loss(), plain.loss()
    return {
        "steps": steps,
        "parameters": sizes[0],
        "loss": losses[0],
        "plain_loss": losses[1],
        "difference": losses[0] - losses[1],
        "steps_per_s": steps / mine,
        "plain_steps_per_s": steps / theirs,
        "ratio": statistics.median(b / a for a, b in walls),
        "cpu_ratio": statistics.median(b / a for a, b in cpus),
        "monitoring": ours.trainer.overhead,
    }


def _size(network: nn.Module) -> int:
    return sum(weights.numel() for weights in network.parameters())


def _timed(side: Ours | PlainLoop, count: int) -> tuple[float, float]:
    """Return seconds by the clock and of the processor."""
    start, used = time.perf_counter(), time.process_time()
    side.go(count)
    return time.perf_counter() - start, time.process_time() - used


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when both goals are reached."""
    before = torch.get_num_threads()
    torch.set_num_threads(options.threads)
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(options.text) if options.text else None
            found = measure(options.steps or STEPS, options.seed, Path(folder), file)
    finally:
        torch.set_num_threads(before)
    reached = found["difference"] <= GOAL_DIFFERENCE and found["ratio"] >= GOAL_RATIO
    if options.json:
        print(json.dumps({"benchmark": "nanogpt", **found}))
    else:
        _print(found)
        print("every goal reached" if reached else "MISS")
    return 0 if reached else 1


def _print(found: dict[str, float]) -> None:
    print(f"{found['steps']:,} steps, {found['parameters']:,} weights")
    print(f"{'':<12}{'validation':>12}{'steps/s':>10}")
    for title, prefix in (("here", ""), ("plain torch", "plain_")):
        loss, speed = found[f"{prefix}loss"], found[f"{prefix}steps_per_s"]
        print(f"{title:<12}{loss:>12.4f}{speed:>10.2f}")
    print(
        f"{'difference':<12}{found['difference']:>+12.4f}{found['ratio']:>9.2f}×"
        f"  (median of chunks in turn; by processor time {found['cpu_ratio']:.2f}×)"
    )
