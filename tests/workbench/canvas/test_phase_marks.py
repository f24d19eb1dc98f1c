"""Rings around what a phase minimises and updates."""

import pytest
from PySide6.QtGui import QColor

from workbench.canvas.view import CanvasView
from workbench.document import Document
from workbench.theme.tokens import current


@pytest.fixture
def view(qtbot):
    document = Document()
    document.load_preset("gan-2d")
    view = CanvasView(document)
    qtbot.addWidget(view)
    view.resize(900, 540)
    view.show()
    qtbot.waitExposed(view)
    return view


def marked(view):
    return view._overlay.marks.marked(view.scene)


def ring_pixels(view, node_id):
    """Return how many pixels left of a card have the colour of the second series."""
    card = view.mapFromScene(view.scene.nodes[node_id].card()).boundingRect()
    image = view.viewport().grab().toImage()
    colour = QColor(current().series[1])
    places = (
        (x, y)
        for x in range(card.left() - 9, card.left())
        for y in range(card.top() + 8, card.bottom() - 8)
    )
    return sum(image.pixelColor(x, y).name() == colour.name() for x, y in places)


def test_the_rings_of_a_phase_are_painted_in_its_colour_and_go(view):
    assert ring_pixels(view, "gen") == 0
    view.mark_phase(1, ("loss_fool",), ("gen.linear1", "gen.point"))
    solid, dashed = ring_pixels(view, "gen"), ring_pixels(view, "loss_fool")
    assert solid > dashed > 0
    assert ring_pixels(view, "d_fake") == ring_pixels(view, "loss_real") == 0
    view.mark_phase(-1, (), ())
    assert ring_pixels(view, "gen") == 0


def test_rings_inside_a_block_are_around_the_nodes_there(view):
    view.mark_phase(0, ("loss_fool",), ("gen.linear1", "d_real.score"))
    assert marked(view) == {"loss_fool": False, "gen": True, "d_real": True}
    view.show_path(["gen"])
    assert marked(view) == {"linear1": True}
    view.show_path(["d_real"])
    assert marked(view) == {"score": True}


def test_all_of_a_block_is_ringed_inside_and_repeats_are_one(view):
    view.mark_phase(0, (), ("gen.2",))
    assert marked(view) == {"gen": True}
    view.show_path(["gen"])
    assert set(marked(view)) == set(view.scene.nodes)
