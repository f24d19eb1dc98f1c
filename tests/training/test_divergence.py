"""The sentence with which a training ends whose loss is no number."""

from engine.training.loop import divergence
from engine.training.loop.causes import Cause


def cause(kind):
    return Cause("log1", 0, kind, -1.0, 7, "It is so.", "Do that.")


def test_a_number_too_large_is_told_after_loss_and_step():
    ending = divergence.traced(cause("overflow"), 7, "ce")
    assert ending.kind == "diverged"
    assert ending.text == (
        "The loss “ce” is no finite number in step 7. It is so. Do that."
    )


def test_a_node_at_fault_is_told_alone():
    assert divergence.traced(cause("log"), 7, "ce").text == "It is so. Do that."
