"""The window of the help: a list with a search, and the page."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench import theme
from workbench.dialogs.help import markup, topics
from workbench.dialogs.help.topics import FIRST, Topic
from workbench.theme import fonts, icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import escape, word
from workbench.theme.tokens import SPACE_M, SPACE_S, Tokens

_SIZE, _LIST_PX, _LINE_PX, _MARGIN_PX = QSize(1000, 700), 290, 660, 24
_OPEN_GROUPS = 2
"""So many groups of the list are open at first."""
_ID = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Page(QTextBrowser):
    """Shows one topic; follows no link by itself and loads nothing from anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName(tr("Help"))
        polish(self, "panel", value=True)

    def show_topic(self, topic: Topic) -> None:
        """Draw a page in the present theme."""
        tokens = theme.current()
        self.setFont(fonts.ui(fonts.SECTION))
        self.document().setDocumentMargin(_MARGIN_PX)
        self.document().setDefaultStyleSheet(_style(tokens))
        group = f"<p class='group'>{escape(topic.group)}</p>"
        title = f"<p class='title'>{escape(topic.title)}</p>"
        self.setHtml(group + title + markup.html(topic.body, tokens))

    def loadResource(self, _type: int, _name: QUrl | str) -> object:
        """Load nothing: pages are words alone."""
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep lines short enough to read."""
        super().resizeEvent(event)
        spare = self.width() - _LINE_PX - 2 * _MARGIN_PX
        side = max(0, min(spare // 2, 60))
        self.setViewportMargins(side, 0, max(0, spare - side), 0)


class HelpWindow(QWidget):
    """All pages; it stays open beside the work.

    Args:
        parent: The main window.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("help")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        polish(self, "panel", value=True)
        self.resize(_SIZE)
        self.topic = ""
        self._past: list[str] = []
        self._future: list[str] = []
        self.search, self.list, self.page = QLineEdit(), QTreeWidget(), Page()
        self.nothing = Label(tr("No page has these words. Try fewer letters."))
        self.back, self.forward = QToolButton(), QToolButton()
        self._set_up()
        self._lay_out()
        self._fill("")
        self.show_topic(FIRST)
        theme.signals.changed.connect(self._draw)

    def _set_up(self) -> None:
        self.search.setPlaceholderText(tr("Search the help"))
        self.search.setAccessibleName(tr("Search the help"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list.setHeaderHidden(True)
        self.list.setIndentation(12)
        self.list.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.list.setAccessibleName(tr("Pages"))
        self.list.setUniformRowHeights(True)
        self.list.setColumnCount(2)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        contents = QHeaderView.ResizeMode.ResizeToContents
        self.list.header().setSectionResizeMode(1, contents)
        self.list.currentItemChanged.connect(self._on_current)
        self.nothing.setWordWrap(True)
        polish(self.nothing, "role", "secondary")
        self.page.anchorClicked.connect(lambda url: self.show_topic(url.toString()))
        for button, icon, words, keys, step in (
            (self.back, "arrow-left", tr("Back"), "Alt+Left", -1),
            (self.forward, "arrow-right", tr("Forward"), "Alt+Right", 1),
        ):
            icons.bind(button, icon)
            button.setToolTip(f"{words}  ({keys})")
            button.setAccessibleName(words)
            button.clicked.connect(lambda _checked=False, s=step: self._walk(s))
            QShortcut(QKeySequence(keys), self, lambda s=step: self._walk(s))
        QShortcut(QKeySequence("Ctrl+F"), self, self._seek)
        QShortcut(QKeySequence("Esc"), self, self.close)

    def _lay_out(self) -> None:
        left, row = QWidget(), QHBoxLayout()
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addWidget(self.search, 1)
        column = QVBoxLayout(left)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_S, SPACE_M)
        column.addLayout(row)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        parts = QSplitter()
        parts.addWidget(left)
        parts.addWidget(self.page)
        parts.setSizes([_LIST_PX, _SIZE.width() - _LIST_PX])
        parts.setStretchFactor(1, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(parts)

    def open_at(self, topic_id: str) -> None:
        """Show a page, in front, with the keyboard in the search."""
        self.search.clear()
        self.show_topic(topic_id)
        self.show()
        self.raise_()
        self.activateWindow()
        self._seek()

    def search_for(self, words: str) -> None:
        """Show what a search finds."""
        self.open_at(self.topic)
        self.search.setText(words)

    def show_topic(self, topic_id: str) -> None:
        """Show a page; what nobody knows leads to the first."""
        known = topics.topics()
        topic_id = topic_id if topic_id in known else FIRST
        if topic_id == self.topic:
            return
        if self.topic:
            self._past.append(self.topic)
            self._future.clear()
        self._turn_to(topic_id)

    def _turn_to(self, topic_id: str) -> None:
        self.topic = topic_id
        self._draw()
        self._mark()
        self.back.setEnabled(bool(self._past))
        self.forward.setEnabled(bool(self._future))

    def _walk(self, step: int) -> None:
        """Go back or forth among the pages seen."""
        here, there = self._past, self._future
        if step > 0:
            here, there = there, here
        if here:
            there.append(self.topic)
            self._turn_to(here.pop())

    def _draw(self) -> None:
        topic = topics.topics()[self.topic]
        self.setWindowTitle(f"{word(topic.title)} – {tr('Help')}")
        self.page.show_topic(topic)

    def _seek(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _fill(self, text: str) -> None:
        """List all pages by their groups, or what a search has found, best first."""
        self.list.blockSignals(True)
        self.list.clear()
        self.list.setColumnHidden(1, not text.strip())
        heads: dict[str, QTreeWidgetItem] = {}
        found = topics.found(text)
        for topic in found:
            item = QTreeWidgetItem([topic.title, topic.group])
            item.setData(0, _ID, topic.id)
            item.setForeground(1, QBrush(QColor(theme.current().fg2)))
            if text.strip():
                self.list.addTopLevelItem(item)
                continue
            if topic.group not in heads:
                heads[topic.group] = head = QTreeWidgetItem([topic.group])
                self.list.addTopLevelItem(head)
                head.setExpanded(len(heads) <= _OPEN_GROUPS)
            heads[topic.group].addChild(item)
        self.list.blockSignals(False)
        self.nothing.setVisible(not found)
        first = self.list.topLevelItem(0)
        if text.strip() and first is not None:
            self.list.setCurrentItem(first)
        elif self.topic:
            self._mark()

    def _mark(self) -> None:
        """Mark the page in the list, if it stands there."""
        self.list.blockSignals(True)
        for item in self._items():
            if item.data(0, _ID) == self.topic:
                self.list.setCurrentItem(item)
                self.list.scrollToItem(item)
                break
        self.list.blockSignals(False)

    def _items(self) -> list[QTreeWidgetItem]:
        heads = [
            self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount())
        ]
        found: list[QTreeWidgetItem] = []
        for head in filter(None, heads):
            inner = (head.child(i) for i in range(head.childCount()))
            found += [head, *filter(None, inner)]
        return found

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        topic_id = item.data(0, _ID)
        if topic_id:
            self.show_topic(str(topic_id))
        else:
            item.setExpanded(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk through the list while the search has the keyboard."""
        is_press = event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)


def _style(tokens: Tokens) -> str:
    mono = fonts.mono().families()[0]
    return f"""
        p, li, td {{ line-height: 128%; }}
        p {{ margin-top: 0; margin-bottom: 12px; color: {tokens.fg}; }}
        li {{ margin-bottom: 6px; }}
        .title {{ font-size: {fonts.TITLE}px; font-weight: 600; margin-bottom: 16px; }}
        .head {{ font-weight: 600; margin-top: 16px; margin-bottom: 6px; }}
        .group {{ color: {tokens.fg2}; font-size: {fonts.SECONDARY}px; margin: 0; }}
        .formula, code {{ font-family: '{mono}'; font-size: {fonts.BODY}px; }}
        .box {{ padding: 10px 16px 2px 14px; }}
        .step {{ font-weight: 600; margin-bottom: 6px; }}
        .rule {{ font-size: 1px; line-height: 1px; padding: 0; }}
        .gap {{ margin: 0; font-size: 8px; line-height: 100%; }}
        th {{ color: {tokens.fg2}; font-weight: 500; }}
        a {{ color: {tokens.text("accent", "bg1")}; text-decoration: none; }}
    """
