"""Every setting that the inspector can show now, and the way to its field."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QScrollArea, QWidget

from engine.i18n import tr
from workbench.inspector.form import Form, Row
from workbench.inspector.section import Section


@dataclass(frozen=True)
class Setting:
    """One field of the inspector.

    Args:
        id: Stable name in the code.
        label: What the form calls it.
        where: Of what it is a setting: of the training, or the name of a layer.
        value: As the field shows it.
        doc: What it does.
        go: Leads to the field and puts the keyboard into it.
    """

    id: str
    label: str
    where: str
    value: str
    doc: str
    go: Callable[[], None]


def settings_of(
    page: QWidget, where: str, turn: Callable[[], object]
) -> Iterator[Setting]:
    """Yield the settings of all forms on a page, in the order of the page.

    Those that a form leaves out, as they would change nothing, are left out here too.

    Args:
        page: Of the inspector.
        where: Of what these are settings.
        turn: Turns to the page.
    """
    for form in page.findChildren(Form):
        for name, row in form.rows.items():
            if not row.field.isHidden() and _is_there(form, page):
                yield Setting(
                    f"{where}.{name}",
                    tr(row.param.label),
                    where,
                    shown_value(row.field),
                    tr(row.param.doc) if row.param.doc else "",
                    _way(row, turn),
                )


def _is_there(form: QWidget, page: QWidget) -> bool:
    """Return whether a form is left out by nobody but a closed section."""
    widget: QWidget | None = form
    while widget is not None and widget is not page:
        parent = widget.parentWidget()
        is_folded = isinstance(parent, Section) and parent.content is widget
        if widget.isHidden() and not is_folded:
            return False
        widget = parent
    return True


def shown_value(field: QWidget) -> str:
    """Return the words that a field shows."""
    boxes, lists = field.findChildren(QCheckBox), field.findChildren(QComboBox)
    if boxes:
        return tr("on") if boxes[0].isChecked() else tr("off")
    if lists:
        return lists[0].currentText()
    edits = field.findChildren(QLineEdit)
    words = [edit.text() or edit.placeholderText() for edit in edits]
    return " × ".join(words[:1] if len(set(words)) == 1 else words)


def _way(row: Row, turn: Callable[[], object]) -> Callable[[], None]:
    def go() -> None:
        turn()
        for section in _around(row.field):
            section.open()
        field = row.field
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        area = next(iter(_scrolls(field)), None)
        if area is not None:
            area.ensureWidgetVisible(field, 0, 60)

    return go


def _around(widget: QWidget) -> Sequence[Section]:
    return [each for each in _parents(widget) if isinstance(each, Section)]


def _scrolls(widget: QWidget) -> Iterator[QScrollArea]:
    return (each for each in _parents(widget) if isinstance(each, QScrollArea))


def _parents(widget: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None:
        yield parent
        parent = parent.parentWidget()
