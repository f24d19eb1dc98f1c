"""Fine-tuning selected layers with LoRA: what menus and the command palette do."""

from engine.i18n import tr
from workbench.canvas.stage import Stage
from workbench.document import replacing


def kinds(stage: Stage) -> set[str]:
    """Return the types of the selected nodes."""
    chosen = stage.selection
    return {chosen.graph.node(node_id).type for node_id in chosen.ids}


def adapt(stage: Stage) -> None:
    """Fine-tune the selected Linear layers with LoRA."""
    chosen = stage.selection
    if stage.attempt(replacing.adapt, chosen.ids, chosen.scope) == []:
        stage.say(tr("Select a Linear layer first."))


def restore(stage: Stage) -> None:
    """Make plain Linear layers of the selected LoRALinear ones."""
    chosen = stage.selection
    if stage.attempt(replacing.restore, chosen.ids, chosen.scope) == []:
        stage.say(tr("Select a LoRALinear layer first."))
