"""The table of everything that the window can do beside what the canvas does."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence

from engine.i18n import tr
from workbench.app.commands import shortcuts
from workbench.app.commands.reach import Reach
from workbench.app.docks.rooms import ROOMS, Room
from workbench.app.run.training import TrainCommands
from workbench.commands.registry import Command, Place
from workbench.inspector.inspector import first_field

_Std = QKeySequence.StandardKey
Row = Command[Reach]


def _train(name: str) -> Callable[[Reach], bool]:
    """Return whether the training can do something now."""
    return lambda reach: name in reach.made.training.possible


def _idle(reach: Reach) -> bool:
    """Return whether a document that can be trained waits for it."""
    made = reach.made.training
    return not made.obstacle and not reach.desk.session.active


def _on(act: Callable[[TrainCommands], object]) -> Callable[[Reach], object]:
    return lambda reach: act(reach.made.training)


def _train_words(reach: Reach) -> str:
    training = reach.made.training
    if training.early.waits:
        return tr("Starting…")
    if training.is_stopping:
        return tr("Stopping…")
    if training.goes_on:
        return tr("&Resume")
    return tr("T&rain again") if training.has_ended else tr("T&rain")


def _why_not(reach: Reach) -> str:
    return reach.made.training.obstacle


def _search(reach: Reach) -> None:
    from workbench.app.commands import palette  # loads dialogs

    palette.show(reach)


def _help(reach: Reach) -> None:
    from workbench.app.commands import help as help_  # loads dialogs

    help_.show(reach)


def _page(topic: str) -> Callable[[Reach], object]:
    """Return what opens a page of the help."""

    def open_page(reach: Reach) -> None:
        from workbench.app.commands import help as help_  # loads dialogs

        help_.show_topic(reach, topic)

    return open_page


def _problems(reach: Reach) -> None:
    """Show the problems, and take the keyboard there."""
    reach.desk.docks.raise_("problems")
    panel = reach.desk.docks.widget("problems")

    def take() -> None:
        (first_field(panel) or panel).setFocus(Qt.FocusReason.ShortcutFocusReason)

    QTimer.singleShot(0, panel, take)  # a tab is turned once the events are done


def _back(reach: Reach) -> None:
    """Leave the room Explain; elsewhere let keys go to the canvas."""
    if reach.made.explaining.is_on:
        reach.made.explaining.leave()
        return
    reach.desk.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _step(reach: Reach) -> None:
    """Make a step of the training; in the room Explain, look at the next stop."""
    if reach.made.explaining.is_on:
        reach.made.explaining.next()
    else:
        reach.made.training.step()


def _can_step(reach: Reach) -> bool:
    explaining = reach.made.explaining
    return explaining.can_go_on if explaining.is_on else _train("step")(reach)


def _step_words(reach: Reach) -> str:
    return tr("&Next in the step") if reach.made.explaining.is_on else ""


def _room(number: int, room: Room) -> Row:
    """Return the row that leads to a room."""
    return Row(
        room.command,
        room.words,
        lambda reach: reach.made.view.enter(room.id),
        keys=(room.keys,),
        checked=lambda reach: reach.desk.rooms.current is room,
        places=(Place("view", 3, number),),
    )


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
    Row("open_data", "Open &data…", lambda reach: reach.made.data.doors.ask_for_file(),
        keys=("Ctrl+Shift+D",), icon="open", places=(Place("file", 1, 6),)),
    Row("open_data_folder", "Open a &folder of data…",
        lambda reach: reach.made.data.doors.ask_for_folder(),
        icon="open", places=(Place("file", 1, 7),)),
    Row("open_model", "Open a pretrained &model…",
        lambda reach: reach.made.data.models.ask(),
        icon="open", places=(Place("file", 1, 8),)),
    Row("open_smollm2", "Open SmolLM2, if it is installe&d",
        lambda reach: reach.made.data.models.open(None),
        icon="open", places=(Place("file", 1, 9),)),
    Row("recent", "Open &recent", menu="recent", places=(Place("file", 1, 5),)),
    Row("rename_project", "Rename the pro&ject…",
        lambda reach: reach.made.files.rename(), places=(Place("file", 2, 5),)),
    Row("save", "&Save", lambda reach: reach.made.files.save(),
        keys=(_Std.Save,), icon="save", places=(Place("file", 2, 1),)),
    Row("save_as", "Save &as…", lambda reach: reach.made.files.save_as(),
        keys=("Ctrl+Shift+S",), places=(Place("file", 2, 2),)),
    Row("export", "&Export weights…", lambda reach: reach.made.helpers.show_export(),
        keys=("Ctrl+E",), icon="export", places=(Place("file", 2, 3),)),
    Row("report", "&Report of the run…", lambda reach: reach.made.judging.report.show(),
        enabled=lambda reach: reach.made.judging.report.can_judge,
        places=(Place("file", 2, 4),)),
    Row("empty_trash", "Empty the &trash of runs…",
        lambda reach: reach.made.runs.empty_trash(), places=(Place("file", 2, 6),)),
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
    Row("bottom", "Open or close the &bottom",
        lambda reach: reach.desk.docks.bottom.flip(),
        keys=("Ctrl+J",), icon="chevron-down", places=(Place("view", 2, 3),)),
    *(_room(number, room) for number, room in enumerate(ROOMS)),
    Row("reset_layout", "R&eset the room", lambda reach: reach.desk.rooms.reset(),
        places=(Place("view", 3, 9),)),
    Row("language", "&Language", menu="language", places=(Place("view", 4, 6),)),
    Row("theme", "&Dark or light", lambda reach: reach.made.view.flip_theme(),
        keys=("Ctrl+Shift+L",), icon="theme", places=(Place("view", 4, 7),)),
    Row("full_screen", "F&ull screen", lambda reach: reach.made.view.full_screen(),
        keys=("F11",), places=(Place("view", 4, 8),)),
    Row("runs_list", "Show the &runs", lambda reach: reach.made.runs.show(),
        keys=("Ctrl+Shift+R",), icon="runs", places=(Place("view", 2, 4),)),
    Row("weights", "&Load weights…", lambda reach: reach.made.weights.show(),
        icon="open", places=(Place("model", 3, 3),)),
    Row("problems", "Show &problems", _problems,
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
    Row("preflight", "C&heck before training…",
        lambda reach: reach.made.bench.preflight.ask(),
        icon="check", enabled=_idle, why=_why_not, places=(Place("train", 1, 4),)),
    Row("better", "Is it &better than before…",
        lambda reach: reach.made.bench.better.ask(),
        enabled=_idle, why=_why_not, places=(Place("train", 3, 5),)),
    Row("sweep", "S&weep over settings…",
        lambda reach: reach.made.bench.sweep.ask(), icon="grid",
        places=(Place("train", 3, 6),)),
    Row("race", "Trial and error &against backpropagation…",
        lambda reach: reach.made.bench.race.ask(),
        enabled=lambda reach: not reach.desk.session.active,
        places=(Place("train", 3, 7), Place("help", 1, 6))),
    Row("step", "&One step", _step, keys=("F10",), icon="step",
        enabled=_can_step, now=_step_words, places=(Place("train", 2, 1),)),
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
    Row("longer", "Train &longer…", lambda reach: reach.made.finishing.ask(),
        enabled=lambda reach: reach.made.finishing.can_go_on,
        places=(Place("train", 3, 4),)),
    Row("try_it", "Tr&y it…", lambda reach: reach.made.judging.try_it.show(),
        enabled=lambda reach: reach.made.judging.try_it.can_try,
        places=(Place("train", 5, 1),)),
    Row("replay", "Play the run a&gain", lambda reach: reach.made.looking_back.play(),
        enabled=lambda reach: reach.made.looking_back.can_play,
        places=(Place("train", 4, 1),)),
    Row("now", "&Back to now", lambda reach: reach.made.looking_back.go(None),
        enabled=lambda reach: reach.made.looking_back.is_past,
        places=(Place("train", 4, 2),)),
    Row("again", "Train again on &new data…",
        lambda reach: reach.made.judging.again.ask(),
        enabled=lambda reach: reach.made.judging.again.can_ask,
        places=(Place("train", 5, 2),)),
    Row("labels", "&Wrong labels…", lambda reach: reach.made.judging.labels.show(),
        enabled=lambda reach: reach.made.judging.labels.can_look,
        places=(Place("train", 5, 3),)),
    Row("device", "&Device", menu="device", icon="device",
        places=(Place("train", 3, 3),)),
)
_HELP: tuple[Row, ...] = (
    Row("help", "&Help", _help, keys=("F1",), icon="help",
        places=(Place("help", 1, 1),)),
    Row("first_steps", "&First steps", _page("start/first-steps"),
        places=(Place("help", 1, 2),)),
    Row("backprop", "&Backpropagation in four steps", _page("start/backprop"),
        places=(Place("help", 1, 3),)),
    Row("glossary", "&Glossary", _page("word/activation"),
        places=(Place("help", 1, 4),)),
    Row("lessons", "&Lessons", lambda reach: reach.made.helpers.learning.show(),
        icon="help", places=(Place("help", 1, 5),)),
    Row("shortcuts", "&Keyboard shortcuts", shortcuts.show,
        keys=("?",), icon="keyboard", places=(Place("help", 2, 1),)),
    Row("runs", "Where are my &runs?", lambda reach: reach.made.helpers.show_runs(),
        places=(Place("help", 2, 2),)),
    Row("about", "&About Backprop Workbench",
        lambda reach: reach.made.helpers.show_about(), icon="info",
        places=(Place("help", 3, 1),)),
    Row("back", "Back to the canvas", _back,
        keys=("Esc",), at_last=True, places=(Place("keys", 3, 2),)),
)
# fmt: on
TABLE: tuple[Row, ...] = (*_FILE, *_VIEW, *_TRAIN, *_HELP)
