"""Draws the real window to a picture, without a display."""

import contextlib
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

from engine.errors import EngineError
from engine.i18n import tr
from workbench import theme
from workbench.app.launch import main
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.options import Options
from workbench.session.session import Session

ENGINE_S, TRAIN_S, CHECK_S = 60.0, 900.0, 30.0
"""How long to wait for the engine, the training and the check of the graph."""
FORECAST_S, VIEWS_S = 20.0, 15.0
_SETTLE_S = 0.25
_POLL_MS = 20


class ShotError(Exception):
    """Why there is no picture."""


def draw(options: Options, before: Callable[[MainWindow], object] | None = None) -> int:
    """Draw what the options ask for, print the path, and return the exit code.

    Args:
        options: What to open and where to draw it.
        before: Called with the window when all is in place, to change what is seen;
            a widget that it returns is drawn instead.
    """
    app = main.application()
    settings = Settings()
    main.prepare(app, options, settings)
    window = MainWindow(Session(), settings)
    theme.dress(app)
    window.asks_nothing = True
    try:
        _draw(window, options, before)
    except (ShotError, EngineError, OSError) as error:
        sys.stderr.write(f"workbench: {error}\n")
        return 1
    finally:
        window.session.close(2.0)
        window.panels.close()
        window.close()
    sys.stdout.write(f"{options.shot}\n")
    return 0


def _draw(
    window: MainWindow,
    options: Options,
    before: Callable[[MainWindow], object] | None,
) -> None:
    width, height = options.size or (1440, 900)
    window.resize(width, height)
    _open(window, options)
    window.rooms.show()
    window.show()
    window.docks.resize()
    _bring_up(window, options.panel)
    window.panels.load_now()
    _wait(lambda: window.session.engine_ready, ENGINE_S, tr("the engine did not start"))
    past = window.controllers.past_runs
    _wait(lambda: not past.is_busy, TRAIN_S, tr("the run could not be read in time"))
    _wait(lambda: window.analysis is not None, CHECK_S, tr("the check did not end"))
    if options.after_steps and options.run is None:
        _train(window, options.after_steps)
    elif window.analysis is not None and window.analysis.trainable:
        _wait_a_little(window)
    has_nodes = bool(window.document.project.graph.nodes)
    if has_nodes and window.problems.has_errors and options.panel is None:
        window.docks.raise_("problems")
    _settle(window)
    shown: object = None
    if before is not None:
        shown = before(window)
        pause()
    if not isinstance(shown, QWidget):
        shown = _target(window, options.panel)
    _save(shown, options)


def _open(window: MainWindow, options: Options) -> None:
    """Open the document; a broken file is drawn as what the user would see."""
    try:
        main.open_start(window, options)
    except EngineError as error:
        window.document.new()
        window.banner.say("error", str(error))


def _bring_up(window: MainWindow, panel: str | None) -> None:
    if panel is None or panel in SCREENS:
        return
    if panel not in window.docks.names():
        known = ", ".join((*window.docks.names(), *SCREENS))
        raise ShotError(tr("there is no panel {name}; known: {k}", name=panel, k=known))
    window.docks.raise_(panel)


def _train(window: MainWindow, steps: int) -> None:
    """Train in the engine, then pause so that the picture says what it shows."""
    session = window.session
    if window.analysis is not None and not window.analysis.trainable:
        raise ShotError(tr("the network has problems and can't be trained"))
    window.controllers.training.start(paused=True)
    session.step(steps)

    def done() -> bool:
        return session.history.step >= steps or not session.active

    _wait(done, TRAIN_S, tr("the training did not end"))
    with contextlib.suppress(ShotError):  # a slow view comes after the last step
        _wait(lambda: _shows_the_end(session), VIEWS_S, "")
    if session.state == "failed" and session.failure is not None:
        raise ShotError(session.failure.text)


def _shows_the_end(session: Session) -> bool:
    """Return whether no view is older than the last step."""
    history = session.history
    views = history.views.values()
    return all(view.step >= history.step for view in views) or not session.active


def _wait_a_little(window: MainWindow) -> None:
    """Wait for the forecast; a picture without it is a picture too."""
    found: list[object] = []
    window.session.forecast_ready.connect(found.append)
    with contextlib.suppress(ShotError):
        _wait(lambda: bool(found), FORECAST_S, "")


