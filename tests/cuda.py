"""`python -m tests.cuda`: everything that needs a GPU, in one command.

steps     20 steps on the GPU against the processor, and against a plain loop by hand
resume    a run that is left in the middle and resumed, bit for bit
measure   norms and histograms of a step against numpy
readback  measured steps in which nothing waits for the GPU
memory    what is forecast against what torch has taken
bench     the loop beside the one that people write, bare and watched (at most 5 %)

Without a GPU it says so and is done. `--device cpu` does all that can be done there:
the tests run it so.
"""

import argparse
import copy
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import presets
from engine.bench.speed import nets, speed
from engine.graph.model import Project
from engine.graph.settings_text import assign
from engine.measure.probes import Probe
from engine.protocol.histogram import BIAS, EXPONENTS
from engine.training.forecast.forecast import Rehearsal
from engine.training.loop.launch import launch
from engine.training.loop.steps import Steps
from engine.training.loop.trainer import Trainer
from engine.training.parts.assembly import assemble
from engine.training.records.runs import open_run

STEPS = 20
PLAIN = 1e-6
"""Largest difference of a loss from that of the loop by hand, relative."""
ACROSS = 2e-3
"""The same from the processor: sums come in another order there, and steps add up."""
MEMORY = (0.85, 1.3)
SECONDS = 25.0
"""For the bench of each network."""
NETS = {
    "digits-mlp": ("dropout.p=0.0",),
    "mnist-cnn": ("dropout.p=0.0",),
    "digits-lstm": (),
    "tiny-gpt": (),
}
"""Presets and what is changed of them: chance is another one on each device."""
Result = tuple[bool | None, str]
"""Whether it is good, None where there is nothing to see; and what was found."""


@dataclass(frozen=True)
class Setting:
    """What the checks are run with.

    Args:
        device: As in documents.
        seconds: For the bench of each network.
        names: Of the networks.
    """

    device: str
    seconds: float = SECONDS
    names: tuple[str, ...] = tuple(NETS)

    def project(self, name: str, *words: str, device: str = "") -> Project:
        """Return a preset without chance in its layers."""
        made = presets.load(name)
        place = f"device={device or self.device}"
        assign(made, (*NETS.get(name, ()), place, "threads=1", "patience=0", *words))
        return made


@contextmanager
def exact() -> Iterator[None]:
    """Let the GPU compute with all digits, and in the same order every time."""
    kept = (
        torch.backends.cudnn.allow_tf32,
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.deterministic,
    )
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.deterministic = True
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = kept[0]
        torch.backends.cuda.matmul.allow_tf32 = kept[1]
        torch.backends.cudnn.deterministic = kept[2]


def steps(setting: Setting) -> Iterator[Result]:
    """Compare losses of 20 steps with the processor's and a loop by hand."""
    for name in setting.names:
        project = setting.project(name, f"steps={STEPS}")
        with exact():
            ours, plain = losses(project), by_hand(project)
            there = losses(setting.project(name, f"steps={STEPS}", device="cpu"))
        one, other = (float(np.abs(ours / each - 1).max()) for each in (plain, there))
        good = one <= PLAIN and other <= ACROSS
        yield good, f"{name}: from the loop by hand {one:.1e}, from the CPU {other:.1e}"


def losses(project: Project) -> np.ndarray:
    """Return the loss of every step as the trainer tells it (K,)."""
    trainer = Trainer(project, monitor=False)
    for _ in trainer.steps():
        pass
    return trainer.drain().losses[:, 0]


def by_hand(project: Project) -> np.ndarray:
    """Return the losses of the plainest loop on copies of the same weights (K,)."""
    parts = assemble(project)
    [phase] = parts.phases
    program = phase.program
    graph, weights = copy.deepcopy((program.graph_module, program.parameters))
    optimizer = phase.optimizer.torch
    plain = type(optimizer)(
        [{"params": weights}],
        **{k: v for k, v in optimizer.defaults.items() if k not in _KERNELS},
        foreach=False,
    )
    found = []
    for step in range(STEPS):
        batch = parts.feeds.next()
        total = program.total(graph(*(batch[name] for name in program.feed_names)))
        plain.zero_grad()
        total.backward()
        if phase.limits[0] is not None:
            torch.nn.utils.clip_grad_norm_(weights, phase.limits[0])
        for group in plain.param_groups:
            group["lr"] = optimizer.defaults["lr"] * phase.schedule.rate(step, STEPS)
        plain.step()
        found.append(total.item())
    return np.array(found)


