"""Opens lessons on a copy, asks the engine what is true, and keeps how far one is."""

from PySide6.QtCore import QObject, QTimer

from engine.errors import EngineError
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.lessons import judging, library
from engine.lessons.judging import Seen
from engine.lessons.lesson import Lesson, Step
from engine.protocol.lessons import ReadTruths, Truth, Truths
from workbench.app.bars.keeping import keep
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.app.lessons.panel import LessonPanel
from workbench.document import actions

DOCK = "lessons"
_AGAIN_MS, _TIMES = 1000, 3
"""After so long a question that has failed is asked again, so often twice as long."""
_ROOMY_PX, _LESSON_PX = 1300, 320
"""Of a window with room for layers, lesson, canvas and settings; of a lesson."""


class Learning(QObject):
    """Leads through lessons beside the canvas.

    Args:
        desk: Its document becomes a lesson's copy.
        files: Asks before anything unsaved goes.

    Attributes:
        panel: What is shown.
    """

    def __init__(self, desk: Desk, files: Files) -> None:
        super().__init__(desk.widget)
        self._desk, self._files = desk, files
        self.panel = LessonPanel()
        self._page = self.panel.page
        self._lesson: Lesson | None = None
        self._index, self._wrong = 0, 0
        self._asked: ReadTruths | None = None
        self._answer: str | None = None
        self._truth: Truth | None = None
        self._failures = 0
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._ask)
        self.panel.chosen.connect(self.begin)
        self.panel.opened.connect(self._list)
        self._page.moved.connect(self._on_moved)
        self._page.answered.connect(self._on_answer)
        self._page.left.connect(self.show)
        desk.session.tracing.answered.connect(self._on_truths)
        desk.session.tracing.failed.connect(self._on_failed)
        desk.rooms.changed.connect(self._stay)

    @property
    def is_on(self) -> bool:
        """Whether a lesson is under way."""
        return self._lesson is not None

    def show(self) -> None:
        """Show all lessons."""
        self._lesson = None
        self._again.stop()
        rooms = self._desk.rooms
        rooms.palette.set_rail(on=rooms.current.has_rail)
        if self._list():
            self._desk.docks.raise_(DOCK)

    def _list(self) -> bool:
        """List all lessons; return whether they can be read."""
        try:
            known = library.all_lessons()
        except EngineError as error:
            self._desk.banner.say("error", str(error))
            return False
        self.panel.show_list(known, self._desk.settings.lessons)
        return True

    def begin(self, lesson_id: str) -> None:
        """Open a lesson on a copy of its network, where one was in it."""
        known = library.all_lessons()
        lesson = next(each for each in known if each.id == lesson_id)
        if not self._files.open_preset(lesson.preset):
            return
        if lesson.settings:
            fix = Fix(tr("Set up the lesson"), (Assign(lesson.settings),))
            actions.mend(self._desk.document, fix, lambda _fix: {})
        self._lesson = lesson
        self._page.show_head(lesson, known.index(lesson) + 1, len(known))
        made = self._desk.settings.lessons.get(lesson.id, 0)
        self._make_room()
        self.panel.setCurrentIndex(1)
        self._go(made if made < len(lesson.steps) else 0)
        self._desk.session.start_engine()

    def _stay(self) -> None:
        """Stand beside the canvas in every room while a lesson goes on."""
        if self.is_on:
            self._make_room()

    def _make_room(self) -> None:
        """Show the lesson; in a narrow window the layers are a rail meanwhile."""
        is_narrow = self._desk.widget.width() < _ROOMY_PX
        if is_narrow:
            self._desk.rooms.palette.set_rail(on=True)
        self._desk.docks.raise_(DOCK)
        if is_narrow:
            QTimer.singleShot(0, self, self._narrow)  # the rail gives its width away

    def _narrow(self) -> None:
        if self.is_on:
            layout = self._desk.widget.layout()
            if layout is not None:
                layout.activate()  # or the rail's width goes to the lesson afterwards
            self._desk.docks.set_columns({DOCK: _LESSON_PX})

    @property
    def _step(self) -> Step:
        assert self._lesson is not None
        return self._lesson.steps[self._index]

    def _go(self, index: int) -> None:
        assert self._lesson is not None
        self._index, self._wrong = index, 0
        self._answer = self._truth = None
        self._failures = 0
        self._again.stop()
        made = self._desk.settings.lessons.get(self._lesson.id, 0)
        self._page.show_step(self._lesson, index, passed=index < made)
        if self._step.questions:
            self._ask()

    def _ask(self) -> None:
        """Ask what is true of the network as it stands on the canvas."""
        text = serialize.dumps(self._desk.document.project)
        self._asked = ReadTruths(text, self._step.questions)
        self._desk.session.tracing.ask(self._asked)

    def _on_truths(self, command: object, body: object) -> None:
        if command is not self._asked or not isinstance(body, Truths):
            return
        if self._lesson is None:
            return
        self._failures = 0
        self._page.fill(dict(zip(self._step.numbers, body.answers, strict=False)))
        has_question = self._step.question is not None
        self._truth = body.answers[-1] if has_question else None
        if self._answer is not None:
            self._judge(self._answer)

    def _on_failed(self, command: object, words: str) -> None:
        if command is not self._asked or self._lesson is None:
            return
        self._page.fail(words)
        # An engine that is busy is free again soon; what was deleted may come back.
        self._again.start(_AGAIN_MS << min(self._failures, _TIMES))
        self._failures += 1

    def _on_answer(self, answer: str) -> None:
        """Judge an answer; what was built is measured anew first."""
        if self._step.kind == "do" and self._step.question is not None:
            self._answer = answer
            self._ask()
            return
        self._judge(answer)

    def _judge(self, answer: str) -> None:
        step, self._answer = self._step, None
        if step.kind == "do":
            verdict = judging.done(step, self._seen(), self._truth)
        else:
            verdict = judging.judged(step, answer, self._truth, self._wrong)
        self._wrong += verdict.is_answer and not verdict.is_right
        self._page.say(verdict)
        if verdict.is_right:
            self._keep(self._index + 1)

    def _seen(self) -> Seen:
        history = self._desk.session.history
        found = history.evaluations
        return Seen(
            self._desk.document.project,
            history.step,
            found[0].values if found else {},
            found[-1].values if found else {},
        )

    def _keep(self, made: int) -> None:
        """Remember the farthest step."""
        assert self._lesson is not None
        if made > self._desk.settings.lessons.get(self._lesson.id, 0):
            self._desk.settings.set_lesson(self._lesson.id, made)
            keep(self._desk.settings, self._desk.banner)

    def _on_moved(self, by: int) -> None:
        assert self._lesson is not None
        if by > 0:
            self._keep(self._index + 1)
        index = self._index + by
        if index >= len(self._lesson.steps):
            self.show()
        else:
            self._go(max(0, index))