def _wait(condition: Callable[[], bool], limit_s: float, words: str) -> None:
    """Run the event loop until a condition holds.

    Raises:
        ShotError: When it does not in time.
    """
    limit = time.monotonic() + limit_s
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(
        lambda: loop.quit() if condition() or time.monotonic() > limit else None
    )
    timer.start(_POLL_MS)
    if not condition():
        loop.exec()
    timer.stop()
    if not condition():
        raise ShotError(words)


def _settle(window: MainWindow) -> None:
    """Let layouts and plots catch up."""
    pause()
    window.panels.refresh()
    window.canvas.fit()
    pause()


def pause(seconds: float = _SETTLE_S) -> None:
    """Let the event loop run for a moment."""
    until = time.monotonic() + seconds
    _wait(lambda: time.monotonic() > until, seconds + 5.0, "")


def _export_dialog(window: MainWindow) -> QWidget:
    window.controllers.helpers.show_export()
    dialog = window.controllers.helpers.export_dialog
    if dialog is None:
        raise ShotError(tr("the dialog did not open"))
    return dialog


def _presets(window: MainWindow) -> QWidget:
    from workbench.dialogs.presets import PresetDialog  # one screen

    dialog = PresetDialog(window)
    dialog.show()
    dialog.gallery.load_now()
    return dialog


def _start(window: MainWindow) -> QWidget:
    window.document.new()
    page = window.show_start_page()
    page.begin()
    _settle(window)
    if page.gallery is not None:
        page.gallery.load_now()
    return window


def _palette(window: MainWindow) -> QWidget:
    from workbench.app.commands.palette import all_commands  # one screen
    from workbench.dialogs.palette import CommandPalette  # one screen

    palette = CommandPalette(all_commands(window.reach), window)
    palette.show()
    return palette


def _help(window: MainWindow) -> QWidget:
    window.actions_["backprop"].trigger()
    return window.findChild(QWidget, "help") or window


def _shortcuts(window: MainWindow) -> QWidget:
    window.actions_["shortcuts"].trigger()
    return window.findChild(QWidget, "shortcuts") or window


def _preflight(window: MainWindow) -> QWidget:
    window.actions_["preflight"].trigger()
    dialog = window.controllers.bench.preflight.dialog
    if dialog is None:
        raise ShotError(tr("the dialog did not open"))
    _wait(lambda: bool(dialog.rows), TRAIN_S, tr("the training did not end"))
    return dialog


def _race(window: MainWindow) -> QWidget:
    window.actions_["race"].trigger()
    dialog = window.controllers.bench.race.dialog
    if dialog is None:
        raise ShotError(tr("the dialog did not open"))
    _wait(dialog.go.isEnabled, TRAIN_S, tr("the training did not end"))
    dialog.every.click()
    _wait(
        lambda: dialog.leave.isVisible() and bool(dialog.head.text()),
        TRAIN_S,
        tr("the training did not end"),
    )
    return dialog


SCREENS: dict[str, Callable[[MainWindow], QWidget]] = {
    "export": _export_dialog,
    "presets": _presets,
    "start": _start,
    "commands": _palette,
    "shortcuts": _shortcuts,
    "help": _help,
    "preflight": _preflight,
    "race": _race,
}


def _target(window: MainWindow, panel: str | None) -> QWidget:
    """Return what is drawn: the window, one panel, or a dialog."""
    if panel is None:
        return window
    if panel in SCREENS:
        screen = SCREENS[panel](window)
        _settle(window)
        return screen
    return window.docks[panel]


def _save(widget: QWidget, options: Options) -> None:
    picture = widget.grab()
    with QPainter(picture) as painter:
        for popup in QApplication.topLevelWidgets():
            if popup.isVisible() and popup.windowType() == Qt.WindowType.Popup:
                place = widget.mapFromGlobal(popup.mapToGlobal(QPoint()))
                painter.drawPixmap(place, popup.grab())
    if options.shot is None or not picture.save(str(options.shot), "PNG"):
        raise ShotError(tr("can't write {path}", path=options.shot))
