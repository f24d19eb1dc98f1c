"""The small fields above a view: their words can be read at every width."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.layers import registry
from workbench.inspector.fields import TextField
from workbench.plots.views.controls import CONTROLS, Controls


@pytest.fixture
def controls(qtbot):
    """Show the fields of a kind of view at a width."""
    kept = []

    def show(kind, width):
        holder, widget = QWidget(), Controls(kind)
        kept.append(holder)
        qtbot.addWidget(holder)
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(widget)
        holder.resize(width, 80)
        holder.show()
        qtbot.wait(1)  # the layout takes in which way it goes
        assert widget.width() == width
        return widget

    return show


def place(widget, child):
    return child.mapTo(widget, QPoint(0, 0))


@pytest.mark.parametrize("kind", CONTROLS)
@pytest.mark.parametrize("width", [400, 424, 900])
def test_every_field_has_words_that_are_seen_whole(controls, kind, width):
    widget = controls(kind, width)
    labels = {label.buddy(): label for label in widget.findChildren(QLabel)}
    for name, field in widget.fields.items():
        label = labels[field]
        assert label.text() == registry.get(kind).param(name).label
        assert label.isVisible()
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
        assert place(widget, field).x() + field.width() <= width
        beside = place(widget, label).y() + label.height() > place(widget, field).y()
        if not beside:
            assert place(widget, label).x() == place(widget, field).x()


def test_words_stand_above_where_there_is_little_room_and_beside_else(controls):
    def is_above(widget):
        label = next(x for x in widget.findChildren(QLabel) if x.text() == "Seed")
        bottom = place(widget, label).y() + label.height()
        return bottom <= place(widget, widget.fields["seed"]).y()

    assert is_above(controls("text_sample", 424))
    assert not is_above(controls("text_sample", 900))


def test_an_unset_number_has_the_same_word_as_in_the_inspector(qtbot, controls):
    widget = controls("text_sample", 424)
    widget.show_params({"prompt": "x", "temperature": 1.0, "top_k": None, "seed": 0})
    field = TextField(registry.get("text_sample").param("top_k"))
    qtbot.addWidget(field)
    field.show_value(None)
    assert widget.fields["top_k"].text() == "all" == field.edit.placeholderText()