_KERNELS = {"fused", "foreach", "lr_factor", "differentiable", "capturable",
            "decoupled_weight_decay"}  # fmt: skip


def resume(setting: Setting) -> Iterator[Result]:
    """Leave a run after half of its steps, resume it, and compare all weights."""
    for name in setting.names[:2]:
        project = setting.project(name, f"steps={STEPS}")
        with exact(), tempfile.TemporaryDirectory() as folder:
            whole = Trainer(project)
            deque(whole.steps(), maxlen=0)
            trainer, run = launch(Path(folder), project)
            going = trainer.steps()
            while trainer.step < STEPS // 2:
                next(going)
            trainer.request_stop()
            deque(going, maxlen=0)
            again = Trainer.resume(open_run(run.folder))
            deque(again.steps(), maxlen=0)
            pairs = [weights_of(each) for each in (whole, again)]
        equal = all(
            torch.equal(one, other) for one, other in zip(*pairs, strict=True)
        ) and (again.step == STEPS)
        yield equal, f"{name}: weights {'equal' if equal else 'DIFFERENT'}"


def weights_of(trainer: Trainer) -> list[Tensor]:
    """Return all weights of a network."""
    return [w.detach().cpu() for w in trainer.parts.program.modules.parameters()]


def measure(setting: Setting) -> Iterator[Result]:
    """Compare what a probe finds in a step with numpy."""
    for name in setting.names:
        parts = assemble(setting.project(name))
        [phase] = parts.phases
        layers = list(parts.program.layer_parameters.values())
        probe = Probe(layers)
        phase.backward(phase.loss(phase.forward(parts.feeds.next())))
        grads = [[on_host(w.grad) for w in layer] for layer in layers]
        before = [[on_host(w) for w in layer] for layer in layers]
        probe.before_update()
        phase.update(0, STEPS)
        found, _ = probe.after_update().layers()
        after = [[on_host(w) for w in layer] for layer in layers]
        wrong = 0
        for row in range(len(layers)):
            moved = norm(after[row], before[row]) / norm(before[row])
            wrong += not np.allclose(found.update_ratio[row], moved, rtol=1e-4)
            wrong += not np.allclose(found.grad_norm[row], norm(grads[row]), rtol=1e-5)
            if sum(map(np.size, grads[row])) <= 2**16:  # larger ones are sampled
                counts = counted(grads[row])
                wrong += not np.array_equal(found.grad_histogram[row], counts)
                counts = counted(after[row])
                wrong += not np.array_equal(found.weight_histogram[row], counts)
        yield not wrong, f"{name}: {len(layers)} layers, {wrong} numbers unlike numpy's"


def on_host(tensor: Tensor | None) -> np.ndarray:
    """Return numbers as numpy has them (n,)."""
    assert tensor is not None
    return tensor.detach().cpu().numpy().ravel().copy()


def norm(values: list[np.ndarray], less: list[np.ndarray] | None = None) -> float:
    """Return the norm of all numbers, or of their difference."""
    flat = np.concatenate(values).astype(np.float64)
    return float(np.linalg.norm(flat - np.concatenate(less) if less else flat))


def counted(values: list[np.ndarray]) -> np.ndarray:
    """Return counts by sign and binary exponent (512,)."""
    flat = np.concatenate(values).astype(np.float32)
    exponents = np.frexp(np.abs(flat))[1] - 1 + BIAS
    bins = np.where(flat == 0, 0, np.clip(exponents, 0, EXPONENTS - 1))
    return np.bincount(bins + EXPONENTS * np.signbit(flat), minlength=2 * EXPONENTS)


