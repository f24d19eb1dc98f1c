"""Text that a language model wrote, its prompt apart."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QTextDocument, QTextOption

from engine.i18n import tr
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace
from workbench.theme import fonts, text

_PAD = 10


class TextSample(ViewFace):
    """The text in the font of code; the prompt in the accent colour."""

    def prepare(self, view: View) -> None:
        """Lay the text out."""
        self.prompt = "".join(view.words.get("prompt", ()))
        self.text = "".join(view.words.get("text", ()))
        self.document = QTextDocument()
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document.setDefaultTextOption(option)
        self.document.setDefaultFont(fonts.mono())
        self.document.setHtml(self._html())

    def _html(self) -> str:
        rest = self.text[len(self.prompt) :]
        parts = ((self.prompt, style.colour("accent")), (rest, style.colour("fg")))
        spans = (
            f'<span style="color:{colour.name()}">{text.escape(said)}</span>'
            for said, colour in parts
        )
        return f'<div style="white-space: pre-wrap">{"".join(spans)}</div>'

    def draw(self, painter: QPainter) -> None:
        """Draw the text, cut at the lower edge."""
        self.document.setTextWidth(max(self.width() - 2 * _PAD, 40))
        painter.translate(_PAD, _PAD)
        room = QRectF(0, 0, self.width(), self.height() - 2 * _PAD)
        self.document.drawContents(painter, room)

    def waiting_words(self) -> str:
        """Return that another text is on its way."""
        return tr("writing…")

    def summary(self) -> str:
        """Return how long the text is."""
        written = len(self.text) - len(self.prompt)
        return tr("{count:character|characters} written", count=written)

    def table(self) -> Table:
        """Return the text as one row."""
        return [tr("Prompt"), tr("Text")], [[self.prompt, self.text]]
