import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol import samples
from engine.protocol.messages import Evaluation, Frame, Message, Outcome, View
from engine.protocol.wire.mailbox import Mailbox
from tests.helpers import frames


def frame(step: int, **fields) -> Frame:
    steps = np.array([step - 1, step])
    losses = np.array([[step - 1.0], [float(step)]])
    return Frame(step, step / 10, "training", steps, losses, losses * 2, **fields)


def test_frames_that_pile_up_are_merged_without_losing_a_step():
    box = Mailbox(keep=2)
    evaluation = Evaluation(2, 0.2, {"loss": 1.0})
    box.put(Message(1, frame(2, evaluations=(evaluation,), log=("a",))))
    for step in (4, 6, 8):
        box.put(Message(1, frame(step, log=(str(step),))))
    first, second = box.drain()
    assert first.body.step == 2
    assert second.body.step == 8
    assert second.body.steps.tolist() == [3, 4, 5, 6, 7, 8]
    assert second.body.losses.ravel().tolist() == [3, 4, 5, 6, 7, 8]
    assert second.body.log == ("4", "6", "8")


def test_other_messages_and_other_runs_are_never_merged():
    box = Mailbox(keep=1)
    outcome = Outcome("finished", "run", 4, "")
    sent = [
        Message(1, frame(2)),
        Message(1, outcome),
        Message(2, frame(2)),
        Message(3, frame(2)),
    ]
    for message in sent:
        box.put(message)
    assert box.drain() == sent


def test_a_closed_mailbox_gives_what_is_left_and_then_none():
    box = Mailbox(keep=9)
    box.put(Message(1, "a"))
    box.close()
    box.put(Message(2, "b"))
    assert box.get() == Message(1, "a")
    assert box.get() is None


def test_merged_frames_keep_the_newest_view_of_each_node():
    box = Mailbox(keep=1)
    for step, nodes in ((2, "ab"), (4, "a"), (6, "")):
        views = tuple(View(node, "curve", step, {}, {}) for node in nodes)
        box.put(Message(1, frame(step, views=views)))
    (message,) = box.drain()
    shown = {view.node: view.step for view in message.body.views}
    assert shown == {"a": 4, "b": 2}


def test_merged_frames_keep_the_measurements_of_both_in_order():
    box = Mailbox(keep=1)
    for step in (2, 4, 6, 8):
        measured = None if step == 6 else frames.sample(step)
        box.put(Message(1, frame(step, sample=measured)))
    (message,) = box.drain()
    assert [each.step for each in message.body.earlier] == [2, 4]
    assert message.body.sample.step == 8


@given(st.integers(0, 300))
def test_measurements_that_pile_up_are_few_and_from_end_to_end(count):
    many = [frames.sample(step, ("a",)) for step in range(1, count + 1)]
    kept = [each.step for each in samples.thinned(many)]
    assert kept == sorted(set(kept))
    assert len(kept) == min(count, len(kept)) <= samples.MOST
    if count:
        assert kept[-1] == count
        assert kept[0] <= 1 + count / 8
    gaps = np.diff(kept)
    assert len(gaps) == 0 or gaps.max() == gaps.min()
