"""What is said of a step, recomputed by torch, by differences, and by counting."""

import random

import torch

from engine.explain.trace.held import coming
from engine.explain.trace.paths import paths
from engine.explain.trace.samples import contributions
from engine.training.parts.snapshot import Position
from tests.explain.recomputed.training import EACH, Plain, everything, real_steps
from tests.explain.recomputed.written import check_cells

EVERY, MOST = 10**9, 2_000


def near(found, wanted, tolerance, what):
    """Compare two tensors, by the size of what they hold."""
    size = max(1.0, float(wanted.abs().max())) if wanted.numel() else 1.0
    gap = float((found - wanted).abs().max()) if wanted.numel() else 0.0
    assert gap <= tolerance * size, f"{what}: {gap:.3g} of {size:.3g}"


def check(parts, steps=2, places=3):
    """Hold steps still, compare all that is said of them, and make them."""
    types = {node.path: node.type for node in parts.program.nodes}
    for step in range(steps):
        position = Position(step)
        before = everything(parts, position)
        told = []
        for held in coming(parts, position):
            check_gradients(held, places)
            check_samples(held, types)
            check_paths(held)
            if step == 0:
                check_cells(held, types)
            updates = [held.update(i) for i in range(len(held.run.parameters))]
            told.append((held.run, updates))
        same(everything(parts, position), before)
        for (run, updates), phase in zip(
            told, real_steps(parts, position), strict=True
        ):
            assert run is phase
            for index, (weight, update) in enumerate(
                zip(phase.parameters, updates, strict=True)
            ):
                near(update.after, weight.detach(), 1e-12, f"update {index}")
                near(sum(update.terms.values()), update.step, 1e-15, "terms")


def same(now, before):
    """Compare two checkpoints to the bit."""
    assert now[1] == before[1]
    assert now[0].keys() == before[0].keys()
    for key, tensor in now[0].items():
        assert torch.equal(tensor, before[0][key]), key


def check_gradients(held, places):
    """Gradients of autograd, and central differences at some places."""
    recorded = held.recording
    plain = Plain(recorded.phase, recorded.feeds, recorded.random["cpu"])
    assert plain.total() == recorded.total
    wanted = plain.gradients()
    chosen = random.Random(0)
    for weight, told, truth in zip(
        held.run.parameters, recorded.gradients, wanted, strict=True
    ):
        assert (told is None) == (truth is None)
        if truth is None:
            continue
        near(told, truth, 1e-10, "gradient")
        for _ in range(min(places, weight.numel())):
            place = chosen.randrange(weight.numel())
            slope, told_here = plain.slope(weight, place), told.view(-1)[place].item()
            assert abs(slope - told_here) <= 1e-5 * max(1.0, abs(told_here))


def check_samples(held, types):
    """Shares of samples add up to the gradient, and are those of their own losses."""
    recorded = held.recording
    (loss, *others), by_hand = recorded.phase.losses, None
    if types[loss] in EACH and not others:
        plain = Plain(recorded.phase, recorded.feeds, recorded.random["cpu"])
        by_hand = plain.shares(loss, EACH[types[loss]])
    for index, weight in enumerate(held.run.parameters):
        told = recorded.gradients[index]
        if told is None or weight.numel() > MOST:
            continue
        shares = contributions(recorded, weight)
        near(shares.sum(0), told, 1e-8, "samples")
        if by_hand is not None:
            for share, wanted in zip(shares, by_hand, strict=True):
                near(share, wanted[index], 1e-8, "a sample's own part")


def check_paths(held, most=3_000):
    """All ways of a use add up to its gradient; all uses to that of the weights."""
    recorded = held.recording
    counts = ways(recorded)
    owners = {}
    for path, moment in recorded.moments.items():
        for name, weight in moment.module.named_parameters():
            owners.setdefault(id(weight), []).append((path, name))
    for weight, told in zip(held.run.parameters, recorded.gradients, strict=True):
        uses = owners.get(id(weight), [])
        if told is None or sum(counts[path] for path, _ in uses) > most:
            continue
        total, largest = torch.zeros_like(told), 1.0
        for path, name in uses:
            found = paths(recorded, path, name, most=EVERY, tried=EVERY)
            assert (
                len({(p.nodes, p.ports) for p in found}) == len(found) <= counts[path]
            )
            total += sum((p.gradient for p in found), torch.zeros_like(told))
            sizes = (float(p.gradient.abs().max()) for p in found)
            largest = max([largest, *sizes])  # what cancels out leaves its rounding
        near(total, told, 1e-10 * largest, "paths")


def ways(recorded):
    """Count the ways from every node to the losses, from the loss backwards."""
    counts = dict.fromkeys(recorded.moments, 0)
    for loss in recorded.phase.losses:
        counts[loss] = 1
    for path in reversed(list(recorded.moments)):
        for source in recorded.sources[path]:
            if source.node in counts:
                counts[source.node] += counts[path]
    return counts
