"""Turns what went wrong in a step into a message that names node and step."""

from collections.abc import Callable, Mapping

from torch import Tensor

from engine.compile.failure import feeds_of, locate
from engine.compile.program import PhaseProgram
from engine.errors import TrainingError
from engine.i18n import tr
from engine.training.machine.scarcity import ScarcityError, is_scarce


class StepError(TrainingError):
    """A step failed.

    Args:
        node: Path of the node, or empty where it is not known.
        step: Number of the step.
        title: What it is called.
        shapes: Of the node's inputs.
        cause: What torch said.
    """

    def __init__(
        self,
        node: str,
        title: str,
        step: int,
        shapes: tuple[tuple[int, ...], ...],
        cause: BaseException,
    ) -> None:
        self.node, self.step = node, step
        super().__init__(
            tr("Step {step} failed: {reason}", step=step, reason=_first_line(cause)),
            where=title,
            got=tr("inputs {shapes}", shapes=_words(shapes)) if shapes else None,
        )


def failed(
    error: Exception,
    step: int,
    program: PhaseProgram,
    feeds: Mapping[str, Tensor],
    title: Callable[[str], str],
) -> TrainingError:
    """Return the error to raise for `error`, which a step has raised.

    Args:
        error: Of anybody's.
        step: From 1; 0 before the first.
        program: That was running.
        feeds: What it was given.
        title: Path of a node → what it is called.
    """
    if isinstance(error, TrainingError):
        return error
    found = locate(program.graph_module, feeds_of(program.feed_names, feeds))
    if is_scarce(error):
        return ScarcityError(error, title(found.node), found.node)
    return StepError(
        found.node, title(found.node), step, found.input_shapes, found.error or error
    )


def not_looked(
    error: Exception,
    step: int,
    program: PhaseProgram,
    feeds: Mapping[str, Tensor],
    title: Callable[[str], str],
) -> str:
    """Return a line of the log about a look of the diagnosis that failed.

    A look is a bystander: the training goes on, and torch's own words help nobody.

    Args:
        error: Of anybody's.
        step: Steps made.
        program: That was looked at.
        feeds: Some that it takes.
        title: Path of a node → what it is called.
    """
    if is_scarce(error):
        reason = tr("there is too little memory for it")
    else:
        found = locate(program.graph_module, feeds_of(program.feed_names, feeds))
        reason = tr("the network could not be run on these samples")
        if found.error is not None and found.node:
            reason = tr("“{node}” refuses these samples", node=title(found.node))
    return tr(
        "The diagnosis could not look at the network after step {step}: {reason}. "
        "The training goes on; it does not look there again.",
        step=step,
        reason=reason,
    )


def _words(shapes: tuple[tuple[int, ...], ...]) -> str:
    return ", ".join("×".join(map(str, shape)) or "1" for shape in shapes)


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")
