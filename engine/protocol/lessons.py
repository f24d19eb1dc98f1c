"""What a lesson asks about its network, and the answers."""

from dataclasses import dataclass

from engine.protocol.commands import Command


@dataclass(frozen=True)
class Question:
    """Something that can be worked out of the first step of a document.

    Args:
        name: What is asked: a name of the closed table of truths.
        node: Path of a node.
        tensor: `output`, `upstream`, `given`, or torch's name of a weight.
        cell: Place in it.
        number: What belongs to the question, such as by how much a weight changes.
        words: More of it, such as learning rates to be tried.
        phase: In which it is asked; empty for the first that computes the node.
    """

    name: str
    node: str = ""
    tensor: str = ""
    cell: tuple[int, ...] = ()
    number: float = 0.0
    words: tuple[str, ...] = ()
    phase: str = ""


@dataclass(frozen=True)
class Truth:
    """An answer.

    Args:
        value: As a number; NaN where it is none.
        words: As words; several are all right.
    """

    value: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truths:
    """Answers, in the order of the questions.

    Args:
        answers: One for each.
    """

    answers: tuple[Truth, ...]


@dataclass(frozen=True)
class ReadTruths(Command[Truths]):
    """Ask for what is true of a document's first step. Answer: `Truths`.

    Args:
        document: Text of the project.
        questions: What is asked.
    """

    document: str
    questions: tuple[Question, ...]


PARTS = (Question, Truth)
