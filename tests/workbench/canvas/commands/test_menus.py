"""Context menus show words, keys and rules of the table, and do what its rows do."""

import pytest
from PySide6.QtCore import QPointF

from workbench.canvas.commands import menus
from workbench.canvas.commands.spot import Spot
from workbench.canvas.commands.table import TABLE
from workbench.canvas.edits import blocks as tools
from workbench.document import blocks
from workbench.document import notes as document_notes
from workbench.document.notes import Note
from workbench.theme.text import plain

EMPTY = QPointF(-4000, -4000)


@pytest.fixture
def shown(view):
    """Return the entries of a menu: words → (key, whether it can be chosen)."""

    def entries(place):
        menu = menus.build(view, place)
        found = {}
        for action in menu.actions():
            if not action.isSeparator():
                words, _, key = action.text().partition("\t")
                assert words not in found
                found[words] = (key, action.isEnabled())
        menu.deleteLater()
        return found

    return entries


def test_a_node_offers_what_can_be_done_with_it(shown, hand):
    found = shown(hand.card("relu"))
    assert list(found) == [
        "Add a layer behind…", "Connect to…", "Replace with…", "Rename…",
        "Freeze weights",
        "Group into a block…", "Frame…",
        "Cut", "Copy", "Duplicate", "Disconnect", "Delete", "Delete and heal the wire",
    ]  # fmt: skip
    assert found["Group into a block…"] == ("Ctrl+G", True)
    assert found["Rename…"] == ("F2", True)


def test_the_ground_offers_what_needs_no_node(shown, document):
    found = shown(EMPTY)
    assert found["Arrange"] == ("L", True)
    assert found["Fit the network"] == ("F", True)
    document.new()
    greyed = {words for words, (_, can) in shown(EMPTY).items() if not can}
    assert greyed == {"Select all", "Arrange", "Go to a node…"}


def test_a_loose_node_can_not_be_disconnected(shown, hand, view, document):
    view.select([])
    view.add_at_centre("tanh")
    (loose,) = view.selection.ids
    assert shown(view.scene.nodes[loose].card().center())["Disconnect"] == ("", False)
    assert shown(hand.card("relu"))["Disconnect"] == ("", True)


def test_several_nodes_grey_what_takes_one(shown, hand, view):
    view.select(["relu", "conv"])
    found = shown(hand.card("relu"))
    assert [found[words][1] for words in ("Connect to…", "Rename…", "Align")] == [
        False, False, True,
    ]  # fmt: skip


def test_a_block_offers_to_be_opened_and_says_when_it_is(shown, view, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    place = view.scene.nodes[made].card().center()
    assert shown(place)["Open the block"] == ("Enter", True)
    assert shown(place)["Open in place"] == ("E", True)
    assert shown(place)["Unpack the block"] == ("Ctrl+Shift+G", True)
    view.select([made])
    tools.toggle_open(view)
    head = view.scene.nodes[made].card().topLeft() + QPointF(30, 8)
    assert "Close" in shown(head)


def test_key_in_a_menu_is_the_key_of_the_row(shown, hand):
    keys = {plain(row.words): row.key for row in TABLE}
    keys["Add a layer behind…"] = "Tab"
    for place in (hand.card("relu"), EMPTY):
        for words, (key, _can) in shown(place).items():
            assert keys[words] == key, words


def test_deleting_a_note_by_its_menu_spares_the_selected_nodes(view, document):
    note = Note("", "comment", "Here", -4000.0, -4000.0, 200.0, 60.0)
    document_notes.add(document, note)
    view.select(["relu"])
    menu = menus.build(view, EMPTY + QPointF(20, 10))
    (delete,) = [a for a in menu.actions() if a.text().startswith("Delete")]
    delete.trigger()
    menu.deleteLater()
    assert not document_notes.read(document.project)
    assert "relu" in document.project.graph.nodes


def test_rows_that_apply_in_no_menu_and_by_no_key_do_not_exist():
    assert all(row.keys or row.places for row in TABLE)


def test_rules_can_be_asked_of_every_row_in_every_state(view, document):
    made = blocks.group(document, ["conv", "relu"], "stem")
    for chosen in ([], ["linear"], [made], list(document.project.graph.nodes)):
        view.select(chosen)
        spot = Spot(view)
        assert all(row.enabled(spot) in {True, False} for row in TABLE)
        assert all(isinstance(row.now(spot), str) for row in TABLE)
