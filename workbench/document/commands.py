"""The one undo command: a list of edits and the list that takes them back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from engine.graph.edits import Edit
    from workbench.document.document import Document


class EditCommand(QUndoCommand):
    """One step of the undo stack.

    The edits have been applied before the command is made, because an edit that the
    document refuses must never land on the stack; the first `redo`, which the push
    itself calls, therefore changes nothing.

    Args:
        document: Whose project is changed.
        text: Words in the menu, such as “Move 3 nodes”.
        edits: Applied already; again by every redo after an undo.
        inverse: What takes them back, in order.
    """

    def __init__(
        self,
        document: "Document",
        text: str,
        edits: Sequence["Edit"],
        inverse: Sequence["Edit"],
    ) -> None:
        super().__init__(text)
        self._document = document
        self._edits, self._inverse = tuple(edits), tuple(inverse)
        self._is_applied = True

    def redo(self) -> None:
        """Apply the edits again, unless they are."""
        if not self._is_applied:
            self._is_applied = True
            self._document.replay(self._edits)

    def undo(self) -> None:
        """Take the edits back."""
        self._is_applied = False
        self._document.replay(self._inverse)
