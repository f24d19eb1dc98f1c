"""The closed table of what a lesson can ask about the first step of its network."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from engine.errors import ConfigError
from engine.explain.lessons import practice
from engine.explain.trace.held import Held
from engine.explain.trace.paths import paths
from engine.explain.trace.replay import back
from engine.explain.trace.samples import contributions
from engine.explain.trace.update import Forces, split
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.table import tracer_of
from engine.explain.tracers.tracer import Terms
from engine.explain.whatif import outcome
from engine.i18n import tr
from engine.protocol.lessons import Question, Truth

Types = Mapping[str, str]
"""Path of a node → its type in the catalogue."""
Tell = Callable[[Held, Question, Types], Truth]


def truth(held: Held, question: Question, types: Types) -> Truth:
    """Return the answer to a question.

    Args:
        held: The first step of the lesson's network.
        question: One of `_TABLE`.
        types: Of the nodes of the network.

    Raises:
        ConfigError: When it asks for what the network doesn't have.
    """
    tell = _TABLE.get(question.name)
    if tell is None:
        raise ConfigError(
            tr("Lessons can't ask this"),
            expected=", ".join(_TABLE),
            got=question.name,
        )
    return tell(held, question, types)


def _number(held: Held, question: Question, types: Types) -> Truth:
    """A number of a tensor: output, upstream, given, a weight, its slope or step."""
    del types
    return Truth(float(_at(_tensor(held, question), question)))


def _loss(held: Held, question: Question, types: Types) -> Truth:
    """What the phase minimises."""
    del question, types
    return Truth(held.recording.total)


def _loss_after(held: Held, question: Question, types: Types) -> Truth:
    """The loss if a weight were larger by a number."""
    del types
    w = _weight(held, question)
    value = float(_at(w.detach(), question)) + question.number
    return Truth(outcome.weight(held, w, question.cell, value).after)


def _share(held: Held, question: Question, types: Types) -> Truth:
    """The probability of a class in a sample (cell is both), plus a number."""
    del types
    sample, label = question.cell
    scores = _moment(held, question).inputs[0][sample].double()
    return Truth(float(torch.softmax(scores, 0)[label]) + question.number)


def _path(held: Held, question: Question, types: Types) -> Truth:
    """What comes to a weight along the path number `number`, the largest first."""
    del types
    name = question.tensor
    found = [
        float(_at(path.gradient, question))
        for path in paths(held.recording, question.node, name)
    ]
    found.sort(key=lambda value: -abs(value))
    if not 0 <= int(question.number) < len(found):
        raise _missing(question)
    return Truth(found[int(question.number)])


def _product(held: Held, question: Question, types: Types) -> Truth:
    """What one sample adds to the slope of a weight: `number` says which."""
    del types
    shares = contributions(held.recording, _weight(held, question), question.cell)
    return Truth(float(shares[int(question.number)]))


def _uses(held: Held, question: Question, types: Types) -> Truth:
    """How many products the slope of a weight adds up, for one sample."""
    moment = _moment(held, question)
    tracer = tracer_of(types[question.node])
    line = tracer.weight(moment, question.tensor, question.cell)[-1]
    counts = [len(n.products) for n in line.numbers.values() if isinstance(n, Terms)]
    return Truth(sum(counts) / len(moment.inputs[0]))


def _ratio(held: Held, question: Question, types: Types) -> Truth:
    """‖∂L/∂w‖ of the first layer ÷ that of the last, each a matrix of weights."""
    del question, types
    pairs = zip(held.run.parameters, held.recording.gradients, strict=True)
    sizes = [float(g.norm()) for w, g in pairs if w.dim() > 1 and g is not None]
    if not sizes:
        return Truth(math.nan)
    return Truth(sizes[0] / sizes[-1] if sizes[-1] else math.inf)


def _sign(held: Held, question: Question, types: Types) -> Truth:
    """Where the loss goes when a number grows: up, down or nowhere."""
    del types
    slope = float(_at(_tensor(held, question), question))
    return Truth(slope, ("up" if slope > 0 else "down" if slope < 0 else "none",))


def _overshoots(held: Held, question: Question, types: Types) -> Truth:
    """The smallest of some factors of the rate after whose step the loss is higher."""
    del types
    factors = sorted(map(float, question.words))
    losses = outcome.rates(held, factors)
    above = [
        factor
        for factor, loss in zip(factors, losses, strict=True)
        if not loss <= held.recording.total
    ]
    return Truth(above[0] if above else math.nan, (f"{above[0]:g}",) if above else ())


def _disagrees(held: Held, question: Question, types: Types) -> Truth:
    """All samples that pull a weight the other way than the batch does."""
    del types
    shares = contributions(held.recording, _weight(held, question), question.cell)
    against = (shares * float(shares.sum()) < 0).nonzero().flatten().tolist()
    first = float(against[0]) if against else math.nan
    return Truth(first, tuple(str(sample) for sample in against))


def _mover(held: Held, question: Question, types: Types) -> Truth:
    """The phase that is held, if it moves a node's weights; else nothing."""
    del types
    moment = held.recording.moments.get(question.node)
    own = set(map(id, held.run.parameters))
    moves = moment and any(id(w) in own for w in moment.module.parameters())
    return Truth(float(bool(moves)), ("yes" if moves else "no",))


