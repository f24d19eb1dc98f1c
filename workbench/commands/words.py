"""How the words and keys of a menu's entry read elsewhere."""

from PySide6.QtGui import QAction, QKeySequence

from workbench.theme.text import plain


def keys_of(action: QAction) -> str:
    """Return the keys of an action as people read them."""
    _, _, hint = action.text().partition("\t")
    own = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return own or hint


def words_of(action: QAction) -> str:
    """Return the words of an action without mnemonics and keys."""
    return plain(action.text().partition("\t")[0])
