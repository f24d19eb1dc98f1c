"""Files and folders that are opened or dropped: read, shown, and put on the canvas."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from engine.advice.document.starter import Starter, starter
from engine.errors import EngineError
from engine.graph.model import Position, Project
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers.datasets.spec import OWN
from engine.layers.spec import Params, Value
from engine.plain import percent
from engine.protocol.data.surveys import DataSurvey
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.canvas.geometry import layout, sizes
from workbench.document import Document
from workbench.document.data import nodes as data_nodes

if TYPE_CHECKING:
    from workbench.dialogs.add_data import AddDataDialog

_ABOUT = "reading data"
ADDED = "data added"
_FILTER = (
    "*.csv *.tsv *.tab *.txt *.text *.md *.npy *.npz *.parquet *.json *.jsonl *.ndjson "
    "*.sqlite *.sqlite3 *.db *.wav *.flac *.ogg *.mp3 *.gz *.bin *.idx *-ubyte"
)


class DataDoors(QObject):
    """Takes paths, has them read, and asks what is to be made of them.

    Args:
        desk: Whose document gets the data.
        outside: Lets files be read that somebody has chosen.

    Attributes:
        dialog: What asks; None while nothing is asked.
    """

    settled = Signal()  # nothing is read or asked about any more

    def __init__(self, desk: Desk, outside: ForeignWeights) -> None:
        super().__init__(desk.widget)
        self._desk, self._outside = desk, outside
        self.dialog: AddDataDialog | None = None
        self._token = 0
        self._path = Path()
        self._later: list[Path] = []
        self._node = ""
        self._folder: Path | None = None
        surveys = desk.session.surveys
        surveys.progressed.connect(self._on_progress)
        surveys.told.connect(self._on_told)
        surveys.failed.connect(self._on_failed)

    @property
    def is_busy(self) -> bool:
        """Whether a file is read or asked about: nothing else may be read meanwhile."""
        return bool(self._token) or self.dialog is not None

    def ask_for_file(self, node_id: str = "") -> None:
        """Ask for a file; `node_id` names the data node that it is for."""
        kinds = tr("Data ({endings})", endings=_FILTER)
        every = tr("All files (*)")
        folder = str(self._folder or self._desk.settings.folder)
        path, _ = QFileDialog.getOpenFileName(
            self._desk.widget, tr("Open data"), folder, f"{kinds};;{every}"
        )
        if path:
            self.open([Path(path)], node_id)

    def ask_for_folder(self) -> None:
        """Ask for a folder of images, sounds or texts."""
        path = QFileDialog.getExistingDirectory(
            self._desk.widget, tr("Open a folder of data"),
            str(self._folder or self._desk.settings.folder),
        )  # fmt: skip
        if path:
            self.open([Path(path)])

    def open(self, paths: Sequence[Path], node_id: str = "") -> None:
        """Read files one after the other, and ask about each.

        Args:
            paths: Files and folders.
            node_id: The data node that they are for; empty for any.
        """
        every = [path.absolute() for path in paths]
        self._node = node_id
        self._later = every[1:]
        self._read(every[0])

    def _read(self, path: Path) -> None:
        self._path = path
        self._ask({"source": OWN, "path": str(path)}, {})
        self._say(0.0)

    def _ask(self, params: Params, roles: dict[str, str]) -> None:
        shown = data_nodes.portable(self._desk.document, self._path)
        self._token = 0  # an older question ends without a word
        self._token = self._desk.session.surveys.ask(
            params, shown=shown, again=True, roles=roles
        )

    def _say(self, share: float) -> None:
        words = tr(
            "Reading {name}… {share}", name=self._path.name, share=percent(share)
        )
        banner = self._desk.banner
        if banner.about == _ABOUT and banner.isVisible():
            banner.words.setText(words)
        else:
            banner.say("info", words, [(tr("Cancel"), self.cancel)], _ABOUT)

    def cancel(self) -> None:
        """Stop reading; nothing has changed."""
        if self._token and self._token == self._desk.session.surveys.awaited:
            self._desk.session.surveys.cancel()
        self._token, self._later = 0, []
        self._desk.banner.withdraw(_ABOUT)
        self.settled.emit()

    def _on_progress(self, token: int, share: float) -> None:
        if token != self._token:
            return
        if self.dialog is not None:
            self.dialog.show_progress(share)
        else:
            self._say(share)

    def _on_failed(self, token: int, text: str) -> None:
        if token != self._token:
            return
        self._token = 0
        self._desk.banner.withdraw(_ABOUT)
        if self.dialog is not None:
            self.dialog.show_error(text)
        else:
            self._desk.banner.say("error", text)
            self._go_on()

    def _on_told(self, survey: DataSurvey) -> None:
        if survey.token != self._token:
            return
        self._token = 0
        self._desk.banner.withdraw(_ABOUT)
        if self.dialog is None:
            self._open_dialog(survey)
        else:
            self.dialog.show_survey(survey, self._starter(survey))

    def _open_dialog(self, survey: DataSurvey) -> None:
        from workbench.dialogs.add_data import AddDataDialog  # after the first paint

        desk = self._desk
        graph = desk.document.project.graph
        nodes = data_nodes.data_nodes(desk.document.project)
        others = [(node.id, title(graph, node)) for node in nodes]
        others.sort(key=lambda each: each[0] != self._node)
        wanted = self._node or data_nodes.alike(desk.document.project, survey.params)
        dialog = AddDataDialog(
            survey, others, wanted=wanted, is_empty=not graph.nodes, parent=desk.widget
        )
        dialog.show_survey(survey, self._starter(survey))
        dialog.accepted_way.connect(self._on_way)
        dialog.target_chosen.connect(self._on_target)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    def _starter(self, survey: DataSurvey) -> Starter | None:
        project = self._desk.document.project
        try:
            return starter(survey.params, project)
        except EngineError:
            return None

    def _on_target(self, name: str) -> None:
        """Have the file read again with another column to predict."""
        if self.dialog is None:
            return
        survey = self.dialog.survey
        path: dict[str, Value] = {"path": str(self._path)}
        params = {n: v for n, v in survey.params.items() if n in {"source", "reading"}}
        self._ask({**params, **path}, {name: "target"} if name else _no_target(survey))

    def _on_way(self, way: str) -> None:
        if self.dialog is None:
            return
        survey, document = self.dialog.survey, self._desk.document
        try:
            if way == "network":
                proposed = self._starter(survey)
                assert proposed is not None
                data_nodes.add_with_network(document, proposed, self.places)
            elif way == "node":
                data_nodes.add(document, survey.params, _free(document))
            else:
                data_nodes.replace_source(document, way, survey.params)
        except EngineError as error:
            self._desk.banner.say("error", str(error))
            return
        self._outside.choose(str(survey.params["path"]))
        self._settle(survey)

    def places(self, project: Project) -> dict[str, Position]:
        """Return where the nodes of a project stand best."""
        return layout.arrange(project.graph, {})

    def _settle(self, survey: DataSurvey) -> None:
        """Show what was made, and say where to go on."""
        desk = self._desk
        self._folder = self._path.parent
        desk.canvas.fit()
        words = tr("{name} is on the canvas.", name=survey.title)
        offers = [(tr("Look at the data"), lambda: desk.rooms.enter("data"))]
        is_there = desk.rooms.current.id == "data"
        desk.banner.say("ok", words, () if is_there else offers, ADDED)

    def _on_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
        if self._token:
            self._desk.session.surveys.cancel()
            self._token = 0
        self._go_on()

    def _go_on(self) -> None:
        """Read the next of several files."""
        if self._later:
            self._node = ""
            self._read(self._later.pop(0))
        else:
            self.settled.emit()


def _no_target(survey: DataSurvey) -> dict[str, str]:
    """Return the roles in which nothing is to be predicted."""
    roles = {c.name: c.role for c in survey.columns}
    return {n: "input" if role == "target" else role for n, role in roles.items()}


def _free(document: Document) -> Position:
    """Return a place below everything that stands on the canvas."""
    shown = {**document.unplaced(""), **document.project.layout.get("", {})}
    spots = list(shown.values())
    if not spots:
        return (0.0, 0.0)
    left = min(x for x, _ in spots)
    return (left, max(y for _, y in spots) + sizes.height_for(2) + sizes.GAP_Y)
