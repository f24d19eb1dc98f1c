"""Is the loss at the start what guessing gives?"""

import math
from collections.abc import Iterator

from engine.bench.preflight import report
from engine.bench.preflight.rig import Rig
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol import baselines
from engine.protocol.bench.preflight import Answered
from engine.protocol.findings import Evidence, Finding, number
from engine.training.parts.phases import PhaseRun

ID = "start"
TITLE = "Does it start at what guessing gives?"
SOURCE = "Karpathy 2019, A Recipe for Training Neural Networks: verify the loss at init"
MOST = 4.0
"""Times what guessing gives; weights of the usual size stay below 2."""
_CLASSES = {"cross_entropy", "nll"}
_OF_TWO = {"bce", "bce_with_logits"}


def check(rig: Rig) -> Iterator[Answered]:
    """Compare the first loss with the best answer that looks at no input."""
    known = rig.trainer.baselines
    found: list[Finding] = []
    told: list[str] = []
    for phase in rig.parts.phases:
        best = baselines.total(phase.goal, known)
        if best is None:
            continue
        guess = max(abs(best.value), _chance(rig, phase))
        loss = rig.loss(phase, rig.many(phase))
        told.append(
            tr("It starts at {loss}; guessing gives {guess}.",
               loss=number(loss), guess=number(guess))
        )  # fmt: skip
        if not loss <= MOST * guess:
            found.append(_finding(rig, loss, guess))
    rig.put_back()
    title = tr(TITLE)
    if found:
        yield report.failed(ID, title, found)
    elif told:
        yield report.passed(ID, title, " ".join(told))
    else:
        text = tr("No loss of this network has an answer to guess.")
        yield report.untold(ID, title, text)


def _chance(rig: Rig, phase: PhaseRun) -> float:
    """Return the loss of equal shares for all classes, weighted as in the phase."""
    total = 0.0
    for path, weight in phase.goal.losses.items():
        node = rig.parts.program.node(path)
        if node.type in _OF_TWO:
            total += weight * math.log(2)
        if node.type in _CLASSES:
            source = node.inputs[0][1]
            made = rig.parts.program.inferred[source.path].outputs
            place = rig.parts.program.node(source.path).outputs.index(source.port)
            shape = made[place].shape
            total += weight * math.log(
                max(2, shape[-1] if len(shape) < 4 else shape[1])
            )
    return total


def _finding(rig: Rig, loss: float, guess: float) -> Finding:
    data = [n.path for n in rig.parts.program.nodes if n.type == "data"]
    nodes = rig.project.graph.nodes
    words = tuple(f"{p}.scaling=standardise" for p in data if p in nodes)
    fixes = (Fix(tr("Standardise the data"), (Assign(words),)),) if words else ()
    text = tr(
        "It starts at a loss of {loss}, {times}× what guessing gives ({guess}): "
        "the first steps only undo that.",
        loss=number(loss), times=number(loss / guess), guess=number(guess),
    )  # fmt: skip
    advice = tr(
        "Scale the data, look for a loss that sums instead of averaging, or start "
        "with smaller weights."
    )
    evidence = (Evidence(tr("First loss"), loss, "≥", MOST * guess),)
    return report.finding(
        "bad_start",
        (tr("Starts far from guessing"), text, advice),
        SOURCE,
        tuple(p for p in data if p in nodes),
        evidence,
        fixes,
    )
