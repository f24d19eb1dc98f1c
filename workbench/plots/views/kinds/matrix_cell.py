"""The samples in a cell of a confusion matrix, as pictures or as rows."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QResizeEvent

from engine.i18n import tr
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace, name, number
from workbench.plots.views.kinds.image_grid import crisp, to_image
from workbench.plots.views.kinds.predictions import Predictions
from workbench.theme.text import percent

TILE_PX = 64
"""Pictures are shown in the whole multiple of their size nearest to this."""
_GAP, _PAD = 10, 10
_CENTRE = Qt.AlignmentFlag.AlignCenter
_WRAPPED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


class CellPictures(ViewFace):
    """Pictures in rows, the largest loss first, with loss and number below."""

    def prepare(self, view: View) -> None:
        """Make the pictures, and the room for all rows."""
        self.images = [to_image(pixels) for pixels in view.arrays["pixels"]]
        self.losses = view.arrays["losses"]
        self._tiles: list[QPixmap] = []
        self._make_room()

    def tile(self) -> QSize:
        """Return the size of a picture."""
        size = self.images[0].size() if self.images else QSize(1, 1)
        longest = max(size.width(), size.height())
        times = max(round(TILE_PX / longest), 1)
        return size * times if longest < 2 * TILE_PX else size * (TILE_PX / longest)

    def _step(self) -> tuple[int, int]:
        """Return how far apart pictures begin, across and down."""
        words = int(style.metrics().horizontalAdvance(_loss(0.123))) + 2
        across = max(self.tile().width(), words) + _GAP
        return across, self.tile().height() + 2 * int(style.metrics().height()) + _GAP

    def columns(self) -> int:
        """Return how many stand in a row."""
        return max((self.width() - 2 * _PAD + _GAP) // self._step()[0], 1)

    def picture_rect(self, index: int) -> QRectF:
        """Return where a picture is drawn."""
        row, column = divmod(index, self.columns())
        across, down = self._step()
        spare = (across - _GAP - self.tile().width()) / 2
        left, top = _PAD + column * across + spare, 4 + row * down
        return QRectF(round(left), top, self.tile().width(), self.tile().height())

    def draw(self, painter: QPainter) -> None:
        """Draw the pictures with their words."""
        if not self.images:
            _say_empty(self, painter)
            return
        if not self._tiles:
            ratio = self.devicePixelRatioF()
            self._tiles = [crisp(i, self.tile(), ratio) for i in self.images]
        for index, picture in enumerate(self._tiles):
            rect = self.picture_rect(index)
            painter.drawPixmap(rect.topLeft(), picture)
            painter.setPen(style.pen(style.colour("line")))
            painter.drawRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5))
            self._draw_words(painter, rect, index)

    def _draw_words(self, painter: QPainter, rect: QRectF, index: int) -> None:
        assert self.view is not None
        height = style.metrics().height()
        box = rect.adjusted(-_GAP, 0, _GAP, 0)
        lines = (
            (_loss(float(self.losses[index])), "fg"),
            (f"#{int(self.view.arrays['samples'][index]) + 1}", "fg2"),
        )
        for line, (words, token) in enumerate(lines):
            painter.setPen(style.colour(token))
            top = rect.bottom() + 1 + line * height
            painter.drawText(
                QRectF(box.left(), top, box.width(), height), _CENTRE, words
            )

    def summary(self) -> str:
        """Return whose pictures these are."""
        return said(self.view)

    def read(self, position: QPointF) -> str:
        """Return a picture in words."""
        assert self.view is not None
        for index in range(len(self.images)):
            if self.picture_rect(index).contains(position):
                return _told(self.view, index)
        return ""

    def table(self) -> Table:
        """Return number, classes and loss of each sample."""
        assert self.view is not None
        arrays, names = self.view.arrays, self.view.words.get("classes", ())
        rows = zip(
            (arrays["samples"] + 1).tolist(),
            (name(names, int(label)) for label in arrays["labels"]),
            (name(names, int(answer)) for answer in arrays["answers"]),
            self.losses.tolist(),
            strict=True,
        )
        header = [tr("Sample"), tr("Class"), tr("Answer"), tr("Loss")]
        return header, [list(row) for row in rows]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for as many rows as the width asks for."""
        super().resizeEvent(event)
        if self.view is not None:
            self._make_room()

    def _make_room(self) -> None:
        rows = -(-len(self.images) // self.columns())
        self.setMinimumHeight(8 + rows * self._step()[1])


class CellRows(Predictions):
    """The samples as rows of a table."""

    def draw(self, painter: QPainter) -> None:
        """Draw the rows, or say that there are none."""
        if len(self.losses):
            super().draw(painter)
        else:
            _say_empty(self, painter)

    def summary(self) -> str:
        """Return whose rows these are."""
        return said(self.view)


def face_for(view: View) -> ViewFace:
    """Return an empty face that suits what is in a cell."""
    return CellPictures() if "pixels" in view.arrays else CellRows()


def said(view: View | None) -> str:
    """Return how many samples of a cell there are, and how many are shown."""
    if view is None:
        return ""
    total, shown = int(view.words["total"][0]), len(view.arrays["losses"])
    if shown < total:
        return tr("the {shown} worst of {total}", shown=shown, total=f"{total:,}")
    if total == 1:
        return tr("{n:sample|samples}", n=total)
    return tr("{n:sample|samples}, worst first", n=total)


def _told(view: View, index: int) -> str:
    arrays, names = view.arrays, view.words.get("classes", ())
    got, right = (percent(float(share)) for share in arrays["shares"][index])
    label, answer = (
        name(names, int(arrays[key][index])) for key in ("labels", "answers")
    )
    words = tr("sample {number}", number=int(arrays["samples"][index]) + 1)
    loss = _loss(float(arrays["losses"][index]))
    both = f"{answer} {got}" if label == answer else f"{answer} {got}, {label} {right}"
    return f"{words}: {both}, {loss}"


def _loss(value: float) -> str:
    return tr("loss {loss}", loss=number(value))


def _say_empty(face: ViewFace, painter: QPainter) -> None:
    painter.setPen(style.colour("fg2"))
    words = tr("With these weights no sample is in this cell.")
    painter.drawText(face.rect().adjusted(16, 8, -16, -8), _WRAPPED, words)
