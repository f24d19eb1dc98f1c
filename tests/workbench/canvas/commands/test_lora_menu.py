"""LoRA in the context menu of selected layers."""

from workbench.canvas.commands import menus


def _entries(view, place):
    menu = menus.build(view, place)
    found = {a.text().partition("\t")[0]: a for a in menu.actions() if a.text()}
    return menu, found


def test_the_menu_fine_tunes_linear_layers_with_lora_and_back(view, hand, document):
    before = document.text()
    menu, entries = _entries(view, hand.card("relu"))
    assert "Fine-tune with LoRA" not in entries
    menu.deleteLater()
    view.select(["linear", "relu"])
    menu, entries = _entries(view, hand.card("relu"))
    assert "Back to a plain Linear" not in entries
    entries["Fine-tune with LoRA"].trigger()
    menu.deleteLater()
    assert document.project.graph.node("linear").type == "lora_linear"
    assert view.scene.nodes["linear"].face.title == "LoRALinear"
    menu, entries = _entries(view, hand.card("linear"))
    assert "Fine-tune with LoRA" not in entries
    entries["Back to a plain Linear"].trigger()
    menu.deleteLater()
    assert document.text() == before
