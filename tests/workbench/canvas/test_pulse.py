"""What a single step shows: which wires light up, when, in which colour."""

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath

from engine.graph.edits import AddNode, Connect, ReplaceNode
from engine.graph.model import Edge, Node
from tests.workbench.canvas import nets
from workbench.canvas.painting import step_waves
from workbench.canvas.painting.step_animation import lit
from workbench.canvas.painting.step_waves import Run
from workbench.theme.tokens import current

EVERYWHERE = QRectF(-9999, -9999, 19999, 19999)


@pytest.fixture
def known(view):
    view.set_analysis(nets.analysis())
    return view


def by_edge(view, runs):
    edges = {id(item.path): edge for edge, item in view.scene.edges.items()}
    return {edges[id(run.path)]: run for run in runs}


def wires_of(view, runs):
    return set(map(str, by_edge(view, runs)))


def names(*pairs):
    return {str(Edge.parse(*pair)) for pair in pairs}


def test_values_run_along_all_that_the_loss_depends_on(known, document):
    document.apply([AddNode(Node("spare", "tanh"))], "Add")
    document.apply([Connect(Edge.parse("conv.out", "spare.input"))], "Connect")
    assert wires_of(known, step_waves.plan(known.scene).forward) == names(*nets.WIRES)


def test_gradients_run_back_only_to_the_first_weights(known):
    plan = step_waves.plan(known.scene)
    assert wires_of(known, plan.backward) == names(*nets.WIRES[1:5])
    assert plan.updated == ("conv", "linear")


def test_nothing_runs_back_to_frozen_weights(known, document):
    conv = document.project.graph.node("conv")
    document.apply([ReplaceNode(replace(conv, trainable=False))], "Freeze")
    plan = step_waves.plan(known.scene)
    assert wires_of(known, plan.backward) == names(nets.WIRES[4])
    assert plan.updated == ("linear",)


def test_a_wire_waits_until_everything_before_it_has_arrived(known, document):
    document.apply([AddNode(Node("add", "add"))], "Add")
    for pair in (("data.image", "add.inputs"), ("relu.out", "add.inputs")):
        document.apply([Connect(Edge.parse(*pair))], "Connect")
    document.apply([Connect(Edge.parse("add.out", "loss.input"))], "Connect")
    plan = step_waves.plan(known.scene)
    forward, backward = by_edge(known, plan.forward), by_edge(known, plan.backward)
    for one, other in itertools.permutations(forward, 2):
        if one.target.node == other.source.node:
            assert forward[one].end <= forward[other].start
            if one in backward and other in backward:
                assert backward[other].end <= backward[one].start
    assert {run.start for run in plan.forward if run.start == 0.0}
    assert max(run.end for run in plan.forward) == 1.0


def straight():
    path = QPainterPath(QPointF(0, 0))
    path.lineTo(QPointF(100, 0))
    return path


@pytest.mark.parametrize(
    ("share", "tail", "head"),
    [
        (0.2, None, None),
        (0.4, 0, 50),
        (0.6, 20, 100),
        (0.8, 70, 100),
        (0.95, None, None),
    ],
)
def test_the_lit_part_follows_its_head(share, tail, head):
    """From 0.2 to 0.6 the head runs 100 px; the tail of 80 px follows."""
    points = Run(straight(), 0.2, 0.6).trace(share)
    wanted = [] if tail is None else [tail, head]
    assert [p.x() for p in points] == pytest.approx(wanted)


def test_back_is_the_same_from_the_other_end():
    points = Run(straight(), 0.0, 1.0, is_back=True).trace(0.25)
    assert [p.x() for p in points] == [100, 75]


def test_wires_out_of_sight_cost_nothing():
    runs = (Run(straight(), 0.0, 1.0),)
    body, heads = lit(runs, 0.5, QRectF(500, 500, 10, 10))
    assert body.isEmpty()
    assert heads == []
    assert lit(runs, 0.5, EVERYWHERE)[1] == [QPointF(50, 0)]


@pytest.mark.parametrize(
    ("part", "colour", "spot"),
    [("forward", "accent", "head"), ("backward", "act", "head"), ("update", "ok", "")],
)
def test_each_part_has_its_colour_and_words(known, monkeypatch, part, colour, spot):
    pulse = known.step_animation
    pulse.start()
    monkeypatch.setattr(pulse, "part", lambda: (part, 0.0 if part == "update" else 0.3))
    runs = pulse._plan.backward if part == "backward" else pulse._plan.forward
    if spot == "head":
        place = lit(runs, 0.36, EVERYWHERE)[1][0]
    else:
        card = known.scene.nodes["conv"].card()
        place = QPointF(card.center().x(), card.top() - 2.5)
    shown = known.viewport().grab().toImage()
    pixel = shown.pixelColor(known.mapFromScene(place))
    assert _gap(pixel, QColor(current().colour(colour))) < 40
    assert pulse.words.lower().startswith(part)


def _gap(one, other):
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return max(abs(a - b) for a, b in pairs)


def test_it_shows_forward_backward_update_and_ends(known, qtbot):
    seen = []
    known.step_animation.start()
    assert known.step_animation.is_running

    def note():
        seen.append(known.step_animation.part()[0])
        return not known.step_animation.is_running

    qtbot.waitUntil(note, timeout=20_000)
    order = [name for name, _ in itertools.groupby(seen)]
    wanted = [n for n in ("forward", "backward", "update", "") if n in order]
    assert order == wanted  # a late machine may skip one
    assert not known.step_animation._timer.isActive()


def test_reduced_motion_shows_only_what_has_moved(known, qtbot):
    known.reduced_motion = True
    known.step_animation.start()
    assert [
        name for name, _ in known.step_animation._parts(known.step_animation._plan)
    ] == ["update"]
    qtbot.waitUntil(lambda: not known.step_animation.is_running, timeout=20_000)


def test_an_edit_ends_it(known, document):
    known.step_animation.start()
    document.apply([AddNode(Node("spare", "tanh"))], "Add")
    assert not known.step_animation.is_running


def test_a_hidden_canvas_shows_no_step(known):
    known.hide()
    known.step_animation.start()
    assert not known.step_animation.is_running
