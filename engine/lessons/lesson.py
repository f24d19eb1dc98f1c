"""A lesson: a network of its own, and steps that ask before they tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.protocol.lessons import Question

KINDS = ("read", "choose", "number", "do")


@dataclass(frozen=True)
class Choice:
    """One of several answers.

    Args:
        id: Compared with the words of the truth.
        text: What people read.
    """

    id: str
    text: str


@dataclass(frozen=True)
class Deed:
    """What is to be done in the window, and when it counts as done.

    Args:
        name: `trained`, `setting`, `has`, `better`: see `judging.done`.
        key: What is meant: a setting, a type of layer, a metric.
        least: It must not be below; −inf without.
        most: It must not be above; inf without.
    """

    name: str
    key: str = ""
    least: float = float("-inf")
    most: float = float("inf")


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        kind: Of `KINDS`.
        text: What is told or asked; `{name}` stands for a number of the network.
        numbers: Name → what it is.
        question: Whose truth the answer is compared with; None where `right` says it.
        right: Id of the right choice where no network decides.
        choices: Of `choose`.
        within: How far a number may be off, as a share of the truth.
        deed: Of `do`.
        hint: Told after a wrong answer; `{true}` stands for the number of the network.
        reveal: Told after the right one, likewise.
    """

    kind: str
    text: str
    numbers: Mapping[str, Question]
    question: Question | None = None
    right: str = ""
    choices: tuple[Choice, ...] = ()
    within: float = 0.0
    deed: Deed | None = None
    hint: str = ""
    reveal: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """All that has to be known of the network, the question last."""
        asked = () if self.question is None else (self.question,)
        return (*self.numbers.values(), *asked)


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Args:
        id: Name of its file.
        title: In few words.
        goal: One sentence: what one can do afterwards.
        minutes: About how long it takes.
        preset: Whose copy it works on.
        settings: What is different there, as `KEY=VALUE`.
        steps: In order.
    """

    id: str
    title: str
    goal: str
    minutes: int
    preset: str
    settings: tuple[str, ...]
    steps: tuple[Step, ...]
