"""Which sample of the batch is looked at: its picture, and what became of it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.i18n import tr
from engine.protocol.tracing import BATCH, BatchShown
from workbench.explain import pictures, words
from workbench.explain.segments import Segments
from workbench.theme import fonts, icons
from workbench.theme.label import Shortened
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_SIDE_PX = 40


class SampleBar(QWidget):
    """Steps from sample to sample, or takes all of the batch together."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._sample, self._count, self._last = 0, 0, 0
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        row.setSpacing(SPACE_M)
        self.picture = QLabel()
        self.picture.setFixedSize(QSize(_SIDE_PX, _SIDE_PX))
        row.addWidget(self.picture)
        both = QVBoxLayout()
        both.setSpacing(2)
        self.title, self.words = Shortened(), Shortened()
        self.title.setFont(fonts.ui(fonts.BODY, fonts.SEMIBOLD))
        polish(self.words, "role", "secondary")
        both.addWidget(self.title)
        both.addWidget(self.words)
        row.addLayout(both, 1)
        self.before = self._arrow("arrow-left", tr("The sample before"), -1)
        self.after = self._arrow("arrow-right", tr("The next sample"), 1)
        row.addWidget(self.before)
        row.addWidget(self.after)
        choices = [("sample", tr("Sample")), ("batch", tr("Batch mean"))]
        self.choice = Segments(choices, tr("Sample or batch"))
        self.choice.picked.connect(self._on_picked)
        row.addWidget(self.choice)

    def _arrow(self, icon: str, words_: str, by: int) -> QToolButton:
        button = QToolButton()
        icons.bind(button, icon, "fg")
        button.setToolTip(words_)
        button.setAccessibleName(words_)
        button.setFixedSize(28, 28)
        button.clicked.connect(lambda: self.picked.emit(self._sample + by))
        return button

    def _on_picked(self, name: str) -> None:
        self.picked.emit(BATCH if name == "batch" else self._last)

    def say(self, sample: int, count: int, batch: BatchShown | None) -> None:
        """Show a sample, or all of them; nothing of no samples."""
        self._sample, self._count = sample, count
        is_one = sample != BATCH
        if is_one:
            self._last = sample
        self.choice.show_picked("sample" if is_one else "batch")
        self.before.setEnabled(is_one and sample > 0)
        self.after.setEnabled(is_one and sample < count - 1)
        for widget in (self.title, self.words, self.picture, self.choice):
            widget.setVisible(count > 0)
        if not count:
            return
        if not is_one:
            self.title.setText(tr("All {n:sample|samples} of the batch", n=count))
            self.words.setText(tr("values are means, gradients of weights are sums"))
            self.picture.setVisible(False)
            return
        self.title.setText(tr("Sample {n} of {all}", n=sample + 1, all=count))
        self.words.setText(described(batch, sample))
        has_picture = batch is not None and len(batch.pixels) > sample
        self.picture.setVisible(has_picture)
        if batch is not None and has_picture:
            image = pictures.sample(batch.pixels[sample])
            keep = Qt.AspectRatioMode.KeepAspectRatio
            plain = Qt.TransformationMode.FastTransformation
            size = QSize(_SIDE_PX, _SIDE_PX)
            self.picture.setPixmap(QPixmap.fromImage(image.scaled(size, keep, plain)))


def described(batch: BatchShown | None, sample: int) -> str:
    """Return what a sample is and what the network makes of it."""
    if batch is None:
        return ""
    parts = []
    if sample < len(batch.texts):
        parts.append(f"“{' '.join(batch.texts[sample].split())[:60]}”")
    elif sample < len(batch.features):
        columns = batch.columns or ("",) * batch.features.shape[1]
        values = batch.features[sample].tolist()
        parts += [
            f"{name} {words.number(value)}".strip()
            for name, value in zip(columns, values, strict=False)
        ]
    if sample < len(batch.labels):
        right, answer = batch.labels[sample], batch.answers[sample]
        said = (
            tr("{right}, read right")
            if right == answer
            else tr("{right} read as {answer}")
        )
        parts.append(said.format(right=right, answer=answer))
    if sample < len(batch.losses):
        loss = float(batch.losses[sample])
        rank = int((batch.losses > loss).sum()) + 1
        parts.append(
            tr("loss {loss}, the largest of the batch", loss=words.number(loss))
            if rank == 1
            else tr("loss {loss}", loss=words.number(loss))
        )
    return " · ".join(parts)
