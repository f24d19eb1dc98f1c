"""The window of the race between trial and error and backpropagation."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from engine.protocol.bench.race import RACERS, RaceLane, RaceSizes, RaceTold
from workbench.dialogs.bench.race import axes
from workbench.dialogs.bench.race.window import RaceWindow

SIZES = RaceSizes((0.5, 1.0, 64.0), (9, 17, 4097))
LANES = tuple(
    RaceLane(racer, 400, steps, loss, np.array([3, 90]), np.array([0.5, loss]))
    for racer, steps, loss in zip(
        RACERS, (399, 20, 11, 133), (0.123, 0.25, 0.3, 4.7e-11), strict=True
    )
)
GOING = RaceTold(17, 800, LANES)
DONE = RaceTold(17, 400, LANES, True, "17 weights: guessing is still close", "Why.")


@pytest.fixture
def dialog(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    dialog = RaceWindow({"This project": "own", "XOR": "xor"}, window)
    dialog.show()
    yield dialog
    window.close()


def test_it_asks_for_the_sizes_of_the_chosen_net(dialog, qtbot):
    with qtbot.waitSignal(dialog.sizes_wanted) as told:
        dialog.begin()
    assert told.args == ["own"]
    assert not dialog.go.isEnabled()
    dialog.net.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.sizes_wanted) as told:
        dialog.net.activated.emit(1)
    assert told.args == ["xor"]


def test_the_slider_says_the_weights_and_the_race_has_them(dialog, qtbot):
    dialog.show_sizes(SIZES)
    assert dialog.count.text() == "17 weights, as it is"  # the largest quick one
    dialog.slider.setValue(2)
    assert dialog.count.text() == "4,097 weights"
    dialog.evaluations.setValue(500)
    with qtbot.waitSignal(dialog.wanted) as told:
        dialog.go.click()
    (wish,) = told.args
    assert (wish.document, wish.factor, wish.evaluations) == ("own", 64.0, 500)
    assert dialog.stop.isVisible()
    assert not dialog.go.isVisible()
    assert not dialog.slider.isEnabled()


def test_each_card_prints_its_own_numbers(dialog):
    dialog.show_sizes(SIZES)
    dialog.show_race(GOING)
    said = {card.racer: (card.loss, card.steps) for card in dialog.lanes.cards}
    assert said == {
        "random": ("0.123", "399 tries"),
        "evolution": ("0.25", "20 steps"),
        "differences": ("0.3", "11 steps"),
        "backprop": ("4.7 × 10⁻¹¹", "133 steps"),
    }
    assert dialog.head.text() == ""


def test_the_end_is_told_and_every_size_stays(dialog):
    dialog.show_sizes(SIZES)
    dialog.show_race(DONE)
    dialog.show_race(replace(DONE, weights=4097))
    assert dialog.head.text() == DONE.head
    assert dialog.words.text() == "Why."
    assert "17: 0.123, 0.25, 0.3, 4.7 × 10⁻¹¹" in dialog.sizes.accessibleName()
    assert "4,097: " in dialog.sizes.accessibleName()
    assert dialog.go.isVisible()
    assert not dialog.grab().isNull()
    dialog.evaluations.setValue(700)
    assert "17:" not in dialog.sizes.accessibleName()


def test_every_size_is_raced_in_turn_until_somebody_cancels(dialog, qtbot):
    dialog.show_sizes(SIZES)
    dialog.slider.setValue(2)
    asked = []
    dialog.wanted.connect(lambda wish: asked.append(wish.factor))
    dialog.every.click()
    dialog.show_race(DONE)
    assert asked == [0.5, 1.0]
    with qtbot.waitSignal(dialog.unwanted):
        dialog.stop.click()
    dialog.show_failure("Cancelled.")
    assert dialog.words.text() == "Cancelled."
    assert dialog.go.isVisible()
    assert asked == [0.5, 1.0]
    with qtbot.waitSignal(dialog.unwanted):
        dialog.reject()


@pytest.mark.parametrize(
    "losses", [[], [0.0], [float("nan"), -1.0], [1e-30, 5.0], [3.0, 3.0], [1e30]]
)
def test_any_losses_have_an_axis_or_none(dialog, losses):
    found = axes.axis(losses)
    assert (found is None) == (not any(loss > 0 for loss in losses))
    if found is not None:
        assert 0 < found.low < found.high
        assert len(found.ticks) <= 5
    dialog.resize(900, 600)
    lane = replace(LANES[0], at=np.arange(len(losses)), losses=np.array(losses))
    dialog.show_race(RaceTold(17, 800, (lane, *LANES[1:]), True, "", ""))
    assert not dialog.grab().isNull()
