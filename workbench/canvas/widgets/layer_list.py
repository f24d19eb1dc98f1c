"""The catalogue as a tree with a search, to drag or double-click from."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QDrag, QFont, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.layers import registry
from workbench import theme
from workbench.canvas.cards import catalogue_items
from workbench.canvas.cards.catalogue_items import Item
from workbench.canvas.cards.suggestions import OFTEN, RARE
from workbench.canvas.edits import drop, here
from workbench.canvas.stage import Stage
from workbench.commands.ranking import ranked
from workbench.theme import icons
from workbench.theme.guarded import guarded

_ID = Qt.ItemDataRole.UserRole
_CLOSED = {*registry.CATEGORIES, "sets"}
"""Open are what is often used, and one's own blocks."""
_AIR_PX, _INDENT_PX = 7, 9
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Tree(QTreeWidget):
    """Entries that can be dragged.

    Signals:
        chosen: Type id of an entry that was double-clicked or entered.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setRootIsDecorated(True)
        self.setIndentation(_INDENT_PX)
        self.setIconSize(QSize(16, 16))
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.setExpandsOnDoubleClick(False)
        self.itemDoubleClicked.connect(lambda item, _column: self._choose(item))
        self.itemClicked.connect(_toggle)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag an entry out."""
        item: QTreeWidgetItem | None = self.currentItem()
        type_id = item.data(0, _ID) if item is not None else None
        if item is None or not type_id:
            return
        drag = QDrag(self)
        drag.setMimeData(drop.layer_data(str(type_id)))
        drag.setPixmap(item.icon(0).pixmap(24, 24))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Add with Enter."""
        item = self.currentItem()
        if event.key() in _ENTER and item is not None:
            self._choose(item)
        else:
            super().keyPressEvent(event)

    def _choose(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _ID):
            self.chosen.emit(str(item.data(0, _ID)))


def _toggle(item: QTreeWidgetItem, _column: int) -> None:
    """Open or close a category with a click on its name; what opens is in sight."""
    if not item.childCount():
        return
    item.setExpanded(not item.isExpanded())
    tree, last = item.treeWidget(), item.child(item.childCount() - 1)
    if item.isExpanded() and last is not None:
        tree.scrollToItem(last)
        tree.scrollToItem(item)


class LayerList(QWidget):
    """All layers by category; search, drag, double-click, Enter.

    Args:
        stage: The canvas: blocks of its document are listed too, and what is selected
            there decides what a search finds first.

    Signals:
        layer_chosen: Type id of an entry that was double-clicked or entered.
    """

    layer_chosen = Signal(str)

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage, self.document = stage, stage.document
        document = stage.document
        self.field, self.tree = QLineEdit(), Tree()
        self._known: tuple[str, ...] = ()
        self._row = QSize()
        self._has_old_icons = False
        self._set_up()
        self.tree.chosen.connect(self.layer_chosen)
        theme.signals.changed.connect(self._on_theme_changed)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_changed)
        self.refill()

    def _set_up(self) -> None:
        self.field.setPlaceholderText(tr("Search layers"))
        self.field.setAccessibleName(tr("Search layers"))
        self.field.setClearButtonEnabled(True)
        self._glass = self.field.addAction(
            icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition
        )
        icons.bind(self._glass, "search")
        self.field.textChanged.connect(self.refill)
        self.field.returnPressed.connect(self._enter)
        self.field.installEventFilter(self)
        self.tree.setAccessibleName(tr("Layers"))
        self.tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 2, 8)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.tree)
        self.setFocusProxy(self.field)

    @property
    def chosen_type(self) -> str:
        """Type id of the marked entry; empty for none."""
        item = self.tree.currentItem()
        return str((item.data(0, _ID) if item is not None else "") or "")

    def _on_theme_changed(self) -> None:
        """Take the icons of the new theme, once somebody sees them."""
        if self.isVisible():
            self.refill()
        self._has_old_icons = not self.isVisible()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Have the icons of the theme that is on."""
        super().showEvent(event)
        if self._has_old_icons:
            self._on_theme_changed()

    def refill(self) -> None:
        """Show the whole tree, or what a search has found, the best first."""
        text = self.field.text().strip()
        closed = self._closed()
        self.tree.clear()
        self._row = QSize(0, self.tree.fontMetrics().height() + _AIR_PX)
        self.tree.setRootIsDecorated(not text)
        if text:
            self._show_found(text)
            return
        layers = {item.type_id: item for item in catalogue_items.layers()}
        self._add_head("often", tr("Often used"), [layers[i] for i in OFTEN], closed)
        for category, title in registry.CATEGORIES.items():
            of_category = [
                i
                for i in layers.values()
                if registry.get(i.type_id).category == category
            ]
            self._add_head(category, tr(title), of_category, closed)
        self._add_head("sets", tr("Data sets"), list(catalogue_items.sets()), closed)
        self._add_head("my_blocks", tr("My blocks"), self._blocks(), closed)

    def show_category(self, name: str) -> None:
        """Open one category and close the others; with no name leave them."""
        if not name:
            return
        self.field.clear()
        for head in self._categories():
            first = head.child(0)
            is_wanted = head.data(0, _ID + 1) == name
            head.setExpanded(is_wanted)
            if is_wanted and first is not None:
                self.tree.setCurrentItem(first)
                self.tree.scrollToItem(head, QTreeWidget.ScrollHint.PositionAtTop)

    def take_keyboard(self, *, searches: bool) -> None:
        """Let the keyboard search, or walk over the entries."""
        part = self.field if searches else self.tree
        part.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_found(self, text: str) -> None:
        items = [*self._blocks(), *catalogue_items.layers(), *catalogue_items.sets()]
        place = here.of(self._stage).place
        for entry in ranked(text, items, catalogue_items.names, place):
            self.tree.addTopLevelItem(self._entry(entry, entry.words))
        first = self.tree.topLevelItem(0)
        if first is not None:
            self.tree.setCurrentItem(first)
            return
        nothing = QTreeWidgetItem([tr("Nothing fits")])
        nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        self.tree.addTopLevelItem(nothing)

    def _blocks(self) -> list[Item]:
        """Return this project's blocks, then the saved ones."""
        self._known = tuple(self.document.project.blocks)
        return catalogue_items.block_items(self.document)

    def _on_changed(self, _edits: object = ()) -> None:
        """Follow the names of this project's blocks."""
        if tuple(self.document.project.blocks) != self._known:
            self.refill()

    def _add_head(
        self, name: str, title: str, entries: list[Item], closed: set[str]
    ) -> None:
        """Add a head with these entries; none where there are none."""
        if not entries:
            return
        head = self._head(name, title)
        rare = [i for i in entries if i.type_id in RARE]
        for entry in entries:
            if entry not in rare:
                head.addChild(self._entry(entry, entry.title))
        if rare:
            more = QTreeWidgetItem([tr("More")])
            more.setData(0, _ID + 1, f"{name} more")
            more.setForeground(0, QBrush(QColor(theme.current().fg2)))
            more.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            head.addChild(more)
            for entry in rare:
                more.addChild(self._entry(entry, entry.title))
        head.setExpanded(name not in closed)

    def _closed(self) -> set[str]:
        """Return the categories that are closed, as they were left."""
        shown = list(self._categories())
        if not shown:
            return set(_CLOSED)
        return {str(i.data(0, _ID + 1)) for i in shown if not i.isExpanded()}

    def _categories(self) -> Iterator[QTreeWidgetItem]:
        for index in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(index)
            if item is not None and item.data(0, _ID + 1):
                yield item

    def _head(self, category: str, title: str) -> QTreeWidgetItem:
        head = QTreeWidgetItem([title])
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        head.setFont(0, font)
        head.setData(0, _ID + 1, category)
        head.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        head.setSizeHint(0, self._row)
        self.tree.addTopLevelItem(head)
        return head

    def _entry(self, entry: Item, words: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([words])
        item.setIcon(0, entry.icon)
        item.setData(0, _ID, entry.type_id)
        item.setToolTip(0, entry.help)
        item.setSizeHint(0, self._row)
        return item

    def _enter(self) -> None:
        item = self.tree.currentItem() or self.tree.topLevelItem(0)
        if item is not None and item.data(0, _ID):
            self.layer_chosen.emit(str(item.data(0, _ID)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk from the search into the tree with the down arrow."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up)
        ):
            self.tree.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)
