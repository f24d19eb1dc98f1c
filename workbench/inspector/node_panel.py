"""The selected nodes: name, facts, parameters and how their weights are trained."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.errors import ConfigError, EngineError
from engine.graph import ports
from engine.graph.model import ROOT, Node
from engine.graph.options import NODE_PARAMS
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import DATA, spec_of
from engine.layers.datasets.spec import OWN, DataSpec
from engine.layers.spec import LayerSpec, Value
from engine.protocol.messages import NodeInfo
from workbench.document import Document, actions
from workbench.inspector.facts import Facts
from workbench.inspector.form import Form
from workbench.inspector.section import Section
from workbench.inspector.start_row import StartRow
from workbench.theme.label import Label
from workbench.theme.line import Line
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M


class NodePanel(QWidget):
    """Form of one node, or of what several nodes share.

    Args:
        document: Every edit is one undo step of it.
    """

    file_wanted = Signal(str)  # the data node that it is for

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._ids: tuple[str, ...] = ()
        self._scope = ROOT
        self._shown_types: tuple[str, ...] = ()
        self.form = Form(())
        self.weights = Form(tuple(NODE_PARAMS.values()))
        self.weights.edited.connect(self._on_weights_edited)
        self.weights.reset_wanted.connect(self._on_weights_reset)
        self.start = StartRow()
        self.start.cleared.connect(self._on_start_cleared)
        self._make_head()
        self._lay_out()

    def _make_head(self) -> None:
        self.title = Line()
        self.title.setAccessibleName(tr("Name of the layer"))
        polish(self.title, "role", "title")
        self.title.editingFinished.connect(self._on_renamed)
        self.kind, self.help, self.formula = Label(), Label(), Label()
        for label in (self.kind, self.help, self.formula):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        polish(self.kind, "role", "secondary")
        polish(self.help, "role", "secondary")
        polish(self.formula, "role", "formula")
        flag = Qt.TextInteractionFlag.TextSelectableByMouse
        self.formula.setTextInteractionFlags(flag)
        self.facts = Facts()

    def _lay_out(self) -> None:
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE_M - 3)
        for widget in (self.title, self.kind, self.facts, self.form):
            self._box.addWidget(widget)
        self._training = Section(tr("Weights"))
        self._training.box.addWidget(self.weights)
        self._training.box.addWidget(self.start)
        self._about = Section(tr("About"))
        self._about.box.addWidget(self.help)
        self._about.box.addWidget(self.formula)
        for section in (self._training, self._about):
            self._box.addWidget(section)

    def show_nodes(self, ids: Sequence[str], scope: str = ROOT) -> None:
        """Show these nodes; they must exist."""
        self._ids, self._scope = tuple(ids), scope
        nodes = self._nodes()
        types = tuple(sorted({node.type for node in nodes}))
        if types != self._shown_types:
            self._shown_types = types
            self._rebuild([registry.get(type_id) for type_id in types])
        self._show_head(nodes)
        self._show_values(_distinct(nodes))

    def show_info(self, info: NodeInfo | None) -> None:
        """Show what the engine knows of the (single) node."""
        self.facts.setVisible(len(self._ids) == 1)
        self.facts.show_info(info)
        self._training.setVisible(info is None or info.parameters > 0)

    def _nodes(self) -> list[Node]:
        graph = self._document.project.scope(self._scope)
        return [graph.node(node_id) for node_id in self._ids]

    def _rebuild(self, specs: Sequence[LayerSpec]) -> None:
        """Make the form of what all these kinds of nodes share."""
        shared = [
            param
            for param in specs[0].params
            if all(spec.param(param.name) == param for spec in specs)
        ]
        old, self.form = self.form, Form(shared)
        self._box.replaceWidget(old, self.form)
        self.form.setVisible(bool(shared))
        old.hide()
        old.deleteLater()
        self.form.edited.connect(self._on_edited)
        self.form.reset_wanted.connect(self._on_reset)

    def _show_head(self, nodes: Sequence[Node]) -> None:
        spec = registry.get(nodes[0].type)
        several = len(nodes) > 1
        self.title.setReadOnly(several)
        self.title.setPlaceholderText(spec.title)
        called = title(self._document.project.scope(self._scope), nodes[0])
        count = tr("{n:layer|layers}", n=len(nodes))
        self.title.setText(count if several else called)
        same = len(self._shown_types) == 1
        self.kind.setText(spec.title if same else tr("Different kinds"))
        self.kind.setVisible(several or bool(nodes[0].name))
        self.help.setText(tr(spec.help))
        self.formula.setText(spec.formula)
        self.formula.setVisible(bool(spec.formula))
        self._about.setVisible(same)

    def _show_values(self, nodes: Sequence[Node]) -> None:
        complete = [ports.params(node) for node in nodes]
        names = [name for name in complete[0] if name in self.form.rows]
        mixed = [n for n in names if any(c[n] != complete[0][n] for c in complete)]
        self.form.show_values({name: complete[0][name] for name in names}, mixed)
        self.form.hide_rows(_unused(nodes))
        first = nodes[0]
        values: dict[str, Value] = {
            "trainable": first.trainable,
            "lr_factor": first.lr_factor,
        }
        mixed = []
        if any(node.trainable != first.trainable for node in nodes):
            mixed.append("trainable")
        if any(node.lr_factor != first.lr_factor for node in nodes):
            mixed.append("lr_factor")
        self.weights.show_values(values, mixed)
        self.start.show_nodes(nodes)

    def _on_edited(self, name: str, value: Value) -> None:
        if name == "source" and value == OWN and self._scope == ROOT:
            self._show_values(_distinct(self._nodes()))  # until a file is chosen
            self.file_wanted.emit(self._ids[0])
            return
        self._attempt(
            self.form,
            name,
            lambda: actions.set_param(
                self._document, self._ids, name, value, self._scope
            ),
        )

    def _on_reset(self, name: str) -> None:
        self._attempt(
            self.form,
            name,
            lambda: actions.reset_param(self._document, self._ids, name, self._scope),
        )

    def _on_weights_edited(self, name: str, value: Value) -> None:
        self._attempt(
            self.weights,
            name,
            lambda: self._set_weights(value),
        )

    def _set_weights(self, value: Value) -> None:
        """Freeze the weights or not (a bool), or set their rate factor (a number)."""
        nodes = (self._document, self._ids)
        if isinstance(value, bool):
            actions.set_trainable(*nodes, value=value, scope=self._scope)
        elif isinstance(value, int | float):
            actions.set_lr_factor(*nodes, value=value, scope=self._scope)

    def _on_weights_reset(self, name: str) -> None:
        self._on_weights_edited(name, NODE_PARAMS[name].default)

    def _on_start_cleared(self) -> None:
        actions.start_anew(self._document, self._ids, self._scope)

    def _attempt(self, form: Form, name: str, act: Callable[[], None]) -> None:
        """Do an edit; what is wrong with it is said at its row."""
        try:
            act()
        except EngineError as error:
            form.show_error(name, str(error))

    def _on_renamed(self) -> None:
        if self.title.isReadOnly() or len(self._ids) != 1:
            return
        node = self._nodes()[0]
        actions.rename(self._document, node.id, self.title.text(), self._scope)


def _distinct(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes without those that are set like one before them."""
    found: dict[object, Node] = {}
    for node in nodes:
        key = (node.type, node.trainable, node.lr_factor, node.weights)
        try:
            found.setdefault((*key, *node.params.items()), node)
        except TypeError:  # A value that is a list.
            found[id(node)] = node
    return list(found.values())


def _data_spec(node: Node) -> DataSpec | None:
    try:
        return spec_of(ports.params(node))
    except ConfigError:
        return None


def _unused(nodes: Sequence[Node]) -> set[str]:
    """Return settings without an effect on these data sets, unless they were set."""
    specs = [_data_spec(n) for n in nodes]
    names = {param.name for param in DATA.params if param.kind != "table"}
    tables = {param.name for param in DATA.params if param.kind == "table"}
    return tables | {
        name
        for name in names
        if all(spec and not spec.uses(name) for spec in specs)
        and not any(name in node.params for node in nodes)
    }
