"""A training of a random document in float64, and what torch says of its steps."""

from contextlib import contextmanager

import torch

from engine.training.parts import snapshot, state
from engine.training.parts.assembly import Assembly, assemble


def doubled(project, seed=0) -> Assembly:
    """Return the parts of a training, all of it in float64, weights moved a little.

    Norms start at 1 and 0, where half of their formulas say nothing.
    """
    parts = assemble(project, "cpu", seed)
    parts.program.modules.double()
    generator = torch.Generator().manual_seed(seed + 1)
    with torch.no_grad():
        for weight in parts.program.modules.parameters():
            noise = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
            weight.add_(0.1 * noise)
    for phase in parts.phases:  # Adagrad's memory begins before the first step
        for kept in phase.optimizer.torch.state.values():
            kept |= {k: v.double() for k, v in kept.items() if k == "sum"}
    plain = parts.feeds.next
    parts.feeds.next = lambda: {
        name: x.double() if x.is_floating_point() else x for name, x in plain().items()
    }
    return parts


def everything(parts, position):
    """Return all that a checkpoint of this moment would hold."""
    tensors, numbers = snapshot.take(parts, position)
    return state.copied(tensors), numbers


def _cross_entropy(module, scores, labels):
    weights = module.class_weights
    each = torch.nn.functional.cross_entropy(
        scores.movedim(module.dim, 1), labels, weights, reduction="none",
        label_smoothing=module.label_smoothing,
    )  # fmt: skip
    whole = labels.numel() if weights is None else weights[labels].sum()
    return each.reshape(len(each), -1).sum(1) / whole


def _mean(of):
    return lambda _module, x, *y: of(x, *y).flatten(1).mean(1) / len(x)


EACH = {
    "cross_entropy": _cross_entropy,
    "mse": _mean(lambda x, y: (x - y).square()),
    "l1": _mean(lambda x, y: (x - y).abs()),
    "minimise": _mean(lambda x: x),
}
"""What single samples have in a loss, written down once more."""


class Plain:
    """The same phase run by torch alone, as often as wanted, always with one luck."""

    def __init__(self, phase, batch, random):
        self.phase, self.batch, self.random = phase, batch, random
        self.module = phase.graph_module

    @contextmanager
    def running(self):
        """Yield the loss; buffers and random numbers stay as they were."""
        kept = [b.clone() for b in self.module.buffers()]
        outside = torch.get_rng_state()
        torch.set_rng_state(self.random)
        try:
            yield self.phase.total(self.phase.run(self.batch))
        finally:
            torch.set_rng_state(outside)
            with torch.no_grad():
                for buffer, value in zip(self.module.buffers(), kept, strict=True):
                    buffer.copy_(value)

    def total(self):
        """Return the loss as a number."""
        with self.running() as loss:
            return loss.item()

    def gradients(self):
        """Return ∂loss/∂w of every weight of the phase, by one plain backward pass."""
        self.phase.enter()
        with self.running() as loss:
            return torch.autograd.grad(loss, self.phase.parameters, allow_unused=True)

    def shares(self, loss, each):
        """Return what each sample has in the gradients, from its own part of the loss.

        Args:
            loss: Path of the only loss.
            each: Its value of single samples, out of its module and inputs.
        """
        calls = self.module.graph.nodes
        (call,) = (n for n in calls if n.op == "call_module" and n.meta["node"] == loss)
        module, seen = self.module.get_submodule(call.target), []
        hook = module.register_forward_pre_hook(lambda _, given: seen.append(given))
        try:
            with self.running():
                parts = self.phase.weights[0] * each(module, *seen[0])
                return [
                    torch.autograd.grad(
                        part, self.phase.parameters, retain_graph=True,
                        allow_unused=True, materialize_grads=True,
                    )
                    for part in parts
                ]  # fmt: skip
        finally:
            hook.remove()

    def slope(self, weight, place, step=1e-6):
        """Return how the loss changes with one number, by the difference of two."""
        flat = weight.detach().view(-1)
        was = flat[place].item()
        ends = []
        with torch.no_grad():
            for sign in (1, -1):
                flat[place] = was + sign * step
                ends.append(self.total())
            flat[place] = was
        return (ends[0] - ends[1]) / (2 * step)


def real_steps(parts, position):
    """Make one step as a training makes it; yield each phase after its update."""
    batch = parts.feeds.next()
    for phase in parts.phases:
        if not phase.due(position.step + 1):
            continue
        for _ in range(phase.times):
            phase.program.enter()
            phase.backward(phase.loss(phase.forward(batch)))
            phase.update(position.step, parts.length.total_steps)
            yield phase
