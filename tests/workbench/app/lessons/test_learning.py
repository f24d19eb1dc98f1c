"""All lessons are played to the end in the window, in both languages."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine import i18n
from engine.explain.lessons.answers import truths
from engine.graph import settings_text
from engine.lessons import library
from engine.protocol import messages
from engine.protocol.lessons import ReadTruths, Truth, Truths
from workbench.document import actions

TRANSLATIONS = Path(__file__).parents[4] / "assets" / "translations"
LESSONS = [lesson.id for lesson in library.all_lessons()]


@pytest.fixture(params=["en", "ja"])
def tongue(request):
    i18n.load(request.param, TRANSLATIONS)
    yield request.param
    i18n.install("en", {})


class Learner:
    """Reads what the panel asks, and what is true."""

    def __init__(self, qtbot, window, engine):
        self.qtbot, self.window, self.engine = qtbot, window, engine
        self.learning = window.controllers.helpers.learning
        self.page = self.learning.panel.page
        self.told, self.cured, self.truth = 0, False, None

    @property
    def step(self):
        return self.learning._step

    def answer_engine(self):
        """Answer what the window has asked, as the engine would."""
        for number, command in enumerate(self.engine.sent[self.told :], self.told + 1):
            if isinstance(command, ReadTruths):
                found = truths(command.document, command.questions)
                if self.step.kind == "do":
                    value = 0.5 if self.cured else 1e-9
                    found = Truths((Truth(value),))
                self.truth = found.answers[-1]
                self.engine.tell(found, number)
        self.told = len(self.engine.sent)

    def wait(self, condition):
        def is_so():
            self.answer_engine()
            return condition()

        self.qtbot.waitUntil(is_so, timeout=20_000)

    def ready(self):
        self.wait(self.page.check.isEnabled)

    def give(self, answer):
        """Choose or type an answer and press Check."""
        if self.step.kind == "choose":
            ids = [choice.id for choice in self.step.choices]
            self.page.choices.button(ids.index(answer)).setChecked(True)
        elif self.step.kind == "number":
            self.page.number.setText(str(answer))
        self.page.said.setText("")
        QTest.mouseClick(self.page.check, Qt.MouseButton.LeftButton)
        self.wait(lambda: bool(self.page.said.text()))
        return self.page.said.text()

    def right(self):
        step = self.step
        if step.kind == "choose":
            known = {choice.id for choice in step.choices}
            words = (step.right,) if step.question is None else self.truth.words
            return next(word for word in words if word in known)
        return self.truth.value if step.kind == "number" else None

    def wrong(self):
        step = self.step
        if step.kind == "choose":
            words = (step.right,) if step.question is None else self.truth.words
            return next(c.id for c in step.choices if c.id not in words)
        return -3 * self.truth.value if step.kind == "number" else None

    def do(self):
        """Do what the step wants done, in the document or the run."""
        deed, document = self.step.deed, self.window.document
        history, self.cured = self.window.session.history, True
        if deed.name == "trained":
            history.step = int(deed.least)
        elif deed.name == "setting":
            words = (f"{deed.key}={deed.most:g}",)
            edits = settings_text.edits(document.project, words)
            document.apply(edits, "set")
        elif deed.name == "has":
            actions.add_node(document, deed.key, (0.0, 0.0))
        elif deed.name in {"better", "reached"}:
            values = {deed.key: deed.least if deed.name == "reached" else 1.0}
            before = {deed.key: 2.0}
            history.evaluations = [
                messages.Evaluation(n, float(n), each, each, best=False)
                for n, each in ((1, before), (2, values))
            ]


@pytest.fixture
def learner(qtbot, window, engine):
    return Learner(qtbot, window, engine)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_played_to_its_end(tongue, learner, name):
    learner.learning.begin(name)
    lesson = next(each for each in library.all_lessons() if each.id == name)
    page = learner.page
    assert learner.window.document.path is None
    assert page.title.text() == lesson.title
    for index, step in enumerate(lesson.steps):
        if step.questions:
            learner.ready()
        assert "{" not in page.text.text()
        if step.kind == "read":
            assert page.next.isEnabled()
        else:
            assert not page.next.isEnabled()
            said = learner.give(learner.wrong())
            assert not page.next.isEnabled(), said
            if step.kind == "do":
                learner.do()
            learner.give(learner.right())
            assert page.next.isEnabled(), page.said.text()
        assert page.progress.value() == index + 1
        QTest.mouseClick(page.next, Qt.MouseButton.LeftButton)
    assert learner.window.settings.lessons[name] == len(lesson.steps)
    assert learner.learning.panel.currentIndex() == 0
    assert tongue in {"en", "ja"}


def test_wrong_answers_are_told_with_the_learners_number(learner):
    learner.window.settings.set_lesson("04-backward", 1)
    learner.learning.begin("04-backward")
    learner.ready()
    assert "0.9" in learner.give("0.9")
    said = learner.give("-1,5")
    assert said.startswith("You said −1.5; the network has")
    assert not learner.page.next.isEnabled()


def test_a_question_that_has_failed_is_asked_again_by_itself(learner, monkeypatch):
    monkeypatch.setattr("workbench.app.lessons.learning._AGAIN_MS", 1)
    learner.window.settings.set_lesson("04-backward", 1)
    learner.learning.begin("04-backward")
    page, sent = learner.page, learner.engine.sent
    for _ in range(2):
        learner.qtbot.waitUntil(
            lambda: any(isinstance(c, ReadTruths) for c in sent[learner.told :])
        )
        learner.told = len(sent)
        learner.engine.tell(messages.Failed("The engine is busy."), learner.told)
        learner.qtbot.waitUntil(lambda: page.said.text() == "The engine is busy.")
        assert not page.check.isEnabled()
    learner.ready()
    assert page.said.text() == ""
    assert learner.give(learner.right())
    assert page.next.isEnabled()


def test_the_keyboard_alone_goes_from_answer_to_answer(learner):
    page, window = learner.page, learner.window
    learner.learning.begin("04-backward")
    learner.ready()
    assert window.focusWidget() is page.next
    QTest.keyClick(page.next, Qt.Key.Key_Return)
    for _ in range(3):
        learner.ready()
        assert window.focusWidget() is page.number
        learner.give(learner.right())
        QTest.keyClick(page.next, Qt.Key.Key_Return)
    learner.ready()
    assert window.focusWidget() is page.choices.button(0)


def test_a_layout_that_was_kept_brings_the_panel_with_its_list(learner):
    assert not learner.learning.panel.list.count()
    learner.window.docks["lessons"].show()
    assert learner.learning.panel.list.count() == 12


def test_progress_is_kept_and_shown_in_the_list(learner):
    learner.learning.begin("01-slope")
    QTest.mouseClick(learner.page.next, Qt.MouseButton.LeftButton)
    QTest.mouseClick(learner.page.all, Qt.MouseButton.LeftButton)
    listed = learner.learning.panel.list
    assert "1 of 6" in listed.item(0).text()
    learner.learning.begin("01-slope")
    assert learner.page.progress.value() == 2
    QTest.mouseClick(learner.page.back, Qt.MouseButton.LeftButton)
    assert learner.page.progress.value() == 1
    assert learner.page.next.isEnabled()


def test_the_panel_stays_in_every_room(learner):
    window = learner.window
    window.actions_["lessons"].trigger()
    assert window.docks.is_visible("lessons")
    learner.learning.begin("02-forward")
    for room in ("train", "explain"):
        window.rooms.enter(room)
        assert window.docks.is_visible("lessons")
        page = learner.page
        assert page.width() >= page.next.geometry().right()
        assert learner.learning.panel.width() >= page.minimumSizeHint().width()


def test_own_work_is_asked_about_and_kept(learner, monkeypatch):
    document = learner.window.document
    actions.rename_project(document, "mine")
    monkeypatch.setattr("workbench.dialogs.unsaved.ask", lambda *_: "cancel")
    learner.learning.begin("01-slope")
    assert document.title == "mine"
    assert not learner.learning.is_on


def test_a_network_that_no_longer_fits_is_told(learner):
    engine = learner.engine
    learner.learning.begin("01-slope")
    learner.qtbot.waitUntil(lambda: bool(engine.commands(ReadTruths)))
    number = next(
        n
        for n, c in enumerate(learner.engine.sent, start=1)
        if isinstance(c, ReadTruths)
    )
    learner.engine.tell(messages.Failed("It is gone."), number)
    learner.told = len(learner.engine.sent)
    learner.qtbot.waitUntil(lambda: learner.page.said.text() == "It is gone.")


def test_what_cannot_be_checked_is_said_and_counts_for_nothing(learner):
    learner.window.settings.set_lesson("04-backward", 1)
    learner.learning.begin("04-backward")
    page = learner.page
    page.number.setText("1")
    QTest.keyClick(page.number, Qt.Key.Key_Return)  # it is still being measured
    assert not page.said.text()
    learner.ready()
    page.number.clear()
    QTest.mouseClick(page.check, Qt.MouseButton.LeftButton)
    assert page.said.text() == "Type a number first."
    for _ in range(3):
        assert "is no number" in learner.give("a lot")
    assert "the network has" not in learner.give("0.9")
    page.number.setText("9" * 100_000)
    assert len(page.number.text()) < 100
    learner.window.settings.set_lesson("04-backward", 4)
    learner.learning.begin("04-backward")
    learner.ready()
    QTest.mouseClick(page.check, Qt.MouseButton.LeftButton)
    assert page.said.text() == "Choose one first."
    assert not page.next.isEnabled()


def test_progress_that_cannot_be_written_is_said(learner, monkeypatch):
    window = learner.window
    learner.learning.begin("01-slope")
    monkeypatch.setattr(window.settings, "save", lambda: False)
    QTest.mouseClick(learner.page.next, Qt.MouseButton.LeftButton)
    assert "can't be written" in window.banner.words.text()
    assert learner.page.progress.value() == 2


def test_in_a_narrow_window_a_lesson_leaves_the_canvas_its_room(qtbot, window):
    window.rooms.enter("build")
    palette, learning = window.rooms.palette, window.controllers.helpers.learning
    window.resize(1100, 700)
    learning.show()
    learning.begin(LESSONS[0])
    assert palette.rail is not None
    qtbot.waitUntil(lambda: window.docks["lessons"].width() <= 330)
    learning.show()
    assert palette.rail is None
    window.resize(1440, 900)
    learning.begin(LESSONS[0])
    assert palette.rail is None
