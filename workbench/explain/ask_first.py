"""“Ask me first”: which way a weight goes is guessed before its update is shown."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.i18n import tr
from engine.protocol.tracing import WeightExplained
from workbench.explain import words
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_S

GROWS, STAYS, SHRINKS = 1, 0, -1


class AskFirst(QWidget):
    """Stands in the place of an update until somebody has said which way it goes.

    Args:
        covered: Is hidden meanwhile.

    Attributes:
        button: Switches the questions on and off.
    """

    def __init__(self, covered: QWidget) -> None:
        super().__init__()
        self._covered = covered
        self._why: WeightExplained | None = None
        self._name = ""
        self._guess: int | None = None
        self.button = QPushButton(tr("Ask me first"))
        self.button.setCheckable(True)
        wide = self.button.fontMetrics().horizontalAdvance(self.button.text())
        self.button.setMinimumWidth(wide + 2 * SPACE_L)
        polish(self.button, "segment", value=True)
        self.button.setToolTip(tr("Guess which way a weight goes, then see its update"))
        self.button.toggled.connect(lambda _on: self._again())
        self.question, self.verdict = Label(), Label()
        for label in (self.question, self.verdict):
            label.setWordWrap(True)
        self.choices: dict[int, QPushButton] = {}
        box, row = QVBoxLayout(self), QHBoxLayout()
        box.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_S)
        box.setSpacing(SPACE_S)
        row.setSpacing(SPACE_S)
        ways = {
            GROWS: tr("It grows"), STAYS: tr("It stays"), SHRINKS: tr("It shrinks"),
        }  # fmt: skip
        for way, text in ways.items():
            choice = QPushButton(text)
            choice.clicked.connect(lambda _on=False, w=way: self._on_guess(w))
            self.choices[way] = choice
            row.addWidget(choice)
        row.addStretch(1)
        box.addWidget(self.question)
        box.addLayout(row)
        box.addWidget(self.verdict)
        self._show()

    @property
    def is_hiding(self) -> bool:
        """Whether the update is covered."""
        is_asking = self.button.isChecked() and self._guess is None
        return is_asking and self._why is not None

    def say(self, why: WeightExplained | None, name: str) -> None:
        """Take another weight, or the same one again: what was answered stays."""
        if _is_other(self._why, why):
            self._guess = None
        self._why, self._name = why, name
        self._show()

    def _again(self) -> None:
        self._guess = None
        self._show()

    def _on_guess(self, way: int) -> None:
        self._guess = way
        self._show()

    def _show(self) -> None:
        why, is_hiding = self._why, self.is_hiding
        for choice in self.choices.values():
            choice.setVisible(is_hiding)
        self.question.setVisible(is_hiding)
        self._covered.setVisible(not is_hiding)
        has_guessed = self.button.isChecked() and self._guess is not None
        self.verdict.setVisible(has_guessed and why is not None)
        self.setVisible(is_hiding or (has_guessed and why is not None))
        if why is None:
            return
        if is_hiding:
            self.question.setText(_question(why, self._name))
        elif self._guess is not None:
            self.verdict.setText(verdict(why, self._guess))


def _is_other(known: WeightExplained | None, told: WeightExplained | None) -> bool:
    """Return whether an answer is about another weight, or of another step."""
    if known is None or told is None:
        return known is not told
    names = ("node", "name", "cell", "before", "after")
    return any(getattr(known, name) != getattr(told, name) for name in names)


def _question(why: WeightExplained, name: str) -> str:
    if why.gradient is None:
        return tr("Which way does {name} go? No gradient comes to it.", name=name)
    return tr(
        "Which way does {name} go? Its gradient is {gradient}.",
        name=name,
        gradient=words.signed(why.gradient),
    )


def way_of(why: WeightExplained) -> int:
    """Return which way a weight goes."""
    step = sum(why.terms.values())
    return (step > 0) - (step < 0)


def verdict(why: WeightExplained, guess: int) -> str:
    """Return whether a guess is right, and why, with the numbers."""
    way, step = way_of(why), sum(why.terms.values())
    said = {
        GROWS: tr("it grows by {step}", step=words.number(abs(step))),
        STAYS: tr("it stays as it is"),
        SHRINKS: tr("it shrinks by {step}", step=words.number(abs(step))),
    }[way]
    head = (
        tr("Yes, {said}.", said=said) if guess == way else tr("No: {said}.", said=said)
    )
    return f"{head} {_because(why, way)}"


def _because(why: WeightExplained, way: int) -> str:
    """Return which term decides."""
    if way == STAYS:
        return tr("Nothing pulls at it: no gradient, no memory, no decay.")
    name, value = max(why.terms.items(), key=lambda term: way * term[1])
    facts = {"term": words.term(name), "value": words.signed(value)}
    batch = why.terms.get("batch", 0.0)
    if batch and batch * way < 0:
        return tr(
            "This batch alone would move it the other way, by {batch}; {term} with "
            "{value} is larger.",
            batch=words.signed(batch),
            **facts,
        )
    if why.gradient:
        return tr(
            "Downhill is against the gradient of {gradient}; the largest term is "
            "{term} with {value}.",
            gradient=words.signed(why.gradient),
            **facts,
        )
    return tr("No gradient comes to it; {term} moves it by {value}.", **facts)
