"""Fine-tuning selected layers with LoRA: what menus and the command palette do."""

from typing import TYPE_CHECKING

from engine.i18n import tr
from workbench.canvas import selection
from workbench.document import lora

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView


def kinds(view: "CanvasView") -> set[str]:
    """Return the types of the selected nodes, also inside an open card."""
    aim = selection.target(view)
    return {aim.graph.node(node_id).type for node_id in aim.ids}


def adapt(view: "CanvasView") -> None:
    """Fine-tune the selected Linear layers with LoRA."""
    aim = selection.target(view)
    if view.attempt(lora.adapt, aim.ids, aim.scope) == []:
        view.say(tr("Select a Linear layer first."))


def restore(view: "CanvasView") -> None:
    """Make plain Linear layers of the selected LoRALinear ones."""
    aim = selection.target(view)
    if view.attempt(lora.restore, aim.ids, aim.scope) == []:
        view.say(tr("Select a LoRALinear layer first."))
