"""What a press on a card selects, and what the release leaves selected."""

from engine.graph.model import Edge


def test_a_click_on_one_of_several_selected_cards_leaves_it_alone_selected(view, hand):
    view.select(["conv", "relu", "linear"])
    hand.press(hand.card("relu"))
    assert view.selection.ids == ["conv", "relu", "linear"]
    hand.release(hand.card("relu"))
    assert view.selection.ids == ["relu"]


def test_a_click_on_a_card_lets_go_of_the_wires_too(view, hand):
    wire = Edge.parse("conv.out", "relu.input")
    view.scene.select(["relu"], [wire])
    hand.click(hand.card("relu"))
    assert (view.selection.ids, view.scene.selected_edges()) == (["relu"], [])


def test_one_click_tells_of_the_selection_once(view, hand, qtbot):
    told = []
    view.selection_changed.connect(lambda *words: told.append(words))
    hand.click(hand.card("relu"))
    assert told == [(["relu"], "", "")]
