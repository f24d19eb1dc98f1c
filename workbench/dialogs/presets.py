"""The gallery of presets in a window of its own."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.dialogs.gallery import Gallery


class PresetDialog(Dialog):
    """All presets as cards.

    Args:
        parent: The window.
    """

    chosen = Signal(str)
    train_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open a preset"), parent)
        self.resize(924, 720)
        self.gallery = Gallery()
        self.gallery.chosen.connect(self._on_chosen)
        self.gallery.train_wanted.connect(self._on_train_wanted)
        self.box.addWidget(self.gallery, 1)
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.gallery.search.setFocus()

    def _on_chosen(self, preset_id: str) -> None:
        self.accept()
        self.chosen.emit(preset_id)

    def _on_train_wanted(self, preset_id: str) -> None:
        self.accept()
        self.train_wanted.emit(preset_id)
