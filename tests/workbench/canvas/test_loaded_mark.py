"""A card whose weights start from a file shows it: mark, tooltip, spoken words."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.graph.edits import ReplaceNode
from workbench import theme
from workbench.canvas.cards import paint
from workbench.canvas.cards.paint import Screen
from workbench.theme import tokens


def load(document, *node_ids):
    graph = document.project.graph
    document.apply(
        [ReplaceNode(replace(graph.node(i), weights="w/net.pt#x")) for i in node_ids],
        "Load weights",
    )


def accents(face):
    """Return how many pixels of a card have the accent colour."""
    picture = paint.picture(face, tokens.current(), Screen(2.0, 1.0)).toImage()
    accent = QColor(tokens.current().accent).rgb()
    return sum(
        picture.pixel(x, y) == accent
        for x in range(picture.width())
        for y in range(picture.height())
    )


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_card_has_a_mark_only_while_its_weights_come_from_a_file(
    view, document, name
):
    theme.apply(QApplication.instance(), name)
    try:
        assert accents(view.scene.nodes["linear"].face) == 0
        load(document, "linear")
        assert accents(view.scene.nodes["linear"].face) > 10
        assert accents(view.scene.nodes["relu"].face) == 0
        document.undo_stack.undo()
        assert accents(view.scene.nodes["linear"].face) == 0
    finally:
        theme.apply(QApplication.instance(), "dark")


def test_the_tooltip_and_the_description_name_the_file(view, document):
    load(document, "linear")
    assert "Starts from net.pt" in view.pointer.hover.node_help("linear")
    assert "Starts from" not in view.pointer.hover.node_help("conv")
    view.select(["linear"])
    assert "Starts from net.pt" in view.accessibleDescription()
