import pytest

from engine.graph.edits import AddNode
from engine.graph.model import Node
from workbench import theme
from workbench.document import Document


@pytest.fixture
def document(qapp):
    document = Document()
    nodes = [
        Node("conv", "conv2d"),
        Node("conv_b", "conv2d", {"out_channels": 7}),
        Node("linear", "linear"),
        Node("relu", "relu"),
    ]
    document.apply([AddNode(node) for node in nodes], "Start")
    document.undo_stack.clear()
    return document


@pytest.fixture
def dressed(qapp):
    """Give the application the look that people see: fonts decide what fits."""
    theme.prepare(qapp, "dark")
    theme.dress(qapp)
    yield
    qapp.setStyleSheet("")
