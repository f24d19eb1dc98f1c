"""Right or wrong, and in which words: with what the learner said and what is true."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from engine.graph.model import Project
from engine.i18n import tr
from engine.lessons.lesson import Deed, Step
from engine.protocol.lessons import Truth

DIGITS = 4
PATIENCE = 2
"""Wrong answers until the truth is told."""


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer.

    Args:
        is_right: Whether the step is passed.
        words: With the learner's answer in them.
        is_answer: False for what can't be read: it doesn't count as a try.
    """

    is_right: bool
    words: str
    is_answer: bool = True


@dataclass(frozen=True)
class Seen:
    """What has been done in the window.

    Args:
        project: As it stands on the canvas.
        steps: Made by the newest run.
        first: Metric → first evaluation of the run.
        last: Metric → newest evaluation.
    """

    project: Project
    steps: int = 0
    first: Mapping[str, float] = field(default_factory=dict)
    last: Mapping[str, float] = field(default_factory=dict)


def number(value: float) -> str:
    """Return a number as lessons write it."""
    return f"{value:.{DIGITS}g}".replace("-", "−")


def filled(text: str, numbers: Mapping[str, Truth]) -> str:
    """Return a text with the network's numbers in place of their names."""
    for name, truth in numbers.items():
        text = text.replace(f"{{{name}}}", number(truth.value))
    return text


def judged(step: Step, answer: str, truth: Truth | None, wrong: int) -> Verdict:
    """Return what is said to an answer.

    Args:
        step: A step of kind `choose` or `number`.
        answer: An id of a choice, or a number as it was typed.
        truth: Of its question; None where the step itself says what is right.
        wrong: How many wrong answers there have been.
    """
    if step.kind == "choose":
        return _chosen(step, answer, truth, wrong)
    assert truth is not None
    typed = answer.strip().replace("−", "-").replace(",", ".")
    try:
        said = float(typed)
    except ValueError:
        said = math.nan
    if not math.isfinite(said):
        words = tr("“{answer}” is no number: type one such as −0.25.", answer=answer)
        return Verdict(is_right=False, words=words, is_answer=False)
    return _typed(step, said, truth.value, wrong)


def _typed(step: Step, said: float, true: float, wrong: int) -> Verdict:
    names = {"said": number(said), "true": number(true)}
    if abs(said - true) <= max(step.within * abs(true), _LEAST):
        words = tr("{said}: right, the network has {true}.", **names)
        return Verdict(is_right=True, words=_with(words, step.reveal, true))
    if wrong + 1 >= PATIENCE:
        words = tr("You said {said}; the network has {true}.", **names)
    elif said * true < 0:
        words = tr("{said} has the wrong sign.", **names)
    elif abs(said) > abs(true):
        words = tr("{said} is too far from 0.", **names)
    else:
        words = tr("{said} is too near to 0.", **names)
    return Verdict(is_right=False, words=_with(words, step.hint, true))


_LEAST = 2e-4
"""What rounding to four digits may do to a small number."""


def _chosen(step: Step, answer: str, truth: Truth | None, wrong: int) -> Verdict:
    right = (step.right,) if truth is None else truth.words
    value = None if truth is None else truth.value
    texts = {choice.id: choice.text for choice in step.choices}
    said = texts.get(answer, answer)
    if answer in right:
        return Verdict(is_right=True, words=_with(tr("Right."), step.reveal, value))
    words = tr("“{said}”: no.", said=said)
    if wrong + 1 >= PATIENCE:
        true = tr(" or ").join(texts[each] for each in right if each in texts)
        words = tr("You said “{said}”; it is “{true}”.", said=said, true=true)
    return Verdict(is_right=False, words=_with(words, step.hint, value))


def done(step: Step, seen: Seen, truth: Truth | None = None) -> Verdict:
    """Return whether what a step wants done is done; else how far it is.

    Args:
        step: A step of kind `do`.
        seen: What has been done.
        truth: Of its question, where it is measured on the network itself.
    """
    deed = step.deed
    assert deed is not None
    value = truth.value if truth is not None else _measured(deed, seen)
    if value is None:
        return Verdict(is_right=False, words=_with(tr("Not yet."), step.hint))
    names = {"value": number(value)}
    if deed.least <= value <= deed.most:
        words = tr("Done: {value}.", **names)
        return Verdict(is_right=True, words=_with(words, step.reveal))
    limit = deed.least if value < deed.least else deed.most
    sign = "≥" if value < deed.least else "≤"
    words = tr("It is {value}; {sign} {limit} is wanted.",
               sign=sign, limit=number(limit), **names)  # fmt: skip
    return Verdict(is_right=False, words=_with(words, step.hint))


def _measured(deed: Deed, seen: Seen) -> float | None:
    """Return what a deed is measured by; None where there is nothing yet."""
    if deed.name == "trained":
        return float(seen.steps)
    if deed.name == "has":
        nodes = seen.project.graph.nodes.values()
        return float(sum(node.type == deed.key for node in nodes))
    if deed.name == "setting":
        return _setting(seen.project, deed.key)
    if deed.key not in seen.last:
        return None
    if deed.name == "reached":
        return seen.last[deed.key]
    return seen.last[deed.key] - seen.first[deed.key]


def _setting(project: Project, key: str) -> float | None:
    """Return a setting of the training, of its first phase or optimizer."""
    phase = project.training.phases[0]
    value = phase.optimizer.params.get(key)
    for owner in (phase, project.training):
        with suppress(KeyError):
            value = owner.value(key) if value is None else value
    return float(value) if isinstance(value, int | float) else None


def _with(words: str, more: str, true: float | None = None) -> str:
    """Return words and more of them, in which `{true}` stands for the truth."""
    if true is not None:
        more = more.replace("{true}", number(true))
    return f"{words} {more}".strip()
