"""What is wrong with a document, and what one click does about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.graph.edits import Edit

ALL_PHASES = "*"


@dataclass(frozen=True)
class Fix:
    """What one click can do about a problem.

    Args:
        label: Words on the button, such as “Insert Flatten”.
        edits: Applied together as one undo step.
    """

    label: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Problem:
    """Something that keeps a graph from training, said at the node.

    Args:
        node: Path of the node (`block_instance.inner` inside blocks), or empty.
        text: One sentence: what is wrong.
        expected: What would be right, in the words of the canvas.
        got: What is there.
        port: The port it is about, or empty.
        fixes: What can be done with one click.
        severity: `error` keeps it from training, `warning` does not.
        phase: Name of the training phase it is about, `ALL_PHASES` when it is what
            all of them leave out, or empty.
        kind: Name of the mistake where other checks add to it, such as `no_loss`.
    """

    node: str
    text: str
    expected: str = ""
    got: str = ""
    port: str = ""
    fixes: tuple[Fix, ...] = ()
    severity: Literal["error", "warning"] = "error"
    phase: str = ""
    kind: str = ""


def of_phases(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    """Return name of a phase → the problems that are about it, in their order."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.phase:
            found.setdefault(problem.phase, []).append(problem)
    return {phase: tuple(those) for phase, those in found.items()}
