"""The table of everything that the window can do beside what the canvas does."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from engine.i18n import tr
from workbench.app.commands import shortcuts
from workbench.app.commands.reach import Reach
from workbench.app.run.training import TrainCommands
from workbench.commands.registry import Command, Place

_Std = QKeySequence.StandardKey
Row = Command[Reach]


def _train(name: str) -> Callable[[Reach], bool]:
    """Return whether the training can do something now."""
    return lambda reach: name in reach.made.training.possible


def _on(act: Callable[[TrainCommands], object]) -> Callable[[Reach], object]:
    return lambda reach: act(reach.made.training)


def _train_words(reach: Reach) -> str:
    return tr("&Resume") if reach.made.training.goes_on else tr("T&rain")


def _why_not(reach: Reach) -> str:
    return reach.made.training.obstacle


def _search(reach: Reach) -> None:
    from workbench.app.commands import palette  # loads dialogs

    palette.show(reach)


def _back(reach: Reach) -> None:
    reach.desk.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _raise(name: str) -> Callable[[Reach], object]:
    return lambda reach: reach.desk.docks.raise_(name)


# fmt: off
_FILE: tuple[Row, ...] = (
    Row("new", "&New", lambda reach: reach.made.files.new(),
        keys=(_Std.New,), icon="new", places=(Place("file", 1, 1),)),
    Row("open", "&Open…", lambda reach: reach.made.files.open(),
        keys=(_Std.Open,), icon="open", places=(Place("file", 1, 2),)),
    Row("preset", "Open a &preset…", lambda reach: reach.made.files.choose_preset(),
        keys=("Ctrl+Shift+O",), icon="grid", places=(Place("file", 1, 3),)),
    Row("open_run", "Open a r&un…", lambda reach: reach.made.helpers.open_run(),
        icon="open", places=(Place("file", 1, 4),)),
    Row("recent", "Open &recent", menu="recent", places=(Place("file", 1, 5),)),
    Row("save", "&Save", lambda reach: reach.made.files.save(),
        keys=(_Std.Save,), icon="save", places=(Place("file", 2, 1),)),
    Row("save_as", "Save &as…", lambda reach: reach.made.files.save_as(),
        keys=("Ctrl+Shift+S",), places=(Place("file", 2, 2),)),
    Row("export", "&Export weights…", lambda reach: reach.made.helpers.show_export(),
        keys=("Ctrl+E",), icon="export", places=(Place("file", 2, 3),)),
    Row("report", "&Report of the run…", lambda reach: reach.made.report.ask(),
        enabled=lambda reach: reach.made.report.can_write,
        places=(Place("file", 2, 4),)),
    Row("quit", "&Quit", lambda reach: reach.desk.widget.close(),
        keys=("Ctrl+Q",), places=(Place("file", 3, 1),)),
)
_VIEW: tuple[Row, ...] = (
    Row("undo_list", "Show &undo steps", _raise("undo"), places=(Place("edit", 1, 3),)),
    Row("palette", "Search &commands…", _search,
        keys=("Ctrl+K",), icon="search", places=(Place("edit", 3, 2),)),
    Row("motion", "Reduce &motion", lambda reach: reach.made.view.flip_motion(),
        checked=lambda reach: reach.desk.canvas.reduced_motion,
        places=(Place("view", 1, 5),)),
    Row("panels", "&Panels", menu="panels", places=(Place("view", 2, 1),)),
    Row("enlarge", "&Enlarge the panel",
        lambda reach: reach.made.view.enlarging.toggle(),
        keys=("Shift+F11",), icon="enlarge", places=(Place("view", 2, 2),)),
    Row("layout_build", "Layout to &build", lambda reach: reach.made.view.build(),
        keys=("Ctrl+1",), places=(Place("view", 2, 3),)),
    Row("layout_train", "Layout to t&rain", lambda reach: reach.made.view.train(),
        keys=("Ctrl+2",), places=(Place("view", 2, 4),)),
    Row("reset_layout", "&Reset the layout",
        lambda reach: reach.made.view.layouts.reset(), places=(Place("view", 2, 5),)),
    Row("language", "&Language", menu="language", places=(Place("view", 2, 6),)),
    Row("theme", "&Dark or light", lambda reach: reach.made.view.flip_theme(),
        keys=("Ctrl+Shift+L",), icon="theme", places=(Place("view", 2, 7),)),
    Row("full_screen", "F&ull screen", lambda reach: reach.made.view.full_screen(),
        keys=("F11",), places=(Place("view", 2, 8),)),
    Row("weights", "&Load weights…", lambda reach: reach.made.weights.show(),
        icon="open", places=(Place("model", 3, 3),)),
    Row("problems", "Show &problems", _raise("problems"),
        keys=("Ctrl+Shift+M",), icon="warning", places=(Place("model", 4, 1),)),
)
_TRAIN: tuple[Row, ...] = (
    Row("train", "T&rain", _on(TrainCommands.train), keys=("F5",), icon="play",
        enabled=_train("train"), now=_train_words, why=_why_not,
        places=(Place("train", 1, 1),)),
    Row("pause", "&Pause", _on(TrainCommands.pause), keys=("F6",), icon="pause",
        enabled=_train("pause"), places=(Place("train", 1, 2),)),
    Row("stop", "&Stop", _on(TrainCommands.stop), keys=("Shift+F5",), icon="stop",
        tint="err", enabled=_train("stop"), places=(Place("train", 1, 3),)),
    Row("step", "&One step", _on(TrainCommands.step), keys=("F10",), icon="step",
        enabled=_train("step"), places=(Place("train", 2, 1),)),
    Row("steps", "&Several steps…", _on(TrainCommands.steps), keys=("Shift+F10",),
        enabled=_train("steps"), places=(Place("train", 2, 2),)),
    Row("epoch", "Until the &epoch ends", _on(TrainCommands.epoch),
        keys=("Ctrl+F10",), icon="skip", enabled=_train("epoch"),
        places=(Place("train", 2, 3),)),
    Row("restart", "Restart with the &changes", _on(TrainCommands.restart),
        keys=("Ctrl+F5",), icon="reset", enabled=_train("restart"),
        places=(Place("train", 3, 1),)),
    Row("keep", "Restart and &keep the weights that fit", _on(TrainCommands.keep),
        enabled=_train("keep"), places=(Place("train", 3, 2),)),
    Row("device", "&Device", menu="device", icon="device",
        places=(Place("train", 3, 3),)),
)
_HELP: tuple[Row, ...] = (
    Row("shortcuts", "&Keyboard shortcuts", shortcuts.show,
        keys=("?",), icon="help", places=(Place("help", 1, 1),)),
    Row("runs", "Where are my &runs?", lambda reach: reach.made.helpers.show_runs(),
        places=(Place("help", 1, 2),)),
    Row("about", "&About Backprop Workbench",
        lambda reach: reach.made.helpers.show_about(), icon="info",
        places=(Place("help", 1, 3),)),
    Row("back", "Back to the canvas", _back,
        keys=("Esc",), at_last=True, places=(Place("keys", 3, 2),)),
)
# fmt: on
TABLE: tuple[Row, ...] = (*_FILE, *_VIEW, *_TRAIN, *_HELP)