def _largest_term(held: Held, question: Question, types: Types) -> Truth:
    """The largest term of a weight's update, such as momentum."""
    del types
    index = _index(held, question)
    parts = {
        name: float(_at(term, question))
        for name, term in held.update(index).terms.items()
    }
    largest = max(parts, key=lambda name: abs(parts[name]))
    return Truth(parts[largest], (largest,))


def _coasts(held: Held, question: Question, types: Types) -> Truth:
    """The step after this one, if the gradient is 0 then: what memory does alone."""
    del types
    weight = _weight(held, question)
    _at(weight.detach(), question)
    return practice.coasts(held, _index(held, question), question.cell)


def _steady(held: Held, question: Question, types: Types) -> Truth:
    """The step of momentum SGD (β is `number`, η the word) with this slope for ever."""
    slope = _number(held, question, types).value
    return practice.steady(slope, float(question.words[0]), question.number)


def _penalty(held: Held, question: Question, types: Types) -> Truth:
    """½·λ·‖w‖² of all weights that the phase moves; λ is `number`."""
    del types
    squares = [float(w.detach().double().square().sum()) for w in held.run.parameters]
    return Truth(0.5 * question.number * sum(squares))


def _decay_step(held: Held, question: Question, types: Types) -> Truth:
    """By what decoupled decay (λ is `number`, η the word) moves a weight in a step."""
    del types
    weights = _at(_weight(held, question).detach(), question)
    hyper = {"lr": float(question.words[0]), "betas": (0.9, 0.999), "eps": 1e-8}
    hyper["weight_decay"] = question.number
    forces = Forces(torch.zeros_like(weights))
    return Truth(float(split("adamw", hyper, weights, forces, {}).terms["decay"]))


def _passed_on(held: Held, question: Question, types: Types) -> Truth:
    """The largest output of a sample behind a Dropout of `number`, if it is kept."""
    del types
    (sample,) = question.cell
    values = _moment(held, question).output[sample]
    is_training = question.words == ("training",)
    return practice.passed_on(values, question.number, is_training=is_training)


def _chance(held: Held, question: Question, types: Types) -> Truth:
    """σ of an output: how sure a score is of a yes."""
    del types
    output = _at(_moment(held, question).output, question)
    return Truth(float(torch.sigmoid(output.double())))


def _samples(held: Held, question: Question, types: Types) -> Truth:
    """How many samples a node has before it."""
    del types
    return Truth(float(len(_moment(held, question).output)))


def _tensor(held: Held, question: Question) -> Tensor:
    """Return the tensor that a question names.

    Raises:
        ConfigError: When there is none.
    """
    kind, _, name = question.tensor.partition(":")
    moment = _moment(held, question)
    flows = {"output": moment.output, "upstream": moment.upstream}
    if kind in {"input", "given"}:
        flows["input"] = moment.inputs[0]
        flows["given"] = moment.upstream.new_zeros(0)
        if moment.given[0] is not None:
            flows["given"] = moment.given[0]
    elif kind == "weight":
        flows[kind] = _named(moment, question, name).detach()
    elif kind == "slope":
        _named(moment, question, name)
        flows[kind] = back(moment).weights[name]
    elif kind == "step":
        flows[kind] = held.step(_index(held, question))
    if kind not in flows:
        raise _missing(question)
    return flows[kind]


def _moment(held: Held, question: Question) -> Moment:
    moment = held.recording.moments.get(question.node)
    if moment is None:
        raise _missing(question)
    return moment


def _weight(held: Held, question: Question) -> nn.Parameter:
    name = question.tensor.rpartition(":")[2]
    return _named(_moment(held, question), question, name)


def _named(moment: Moment, question: Question, name: str) -> nn.Parameter:
    known = dict(moment.module.named_parameters())
    if name not in known:
        raise _missing(question)
    return known[name]


def _index(held: Held, question: Question) -> int:
    weight = _weight(held, question)
    for index, own in enumerate(held.run.parameters):
        if own is weight:
            return index
    raise _missing(question)


def _at(values: Tensor, question: Question) -> Tensor:
    fits = len(question.cell) == values.dim() and all(
        place < size for place, size in zip(question.cell, values.shape, strict=True)
    )
    if not fits:
        raise _missing(question)
    return values[question.cell]


def _missing(question: Question) -> ConfigError:
    cell = ",".join(map(str, question.cell))
    return ConfigError(
        tr("The network of this lesson no longer has what it asks about"),
        where=question.node,
        got=f"{question.tensor}[{cell}]",
        fix=tr("Begin the lesson again."),
    )


_TABLE: Mapping[str, Tell] = {
    "number": _number,
    "loss": _loss,
    "loss_after": _loss_after,
    "share": _share,
    "path": _path,
    "product": _product,
    "uses": _uses,
    "ratio": _ratio,
    "sign": _sign,
    "overshoots": _overshoots,
    "disagrees": _disagrees,
    "mover": _mover,
    "largest_term": _largest_term,
    "coasts": _coasts,
    "steady": _steady,
    "penalty": _penalty,
    "decay_step": _decay_step,
    "passed_on": _passed_on,
    "chance": _chance,
    "samples": _samples,
}
