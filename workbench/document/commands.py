"""The one undo command: a list of edits and the list that takes them back."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QUndoCommand

from engine.graph.edits import Edit


class EditCommand(QUndoCommand):
    """One step of the undo stack.

    The edits have been applied before the command is made, because an edit that the
    document refuses must never land on the stack; the first `redo`, which the push
    itself calls, therefore changes nothing.

    Args:
        replay: Applies edits to the document, and tells of it.
        text: Words in the menu, such as “Move 3 nodes”.
        edits: Applied already; again by every redo after an undo.
        inverse: What takes them back, in order.
    """

    def __init__(
        self,
        replay: Callable[[Sequence[Edit]], None],
        text: str,
        edits: Sequence[Edit],
        inverse: Sequence[Edit],
    ) -> None:
        super().__init__(text)
        self._replay = replay
        self._edits, self._inverse = tuple(edits), tuple(inverse)
        self._is_applied = True

    def redo(self) -> None:
        """Apply the edits again, unless they are."""
        if not self._is_applied:
            self._is_applied = True
            self._replay(self._edits)

    def undo(self) -> None:
        """Take the edits back."""
        self._is_applied = False
        self._replay(self._inverse)
