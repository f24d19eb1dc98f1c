"""“Ask me first”: the guess comes before the numbers, the answer says them."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from engine.protocol.tracing import WeightExplained
from workbench.explain.ask_first import GROWS, SHRINKS, STAYS, AskFirst, verdict


def explained(terms, gradient=0.25, before=0.5, cell=(0, 1)):
    return WeightExplained(
        "linear", "weight", cell, before, before + sum(terms.values()), gradient, None,
        terms, {}, np.zeros(0), (),
    )  # fmt: skip


@pytest.fixture
def asked(qtbot):
    covered = QLabel("the update")
    ask = AskFirst(covered)
    qtbot.addWidget(covered)
    qtbot.addWidget(ask)
    qtbot.addWidget(ask.button)
    ask.say(explained({"batch": -0.01, "momentum": 0.03}), "Linear W₀,₁")
    return ask, covered


def test_nothing_is_asked_until_it_is_wanted(asked):
    ask, covered = asked
    assert covered.isVisibleTo(None)
    assert not ask.is_hiding


def test_the_update_is_covered_until_somebody_has_guessed(asked):
    ask, covered = asked
    ask.button.setChecked(True)
    assert covered.isHidden()
    assert ask.question.text() == (
        "Which way does Linear W₀,₁ go? Its gradient is +0.250."
    )
    ask.choices[SHRINKS].click()
    assert not covered.isHidden()
    assert ask.verdict.text().startswith("No: it grows by 0.0200.")
    ask.say(explained({"batch": -0.01, "momentum": 0.03}), "Linear W₀,₁")
    assert not covered.isHidden()  # the same weight is not asked for twice
    ask.say(explained({"batch": -0.01}, cell=(0, 2)), "Linear W₀,₂")
    assert covered.isHidden()
    ask.button.setChecked(False)
    assert not covered.isHidden()


@pytest.mark.parametrize(
    ("terms", "gradient", "guess", "said"),
    [
        ({"batch": -0.01}, 0.25, SHRINKS,
         "Yes, it shrinks by 0.0100. Downhill is against the gradient of +0.250; "
         "the largest term is this batch with −0.0100."),
        ({"batch": -0.01, "momentum": 0.03}, 0.25, GROWS,
         "Yes, it grows by 0.0200. This batch alone would move it the other way, by "
         "−0.0100; memory with +0.0300 is larger."),
        ({"batch": 0.0, "momentum": -0.002}, 0.0, STAYS,
         "No: it shrinks by 0.00200. No gradient comes to it; memory moves it by "
         "−0.00200."),
        ({"batch": 0.0}, None, STAYS,
         "Yes, it stays as it is. Nothing pulls at it: no gradient, no memory, no "
         "decay."),
        ({"batch": 0.0}, 0.0, GROWS,
         "No: it stays as it is. Nothing pulls at it: no gradient, no memory, no "
         "decay."),
    ],
)  # fmt: skip
def test_the_answer_says_which_term_decides(terms, gradient, guess, said):
    assert verdict(explained(terms, gradient), guess) == said
