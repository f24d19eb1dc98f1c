"""What a hand does in the window of a desk, each with the hash of what it led to.

Every method that changes the document returns the SHA-256 of its text, so that who
asks knows from the outside what the window held when it answered.
"""

import hashlib
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from engine import files
from engine.graph.files import serialize
from workbench.app.window import MainWindow
from workbench.document import actions, notes

LEFT = Qt.MouseButton.LeftButton


class Hands:
    """Edits, as steps of the undo stack or through keys and pointer.

    Args:
        window: Worked in.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window, self._document = window, window.document
        self._place = QPoint()

    def digest(self) -> str:
        """Return the hash of the document as it would stand in a file."""
        return hashlib.sha256(self._document.text().encode()).hexdigest()

    def kept(self) -> str:
        """Return the hash of what the copy for the next start holds, if any."""
        path = self._window.recovery.path
        if not path.exists():
            return ""
        copy = serialize.load(path)
        copy.extra.pop("recovery", None)  # which file it belongs to
        return hashlib.sha256(serialize.dumps(copy).encode()).hexdigest()

    # The document ------------------------------------------------------------

    def edit(self, number: int) -> str:
        """Make one step; which kind it is goes by its number."""
        document, node_id = self._document, self._first()
        kind = number % 4
        if kind == 0:
            actions.rename(document, node_id, f"Name {number}")
        elif kind == 1:
            actions.move(document, {node_id: (number, -number)})
        elif kind == 2:
            training = document.project.training.with_value("epochs", 100 + number)
            actions.set_training(document, training, "Epochs")
        else:
            note = notes.Note("", "comment", f"Words {number}", 0, -90, 160, 60)
            notes.add(document, note)
        return self.digest()

    def edits(self, first: int, count: int) -> list[str]:
        """Make many steps at once."""
        return [self.edit(number) for number in range(first, first + count)]

    def inside(self, number: int) -> str:
        """Change a node of the first block."""
        project = self._document.project
        scope = next(iter(project.blocks))
        node_id = next(iter(project.blocks[scope].graph.nodes))
        actions.rename(self._document, node_id, f"Inner {number}", scope)
        return self.digest()

    def undo(self) -> str:
        """Take a step back."""
        self._document.undo_stack.undo()
        return self.digest()

    def redo(self) -> str:
        """Make a step again."""
        self._document.undo_stack.redo()
        return self.digest()

    def save(self, path: str) -> str:
        """Save to a file, as “Save” does once it is known where."""
        self._window.controllers.files._save_to(Path(path))
        return self.digest()

    def _first(self) -> str:
        return next(iter(self._document.project.graph.nodes))

    # Keys and pointer ---------------------------------------------------------

    def focus_number(self) -> str:
        """Put the keyboard into a whole number of the training."""
        self._window.canvas.select([])
        self._window.inspector.training.main.rows["epochs"].field.setFocus()
        return self.digest()

    def hold(self, _number: int = 0) -> str:
        """Repeat the key that a number grows by."""
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
        return self.digest()

    def letter(self, number: int) -> str:
        """Type into the field that has the keyboard, without leaving it."""
        QTest.keyClicks(QApplication.focusWidget(), str(number % 10))
        return self.digest()

    def grab(self) -> str:
        """Press the left button on the head of the first card."""
        view = self._window.canvas
        view.focus_node(self._first())
        card = view.scene.nodes[self._first()].card()
        self._place = view.mapFromScene(card.center().x(), card.top() + 10)
        QTest.mousePress(view.viewport(), LEFT, pos=self._place)
        return self.digest()

    def pull(self, number: int) -> str:
        """Move the pointer a little further."""
        self._place += QPoint(3 + number % 5, 2)
        QTest.mouseMove(self._window.canvas.viewport(), self._place)
        return self.digest()

    def let_go(self) -> str:
        """Release the left button."""
        QTest.mouseRelease(self._window.canvas.viewport(), LEFT, pos=self._place)
        return self.digest()

    def meddle(self, when: str, path: str, text: str) -> None:
        """Let another program write a file within the next save, once.

        Args:
            when: `before` or `after` the new file takes the place of the old.
            path: The file.
            text: What it then holds.
        """
        name = {"before": "_keep_mode", "after": "_sync_folder"}[when]
        whole = getattr(files, name)

        def write_too(*args: object) -> None:
            whole(*args)
            if str(args[0]) in {path, str(Path(path).parent)}:
                setattr(files, name, whole)
                Path(path).write_text(text, "utf-8")

        setattr(files, name, write_too)

    # Dialogs -------------------------------------------------------------------

    def later(self, action: str) -> None:
        """Choose an entry of the menu once this was answered; it may ask."""
        QTimer.singleShot(0, self._window.actions_[action].trigger)

    def offer(self, words: str) -> None:
        """Press a button of the banner once this was answered."""
        buttons = self._window.banner.buttons
        found = next(button for button in buttons if button.text() == words)
        QTimer.singleShot(0, found.click)

    def offers(self) -> list[str]:
        """Return the buttons of the banner that shows."""
        banner = self._window.banner
        is_shown = banner.isVisibleTo(self._window)
        return [button.text() for button in banner.buttons] if is_shown else []

    def asks(self) -> bool:
        """Return whether a question is in front that nobody has answered."""
        box = QApplication.activeModalWidget()
        return isinstance(box, QMessageBox) and not box.property("answered")

    def answer(self, words: str) -> None:
        """Press a button of the question in front."""
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox), box
        box.setProperty("answered", True)
        found = [b for b in box.buttons() if b.text().replace("&", "") == words]
        QTimer.singleShot(0, found[0].click)

    def choose(self, path: str) -> None:
        """Give the file dialog in front a name."""
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog), dialog
        dialog.findChild(QLineEdit).setText(path)
        QTimer.singleShot(0, dialog, dialog.accept)
