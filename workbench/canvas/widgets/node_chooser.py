"""A line to type in over a list: go to a node, connect without a mouse."""

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.graph.model import ROOT, Edge, Endpoint, Node, Project
from engine.graph.titles import title
from engine.i18n import tr
from workbench.canvas.cards import catalogue_items, faces
from workbench.canvas.scene.selection import Selection
from workbench.canvas.stage import Choice, Stage
from workbench.commands.ranking import Names, ranked
from workbench.document import actions, outer_ports, wires
from workbench.theme import icons

_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_TAKE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MAX_DEPTH, _SHOWN, _TOP_PX = 4, 200, 48


class NodeChooser(QFrame):
    """A popup at the upper edge of the canvas.

    Args:
        stage: The canvas.
        parent: Its widget.
    """

    def __init__(self, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._stage, self._parent = stage, parent
        self._choices: list[Choice] = []
        self._found: list[Choice] = []
        self.field, self.results = QLineEdit(), QListWidget()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setObjectName("quickAdd")
        self.setFixedSize(380, 320)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.setIconSize(QSize(16, 16))
        self.results.setUniformItemSizes(True)
        self.results.itemClicked.connect(lambda _item: self.accept_choice())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.results)

    def ask(self, choices: Sequence[Choice], label: str) -> None:
        """Open with these choices.

        Args:
            choices: In order; typing leaves those that fit the typed words.
            label: What is being chosen.
        """
        self._choices = list(choices)
        for widget in (self.field, self.results):
            widget.setAccessibleName(label)
        self.field.setPlaceholderText(label)
        self.field.clear()
        self._fill("")
        across = (self._parent.width() - self.width()) // 2
        self.move(self._parent.mapToGlobal(QPoint(max(0, across), _TOP_PX)))
        self.show()
        self.field.setFocus()

    def _fill(self, text: str) -> None:
        start = (text.casefold().split() or [""])[0]
        order = {id(choice): row for row, choice in enumerate(self._choices)}

        def place(choice: Choice) -> float:
            begins = choice.words.casefold().startswith(start)
            return order[id(choice)] + (0 if begins else len(order))

        self._found = ranked(text, self._choices, _names, place)[:_SHOWN]
        self.results.clear()
        for choice in self._found:
            self.results.addItem(QListWidgetItem(choice.icon, choice.words))
        catalogue_items.say_when_empty(self.results)
        self.results.setCurrentRow(0)

    def accept_choice(self) -> None:
        """Do what the marked line stands for."""
        row = self.results.currentRow()
        if not 0 <= row < len(self._found):
            return
        self.hide()
        self._stage.take_focus()
        self._found[row].do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk through the list and take a line while the field has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ARROWS:
                self.results.keyPressEvent(event)
                return True
            if event.key() in _TAKE:
                self.accept_choice()
                return True
        return super().eventFilter(watched, event)


def _names(choice: Choice) -> Names:
    return Names((choice.words,), choice.others)


def go_to_node(stage: Stage) -> None:
    """Search all nodes, also those inside blocks, and go to one."""
    found = list(_nodes(stage))
    stage.choose(found, tr("Go to a node"))


def _nodes(stage: Stage) -> Iterator[Choice]:
    project = stage.document.project
    stack: list[tuple[str, str, str, int]] = [(ROOT, "", "", 0)]
    while stack:
        scope, prefix, trail, depth = stack.pop(0)
        for node in project.scope(scope).nodes.values():
            if node.type == faces.REROUTE:
                continue
            path, where = prefix + node.id, f"{trail}{node.id}"
            yield Choice(
                f"{_name(project, node, scope)}   {where}",
                partial(stage.focus_node, path),
                _icon(node),
            )
            inner = outer_ports.of(node)
            if inner in project.blocks and depth < _MAX_DEPTH:
                stack.append((inner, f"{path}.", f"{where} › ", depth + 1))


def _name(project: Project, node: Node, scope: str) -> str:
    """Return name and settings: what tells two nodes of a kind apart."""
    summary = faces.summary_of(project, node, scope)
    return " · ".join(
        word for word in (title(project.scope(scope), node), summary) if word
    )


def _icon(node: Node) -> QIcon:
    spec = faces.spec_of(node)
    return catalogue_items.icon_of(spec) if spec else icons.icon("layers")


def connect(stage: Stage, *, forward: bool = True) -> None:
    """Choose what the selected node feeds, or (backward) what feeds it."""
    chosen = stage.selection
    if len(chosen.ids) != 1:
        stage.say(tr("Select one node to connect."))
        return
    found = list(_wires(stage, chosen.ids[0], forward=forward))
    if not found:
        stage.say(tr("No other node has a port that fits."))
        return
    label = tr("Connect to") if forward else tr("Connect from")
    stage.choose(found, label)


def _wires(stage: Stage, node_id: str, *, forward: bool) -> Iterator[Choice]:
    """Yield every possible wire of a node, those to free ports first."""
    project, chosen = stage.document.project, stage.selection
    graph = chosen.graph
    ports = wires.outputs_of if forward else wires.inputs_of
    late = []
    for port in ports(project, graph.node(node_id)):
        end = Endpoint(node_id, port.name)
        for other in wires.candidates(project, end, chosen.scope, forward=forward):
            edge = Edge(end, other) if forward else Edge(other, end)
            if graph.has_edge(edge):
                continue
            choice = _wire(stage, chosen, edge, forward=forward)
            taken = any(
                e.target == edge.target for e in graph.edges_into(edge.target.node)
            )
            if taken:
                late.append(choice)
            else:
                yield choice
    yield from late


def _wire(stage: Stage, chosen: Selection, edge: Edge, *, forward: bool) -> Choice:
    here, there = edge.source, edge.target
    if not forward:
        here, there = there, here
    node = chosen.graph.node(there.node)
    words = f"{title(chosen.graph, node)} · {there.port}   {there.node}"
    several = len(chosen.area.face(here.node).outputs) > 1 or not forward
    if several:
        words = f"{here.port} → {words}" if forward else f"{words} → {here.port}"

    def do() -> None:
        stage.attempt(actions.connect, edge, chosen.scope)

    return Choice(words, do, _icon(node))
