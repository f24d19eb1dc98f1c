"""What opens over the canvas to type in or to choose from, and the breadcrumbs."""

from PySide6.QtWidgets import QWidget

from workbench.canvas.stage import Stage
from workbench.canvas.widgets.breadcrumbs import Breadcrumbs
from workbench.canvas.widgets.inline_field import InlineField
from workbench.canvas.widgets.node_chooser import NodeChooser
from workbench.canvas.widgets.quick_add import QuickAdd


class Popups:
    """All of them, made once for a canvas.

    Args:
        stage: The canvas.
        parent: Its widget.

    Attributes:
        quick_add: Search for a node to add.
        inline: One line to type in.
        chooser: A list with a search.
        breadcrumbs: Which block is open.
    """

    def __init__(self, stage: Stage, parent: QWidget) -> None:
        self.quick_add, self.inline = QuickAdd(stage, parent), InlineField(stage)
        self.chooser = NodeChooser(stage, parent)
        self.breadcrumbs = Breadcrumbs(stage, parent)