def readback(setting: Setting) -> Iterator[Result]:
    """Train measured steps while torch refuses whatever waits for the GPU."""
    for name in setting.names[:2]:
        trainer = Trainer(setting.project(name, "steps=100000"))
        trainer.begin()
        made = Steps(trainer)
        for _ in range(STEPS):  # the first ones load kernels, and are all measured
            deque(made.next_step(), maxlen=0)
        trainer.monitor.settle()
        taken, measured = trainer.step, 0
        try:
            with no_waiting(setting.device):
                while trainer.step < taken + STEPS:
                    trainer._look_after_at = time.perf_counter() + 60
                    deque(made.next_step(), maxlen=0)
                    measured += trainer.monitor.sampling
        except RuntimeError as error:
            yield False, f"{name}: {error}"
            continue
        finally:
            trainer.close("stopped")
        trainer.monitor.settle()
        told = sum(sample.step > taken for sample in trainer.monitor.take())
        good = measured > 0 and told > 0
        yield good, f"{name}: {measured} of {STEPS} steps measured, none waits"


@contextmanager
def no_waiting(device: str) -> Iterator[None]:
    """Let torch raise where a step would wait for the GPU."""
    if not device.startswith("cuda"):
        yield
        return
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


def memory(setting: Setting) -> Iterator[Result]:
    """Compare the memory that is forecast with the most that torch took."""
    if not setting.device.startswith("cuda"):
        yield None, "on the processor see `tests.benchmarks forecast`"
        return
    place = torch.device(setting.device)
    for name in setting.names:
        project = setting.project(name, "steps=60")
        told = Rehearsal(project).forecast()
        assert told is not None
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(place)
        before = torch.cuda.memory_allocated(place)
        deque(Trainer(project).steps(), maxlen=0)
        taken = torch.cuda.max_memory_allocated(place) - before
        ratio = told.memory_bytes / max(taken, 1)
        yield (
            MEMORY[0] <= ratio <= MEMORY[1],
            f"{name}: {ratio:.2f} times what is taken",
        )


def bench(setting: Setting) -> Iterator[Result]:
    """Print the loop beside the written one; watching may take 5 %."""
    for name in nets.NAMES if setting.names == tuple(NETS) else setting.names[:1]:
        project = nets.BUILT[name]() if name in nets.BUILT else presets.load(name)
        told = speed.measured(name, project, 1, setting.seconds, setting.device)
        bare, all_ = (told.ratios[which][1] for which in (speed.BARE, speed.WATCHED))
        share = told.watching[1]
        words = f"{name}: bare {bare:.2f}×, watched {all_:.2f}×, watching {share:.1%}"
        yield share <= speed.WATCHING, words


CHECKS: dict[str, Callable[[Setting], Iterator[Result]]] = {
    "steps": steps, "resume": resume, "measure": measure,
    "readback": readback, "memory": memory, "bench": bench,
}  # fmt: skip


def run(setting: Setting, names: tuple[str, ...] = tuple(CHECKS)) -> int:
    """Run checks and print what each has found; 0 when all are good."""
    bad = 0
    for name in names:
        begun = time.perf_counter()
        try:
            for good, words in CHECKS[name](setting):
                mark = {True: "ok", False: "BAD", None: "–"}[good]
                bad += good is False
                print(f"{name:<9} {mark:<4} {words}", flush=True)
        except Exception:  # noqa: BLE001 - the other checks are still worth it
            bad += 1
            print(f"{name:<9} BAD\n{traceback.format_exc()}", flush=True)
        print(f"{name:<9} took {time.perf_counter() - begun:.0f} s", flush=True)
    print("CUDA graphs are not checked: the loop does not use them")
    print("PASS" if not bad else f"FAIL {bad}")
    return int(bad > 0)


def main() -> int:
    """Run what the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m tests.cuda")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each bench")
    options = parser.parse_args()
    if unknown := [name for name in options.checks if name not in CHECKS]:
        parser.error(f"{unknown[0]} is none of {', '.join(CHECKS)}")
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        print("SKIPPED: torch sees no GPU here, so nothing of it was tried.")
        return 0
    checks = tuple(options.checks) or tuple(CHECKS)
    return run(Setting(options.device, options.seconds), checks)


if __name__ == "__main__":
    sys.exit(main())
