"""What the room “Data” does: reads the chosen source, and changes its data node."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from engine.errors import EngineError
from engine.graph.model import Node
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of
from engine.layers.datasets.own import is_own
from engine.layers.datasets.spec import DataSpec
from engine.layers.spec import Params, Value
from engine.protocol.data.surveys import DataSurvey, Remedy
from workbench.app.data.doors import ADDED, DataDoors
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.document.data import nodes as data_nodes
from workbench.document.data import steps

if TYPE_CHECKING:
    from workbench.data.page import DataPage
    from workbench.data.sources import Entry

ROOM = "data"
_SOON_MS = 80
_ICONS = {"images": "grid", "text": "keyboard", "series": "cat-recurrent"}


@dataclass(frozen=True)
class _Wish:
    """What a source is to be read for.

    Args:
        node: Id of its data node.
        words: Of the undo step that takes over what is found; empty just shows it.
        kinds: Column → kind that counts.
        roles: Column → role that counts.
    """

    node: str = ""
    words: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)


class DataRoom(QObject):
    """Joins the page to document and engine.

    Args:
        desk: Whose document it shows.
        doors: Open more.
        outside: Knows which places may be read.

    Attributes:
        page: Made when the room is entered first.
        node: Id of the data node that shows.
    """

    def __init__(self, desk: Desk, doors: DataDoors, outside: ForeignWeights) -> None:
        super().__init__(desk.widget)
        self._desk, self._doors, self._outside = desk, doors, outside
        self.page: DataPage | None = None
        self.node = ""
        self._token = 0
        self._wish = _Wish()
        self._is_late = self._is_held = False
        self._known: dict[str, tuple[Params, DataSurvey]] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._look)
        desk.rooms.offer(ROOM, self._make)
        desk.rooms.changed.connect(self._soon.start)
        desk.document.changed.connect(lambda _edits: self._soon.start())
        desk.document.replaced.connect(self._on_replaced)
        doors.settled.connect(self._on_settled)
        desk.session.analysis_ready.connect(lambda _analysis: self._on_checked())
        surveys = desk.session.surveys
        surveys.progressed.connect(self._on_progress)
        surveys.told.connect(self._on_told)
        surveys.failed.connect(self._on_failed)

    def _make(self) -> QWidget:
        from workbench.data.page import DataPage  # after the first paint

        self.page = page = DataPage()
        page.sources.chosen.connect(self.show_node)
        page.sources.open_wanted.connect(self._doors.ask_for_file)
        page.column.role_chosen.connect(self._set_role)
        page.column.kind_chosen.connect(self._set_kind)
        page.column.steps_changed.connect(self._set_steps)
        page.split.by_chosen.connect(self._split_by)
        page.split.share_chosen.connect(self._set_share)
        page.split.seed_chosen.connect(self._set_seed)
        page.health.remedy_wanted.connect(self._mend)
        page.steps.removed.connect(self._remove_step)
        page.network_wanted.connect(self._propose)
        page.again_wanted.connect(self._read_again)
        self._soon.start()
        return page

    @property
    def is_busy(self) -> bool:
        """Whether what shows is still being read."""
        return bool(self._token) or self._soon.isActive() or self._is_late

    def show_node(self, node_id: str) -> None:
        """Show the source of a data node."""
        self.node = node_id
        self._look()

    def _on_replaced(self) -> None:
        self._known, self.node = {}, ""
        self._token, self._wish = 0, _Wish()
        self._soon.start()

    def _nodes(self) -> dict[str, Node]:
        return {n.id: n for n in data_nodes.data_nodes(self._desk.document.project)}

    def _look(self) -> None:
        """Show the chosen source as the document has it now."""
        page = self.page
        if page is None or self._desk.rooms.current.id != ROOM:
            return
        found = self._nodes()
        if self.node not in found:
            self.node = next(iter(found), "")
        self._show_entries()
        self._desk.banner.withdraw(ADDED)
        if not self.node:
            words = tr("No data yet. Drop files here, or open one at the left.")
            page.show_nothing(words)
            return
        known = self._known.get(self.node)
        is_asked = bool(self._wish.words) and (self._token or self._is_late)
        if is_asked and self._wish.node == self.node:
            self._ask(self._wish)  # it counts with what has changed meanwhile
        elif is_asked and self._wish.node in found:
            page.show_progress(0.0)  # one after the other
        elif known is not None and known[0] == found[self.node].params:
            page.show_survey(known[1])
            self._offer_network()
        else:
            self._ask(_Wish(self.node))

    def _show_entries(self) -> None:
        from workbench.data.sources import Entry  # after the first paint

        if self.page is None:
            return
        entries = []
        for node in self._nodes().values():
            known = self._known.get(node.id)
            survey = known[1] if known and known[0] == node.params else None
            entries.append(self._entry(Entry, node, survey))
        self.page.show_entries(entries, self.node)

    def _entry(
        self, made: "type[Entry]", node: Node, survey: DataSurvey | None
    ) -> "Entry":
        try:
            spec = spec_of(node.params)
        except EngineError:
            return made(
                node.id, title(self._desk.document.project.graph, node), "", "cat-io"
            )
        about = f"{_family(spec)} · {spec.num_samples:,}"
        warnings = -1
        if survey is not None:
            warnings = sum(f.severity == "warning" for f in survey.findings)
        icon = _ICONS.get(spec.family, "cat-io")
        return made(node.id, tr(spec.title), about, icon, warnings)

    def _params(self) -> dict[str, Value]:
        """Return the params of the chosen node, with a whole path."""
        params = dict(self._nodes()[self.node].params)
        if is_own(params):
            words = str(params.get("path") or "")
            params["path"] = data_nodes.whole(self._desk.document, words)
        return params

    def _ask(self, wish: _Wish) -> None:
        """Have the chosen source read; a file that is being opened comes first."""
        params, page = self._params(), self.page
        if page is None:
            return
        self._token = 0  # an older question ends without a word
        self._wish, self._is_held = wish, False
        if self._doors.is_busy:
            self._is_late = True
            return
        if is_own(params) and not params.get("path"):
            page.show_nothing(tr("No file is chosen."))
            return
        if is_own(params) and str(params["path"]) in self._outside.held:
            self._is_held = True
            page.show_nothing(tr("This file may not be read yet."))
            self._outside.may_read()
            return
        shown = str(self._nodes()[self.node].params.get("path") or "")
        self._token = self._desk.session.surveys.ask(
            params, shown=shown, again=bool(wish.words), kinds=wish.kinds,
            roles=wish.roles,
        )  # fmt: skip
        page.show_progress(0.0)

    def _on_settled(self) -> None:
        """Read what had to wait for a file that was opened, or gave way to it."""
        if not self._is_late:
            return
        self._is_late = False
        if self.node and self._wish.node == self.node and self.node in self._nodes():
            self._ask(self._wish)
        else:
            self._soon.start()

    def _on_checked(self) -> None:
        """Read a file that may be read now."""
        if self._is_held and self.node in self._nodes():
            is_free = str(self._params().get("path")) not in self._outside.held
            if is_free:
                self._soon.start()

    def _on_progress(self, token: int, share: float) -> None:
        if token == self._token and self.page is not None:
            self.page.show_progress(share)

    def _on_failed(self, token: int, text: str) -> None:
        if token != self._token or self.page is None:
            return
        self._token = 0
        if not text:  # a file is opened: it is read again after that
            self._is_late = True
            return
        wish, self._wish = self._wish, _Wish()
        if self.page.survey is not None and wish.words:
            self._desk.banner.say("error", text)  # what was asked for can't be
            self.page.show_survey(self.page.survey)
        else:
            self.page.show_nothing(text)

    def _on_told(self, survey: DataSurvey) -> None:
        if survey.token != self._token or self.page is None:
            return
        self._token = 0
        wish, self._wish = self._wish, _Wish()
        if wish.node not in self._nodes():
            return
        if wish.words:
            self._put(survey.params, wish.words, wish.node)
        params = self._nodes()[wish.node].params
        self._known[wish.node] = (dict(params), survey)
        if wish.node != self.node:
            self._soon.start()
            return
        self.page.show_survey(survey)
        self._show_entries()
        self._offer_network()

    def _put(self, params: Params, words: str, node: str = "") -> None:
        """Change the data node as one undo step."""
        try:
            data_nodes.put(self._desk.document, node or self.node, dict(params), words)
        except EngineError as error:
            self._desk.banner.say("error", str(error))

    def _columns(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return kinds and roles as they are, or will be once they are read."""
        if self._wish.words and self._wish.node == self.node:
            return dict(self._wish.kinds), dict(self._wish.roles)
        survey = self.page.survey if self.page else None
        columns = survey.columns if survey else ()
        kinds = {c.name: c.kind for c in columns if not c.shape}
        return kinds, {c.name: c.role for c in columns}

    def _wish_for(
        self, words: str, kinds: dict[str, str], roles: dict[str, str]
    ) -> None:
        self._ask(_Wish(self.node, words, kinds, roles))

    def _set_role(self, name: str, role: str) -> None:
        kinds, roles = self._columns()
        if role == "target":
            for other, old in roles.items():
                roles[other] = "input" if old == "target" else old
        if role in {"group", "part"}:
            roles = {n: "ignore" if r == role else r for n, r in roles.items()}
        roles[name] = role
        if role == "target":
            kinds.pop(name, None)  # a target of few whole numbers is a class
        self._wish_for(tr("Role of {name}", name=name), kinds, roles)

    def _set_kind(self, name: str, kind: str) -> None:
        kinds, roles = self._columns()
        kinds[name] = kind
        words = tr("Read {name} as {kind}", name=name, kind=kind)
        self._wish_for(words, kinds, roles)

    def _split_by(self, name: str, role: str) -> None:
        kinds, roles = self._columns()
        deciding = {"group", "time", "part"}
        roles = {n: "ignore" if r in deciding else r for n, r in roles.items()}
        if name:
            roles[name] = role
        self._wish_for(tr("Split"), kinds, roles)

    def _set_steps(self, made: tuple[Value, ...], words: str) -> None:
        self._put({"steps": made}, words)

    def _remove_step(self, index: int) -> None:
        made = steps.without(self._nodes()[self.node].params, index)
        self._put({"steps": made}, tr("Take a step of the preparation away"))

    def _set_share(self, share: float) -> None:
        self._put({"validation": share}, tr("Set {label}", label=tr("Validation part")))

    def _set_seed(self, seed: int) -> None:
        self._put({"split_seed": seed}, tr("Set {label}", label=tr("Split seed")))

    def _mend(self, remedy: Remedy) -> None:
        self._put(remedy.params, remedy.label)

    def _read_again(self) -> None:
        kinds, roles = self._columns()
        self._wish_for(tr("Read again"), kinds, roles)

    def _offer_network(self) -> None:
        """Offer a network where nothing reads the source yet."""
        if self.page is None:
            return
        graph = self._desk.document.project.graph
        is_used = any(edge.source.node == self.node for edge in graph.edges)
        self.page.network.setVisible(not is_used)

    def _propose(self) -> None:
        try:
            made = data_nodes.propose(
                self._desk.document, self.node, self._doors.places
            )
        except EngineError as error:
            self._desk.banner.say("error", str(error))
            return
        if not made:
            words = tr(
                "There is nothing to predict yet: give a column the role target."
            )
            self._desk.banner.say("info", words)
            return
        self._desk.rooms.enter("build")
        self._desk.canvas.fit()


def _family(spec: DataSpec) -> str:
    """Return what a source holds, in a word."""
    words = {
        "images": tr("images"),
        "tabular": tr("table"),
        "maths": tr("points"),
        "series": tr("series"),
        "text": tr("text"),
    }
    is_sound = spec.family == "tabular" and any(len(p.shape) == 2 for p in spec.layout)
    return tr("signals") if is_sound else words[spec.family]
