"""Starts the window."""

import gc
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from engine import i18n
from engine.errors import EngineError
from engine.places import is_file
from workbench import theme
from workbench.app.launch import pieces, waiting
from workbench.app.launch.crash import CrashGuard
from workbench.app.launch.garbage import Collector
from workbench.app.launch.unix import SignalWatch, heard_early
from workbench.app.window import MainWindow, first_size
from workbench.document.settings import Settings
from workbench.options import DEFAULT_PRESET, Options
from workbench.theme import icons

_LOADED = object()
TRANSLATIONS = Path(__file__).parents[3] / "assets" / "translations"


def run(options: Options) -> int:
    """Open the window and return the exit code when it is closed."""
    with heard_early() as asked:
        return _run(options, asked)


def _run(options: Options, asked: list[int]) -> int:
    app = application()
    settings = Settings()
    prepare(app, options, settings)
    guard = CrashGuard()
    guard.install()
    window = MainWindow(None, settings)
    watches: list[SignalWatch] = []
    window.is_for_start = options.document is None and options.run is None
    window.appeared.connect(lambda: _fill(window, options))
    window.painted.connect(lambda: watches.append(_watch(window, asked)))
    window.painted.connect(gc.freeze)  # What the start made lives to the end.
    garbage = Collector(app)
    _place(window, options)
    window.show()
    code = app.exec()
    for watch in watches:
        watch.close()
    garbage.close()
    guard.remove()
    return code


def _fill(window: MainWindow, options: Options) -> None:
    """Load what goes into the frame that is on the screen, then put it there."""
    rest = pieces.load()

    def go_on() -> None:
        if not window.isVisible():  # closed already
            return
        if next(rest, _LOADED) is _LOADED:
            _assemble(window, options)
        else:
            QTimer.singleShot(0, window, go_on)

    go_on()


def _assemble(window: MainWindow, options: Options) -> None:
    from workbench.session.session import Session

    app = application()
    window.assemble(Session())
    app.commitDataRequest.connect(lambda _manager: _end_of_session(window))
    app.setWindowIcon(icons.icon("layers", "accent"))
    theme.dress(app)
    _restore(window, options)
    _begin(window, options)
    window.show()


def _begin(window: MainWindow, options: Options) -> None:
    """Open what is wanted, or the start page where nothing is.

    Says what is wrong with it, and what was with the last session.
    """
    wrong = ""
    if options.document is None and options.run is None:
        window.show_start_page()
        window.controllers.changed_on_disk.offer_recovery()
        return
    name, opening = options.document, window.controllers.opening
    try:
        if options.run is None and name and opening.wants(Path(name)):
            window.controllers.files.reload(Path(name))  # Beside the window.
        else:
            open_start(window, options)
    except EngineError as error:
        wrong = str(error)
        window.banner.say("error", wrong)
    window.controllers.changed_on_disk.offer_recovery(wrong)


def application() -> QApplication:
    """Return the application, made when there is none."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Backprop Workbench")
    app.setOrganizationName("Backprop Workbench")
    app.setApplicationDisplayName("")
    app.setQuitOnLastWindowClosed(False)
    return app


def prepare(app: QApplication, options: Options, settings: Settings) -> None:
    """Set language and theme before the first widget; `theme.dress` comes after."""
    speak(app, options.language or settings.language or QLocale().name()[:2])
    app.setStyleSheet("")
    theme.prepare(app, options.theme or settings.theme)


def speak(app: QApplication, language: str) -> None:
    """Set the language of our words and of Qt's own, such as those of its menus."""
    i18n.load(language, TRANSLATIONS)
    if language == "en":
        return
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    translator = QTranslator(app)
    if translator.load(f"qtbase_{language}", folder):
        app.installTranslator(translator)


def open_start(window: MainWindow, options: Options) -> None:
    """Open what the command line names: a run, a file or a preset.

    Raises:
        EngineError: When it can't be read.
    """
    if options.run is None:
        open_document(window, options.document)
        return
    window.controllers.past_runs.open(options.run)


def open_document(window: MainWindow, name: str | None) -> None:
    """Open a file or a preset; nothing given opens the default preset.

    Raises:
        EngineError: When it can't be read.
    """
    wanted = name or DEFAULT_PRESET
    if is_file(Path(wanted)) or wanted.endswith(".bpw"):
        window.document.load(Path(wanted))
        window.settings.add_recent(Path(wanted))
    else:
        window.document.load_preset(wanted)


def _place(window: MainWindow, options: Options) -> None:
    """Put the window where it was."""
    window.restoreGeometry(window.settings.window("geometry"))
    if window.settings.window("geometry").isEmpty():
        window.resize(first_size(window.screen().availableSize()))
    if options.size:
        window.resize(*options.size)


def _restore(window: MainWindow, options: Options) -> None:
    """Put the panels where they were."""
    window.rooms.show()
    if options.panel in window.docks.names():
        window.docks.raise_(options.panel)


def _end(window: MainWindow) -> None:
    """Close without a question, once: nobody may be there to answer it."""
    if not window.isVisible():
        return
    if window.is_whole:
        window.recovery.leave()
    window.asks_nothing = True
    waiting.dismiss()  # Their loops end first: a window that closes twice stays.
    QTimer.singleShot(0, window, window.close)


def _end_of_session(window: MainWindow) -> None:
    """Keep what is unsaved and the run; the system may end us at any moment."""
    window.recovery.write()
    window.asks_nothing = True
    window.session.stop()


def _watch(window: MainWindow, asked: list[int]) -> SignalWatch:
    """Let signals close the window; made after the first paint.

    Args:
        window: What is closed.
        asked: Signals that came before.
    """
    watch = SignalWatch(lambda: _end(window), window)
    if asked:
        QTimer.singleShot(0, window, lambda: _end(window))
    return watch
