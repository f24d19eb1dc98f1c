"""Adversaries out of balance: one of two networks has won, the other learns nothing."""

import math
from typing import NamedTuple

from engine.compile.flatten import FlatNode
from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Comparison, Evidence, Finding, number

DISCRIMINATOR, GENERATOR = "discriminator_won", "generator_won"
SOURCE = "Goodfellow et al. 2014; Arjovsky & Bottou 2017, Towards principled methods"
SURE = 0.1
"""Discriminator's loss, above the least that its targets allow; guessing gives 1.39."""
FOOLED = 0.1
"""Generator's loss; guessing gives 0.69."""
LOST = 3.0
"""Loss of the other side: it gives the truth 5 % at most."""
ENOUGH, SHARE = 100, 0.1
"""Steps, and share of the run, before which nobody has won."""


class Pair(NamedTuple):
    """Two phases that pull the same score apart.

    Args:
        judge: Index of the phase that tells real from made.
        maker: Index of the phase that wants to be taken for real.
        least: Loss of the judge where it is right about everything.
    """

    judge: int
    maker: int
    least: float


def check_discriminator(record: Record) -> Found:
    """Return the finding when what is made is always seen through."""
    found = _losses(record)
    if found is None or not (found[1] <= SURE and found[2] >= LOST):
        return None
    pair, judge, maker = found
    cures = fixes.balance(record, pair.judge, pair.maker)
    chance = number(100 * math.exp(-maker))
    return Finding(
        DISCRIMINATOR,
        tr("The discriminator has won"),
        tr(
            "It is right about all samples, real and made, and gives the made ones a "
            "chance of {chance} % to be real: the generator learns nothing from it.",
            chance=chance,
        ),
        _advice(
            cures,
            tr("Slow the discriminator down, or let the generator learn faster."),
        ),
        SOURCE,
        places(record, pair.judge),
        (
            _of_judge(record, pair, judge, "≤", SURE),
            _of_maker(record, pair, maker, "≥", LOST),
        ),
        cures,
    )


def check_generator(record: Record) -> Found:
    """Return the finding when the discriminator takes everything made for real."""
    found = _losses(record)
    if found is None or not (found[2] <= FOOLED and found[1] >= LOST):
        return None
    pair, judge, maker = found
    cures = fixes.balance(record, pair.judge, pair.maker)
    return Finding(
        GENERATOR,
        tr("The generator has won"),
        tr(
            "The discriminator takes what is made for real and is wrong about it "
            "nearly always: it can't show the generator what is missing."
        ),
        _advice(cures, tr("Let the discriminator learn faster, or make it larger.")),
        SOURCE,
        places(record, pair.maker),
        (
            _of_maker(record, pair, maker, "≤", FOOLED),
            _of_judge(record, pair, judge, "≥", LOST),
        ),
        cures,
    )


def _advice(cures: fixes.Fixes, usual: str) -> str:
    """Return what is advised, and that nothing is known to help where it is so."""
    none = tr("No single setting is known to cure it here, and none is offered.")
    return usual if cures else f"{usual} {none}"


def _of_judge(
    record: Record, pair: Pair, value: float, sign: Comparison, limit: float
) -> Evidence:
    curve = record.by_phase[pair.judge]
    points = course.of_curve(record, curve, sign, less=pair.least)
    what = tr("Discriminator’s loss above its least")
    return Evidence(what, value, sign, limit, points)


def _of_maker(
    record: Record, pair: Pair, value: float, sign: Comparison, limit: float
) -> Evidence:
    points = course.of_curve(record, record.by_phase[pair.maker], sign)
    return Evidence(tr("Generator’s loss"), value, sign, limit, points)


def is_early(record: Record) -> bool:
    """Return whether nobody can have won yet."""
    return record.step < max(ENOUGH, SHARE * record.total_steps)


def _losses(record: Record) -> tuple[Pair, float, float] | None:
    """Return the adversaries with the mean losses of the last tenth of the steps."""
    pair = pair_of(record)
    if pair is None or is_early(record) or len(record.by_phase) < 2:
        return None
    judge, maker = (float(record.by_phase[i].tenths()[-1]) for i in pair[:2])
    return pair, judge - pair.least, maker


def pair_of(record: Record) -> Pair | None:
    """Return the phases that train opposite answers to the same score."""
    known = [_answers(record, index) for index in range(record.num_phases)]
    for judge, mine in enumerate(known):
        for maker, others in enumerate(known):
            # The judge answers for real and for made samples, the maker only for its
            # own: both want another answer for the same score.
            opposed = [s for s in mine if s in others and _differ(mine[s], others[s])]
            if opposed and len(mine) > 1 and len(others) == 1:
                return Pair(judge, maker, sum(map(_least, mine.values())))
    return None


def shown(record: Record) -> tuple[FlatNode, FlatNode] | None:
    """Return the layers of a judge that real samples and made ones flow into.

    They are one layer that is used twice.
    """
    pair = pair_of(record)
    if pair is None:
        return None
    layers = list(zip(record.layers, record.movers, strict=True))
    makers = {path for path, mover in layers if mover == pair.maker}
    judges = {path for path, mover in layers if mover == pair.judge}
    for home in dict.fromkeys(n.home for n in record.nodes if n.home in judges):
        uses = [n for n in record.nodes if n.home == home]
        made = [n for n in uses if makers & record.above(n.path)]
        real = [n for n in uses if n not in made]
        return (real[0], made[0]) if real and made else None
    return None


def _answers(record: Record, index: int) -> dict[tuple[str, str], FlatNode]:
    """Return the losses with a fixed answer of a phase, by the score they judge."""
    names = record.losses_of(index)
    nodes = [n for n in record.nodes if n.path in names and _is_answer(n)]
    return {(n.inputs[0][1].path, n.inputs[0][1].port): n for n in nodes}


def _is_answer(node: FlatNode) -> bool:
    fixed = isinstance(node.params.get("target"), int | float)
    return node.type in {"bce_with_logits", "bce"} and fixed and len(node.inputs) == 1


def _target(node: FlatNode) -> float:
    value = node.params["target"]
    assert isinstance(value, int | float)
    return float(value)


def _differ(one: FlatNode, two: FlatNode) -> bool:
    return (_target(one) - 0.5) * (_target(two) - 0.5) < 0


def _least(node: FlatNode) -> float:
    """Return the loss of the best score: the entropy of its target, weighted."""
    share, weight = min(max(_target(node), 0.0), 1.0), node.params.get("weight")
    parts = [p * math.log(p) for p in (share, 1.0 - share) if p > 0]
    return -sum(parts) * (float(weight) if isinstance(weight, int | float) else 1.0)


def places(record: Record, phase: int) -> tuple[str, ...]:
    """Return where the layers stand that a phase moves."""
    layers = zip(record.layers, record.movers, strict=True)
    return record.places([path for path, mover in layers if mover == phase])
