"""The cards of a report: each a title with a chart or a table below."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.i18n import tr
from workbench.dialogs.judging.charts import Confusion, Drawn, SmallChart
from workbench.theme import text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M

Record = Mapping[str, Any]
Card = tuple[str, QWidget]
_BARS, _ROWS, _NAME = 30, 14, 36


def cards(found: Record) -> Iterator[Card]:
    """Yield title and content of each card of one loss."""
    yield from _of_classes(found) if "confusion" in found else _of_values(found)
    if rows := found.get("slices"):
        is_share = "confusion" in found
        yield tr("Parts of the samples"), _slices(rows, is_share=is_share)


def _of_classes(found: Record) -> Iterator[Card]:
    names = [str(name) for name in found["names"]]
    if found["confusion"]:
        yield tr("Right ↓ answered →"), Confusion(names, found["confusion"])
        yield tr("Each class"), _each(names, found)
    yield from _curves(found)
    if calibration := found.get("reliability"):
        title = tr("As sure as right?")
        axes = tr("how sure →"), tr("how often right ↑")
        bars = list(_reliability(calibration))
        yield title, SmallChart(Drawn(title, axes, bars=bars, has_diagonal=True))
    if worst := found.get("worst"):
        rows = [
            (
                text.count(w["place"]),
                w["label"],
                w["answer"],
                text.percent(w["share"], steady=True),
            )
            for w in worst
        ]
        heads = (tr("Sample"), tr("right"), tr("answered"), tr("how sure"))
        yield tr("Most surely wrong"), table(heads, rows)


def _curves(found: Record) -> Iterator[Card]:
    roc = tr("false alarms →"), tr("found ↑")
    precision = tr("recall →"), tr("precision ↑")
    for key, title, axes in (
        ("roc", tr("ROC, each against the rest"), roc),
        ("precision_recall", tr("Precision and recall"), precision),
    ):
        curves = (found.get(key) or {}).items()
        lines = [
            (f"{n} {text.figure(c['value'])}", list(zip(c["x"], c["y"], strict=True)))
            for n, c in curves
        ]
        if lines:
            chart = Drawn(title, axes, lines=lines, has_diagonal=key == "roc")
            yield title, SmallChart(chart)


def _reliability(found: Record) -> Iterator[tuple[float, float, float]]:
    count = len(found["places"])
    for index, (right, places) in enumerate(
        zip(found["accuracy"], found["places"], strict=True)
    ):
        if places:
            yield index / count, (index + 1) / count, float(right)


def _each(names: Sequence[str], found: Record) -> QWidget:
    each = found["each"]
    rows = [
        (
            name,
            text.percent(each["precision"][n], steady=True),
            text.percent(each["recall"][n], steady=True),
            text.percent(each["f1"][n], steady=True),
            text.count(each["support"][n]),
        )
        for n, name in enumerate(names)
    ]
    heads = (tr("Class"), tr("precision"), tr("recall"), "F1", "n")
    return table(heads, rows)


def _of_values(found: Record) -> Iterator[Card]:
    figures = found["figures"]
    rows = [
        (tr("mean absolute error"), _interval(figures["mae"])),
        (tr("root mean square error"), _interval(figures["rmse"])),
        ("R²", _interval(figures["r2"])),
        (tr("mean of answered − right"), _interval(figures["bias"])),
    ]
    yield tr("With 95 % intervals"), table((), rows)
    pairs = [(float(x), float(y)) for x, y in found["pairs"]]
    if pairs:
        low, high = _spread([value for pair in pairs for value in pair])
        title, axes = tr("Answered against right"), (tr("right →"), tr("answered ↑"))
        yield (
            title,
            SmallChart(
                Drawn(
                    title,
                    axes,
                    (low, high),
                    (low, high),
                    points=pairs,
                    has_diagonal=True,
                )
            ),
        )
    if rest := [float(value) for value in found["residuals"]]:
        yield tr("Residuals"), _histogram(rest)
    if worst := found.get("worst"):
        lines = [
            (text.count(w["place"]), text.figure(w["target"]), text.figure(w["answer"]))
            for w in worst
        ]
        heads = (tr("Sample"), tr("right"), tr("answered"))
        yield tr("Farthest off"), table(heads, lines)


def _histogram(values: Sequence[float]) -> QWidget:
    low, high = _spread(values)
    width, counts = (high - low) / _BARS, [0] * _BARS
    for value in values:
        counts[min(_BARS - 1, int((value - low) / width))] += 1
    bars = [
        (low + n * width, low + (n + 1) * width, float(k)) for n, k in enumerate(counts)
    ]
    axes = tr("answered − right →"), tr("how often ↑")
    top = float(max(counts))
    return SmallChart(Drawn(tr("Residuals"), axes, (low, high), (0.0, top), bars=bars))


def _spread(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _interval(found: Record) -> str:
    value, low, high = (found[name] for name in ("value", "low", "high"))
    if value is None:
        return "–"
    if low is None:
        return text.figure(value)
    return f"{text.figure(value)} ({text.figure(low)} – {text.figure(high)})"


def _slices(found: Sequence[Record], *, is_share: bool) -> QWidget:
    rows = []
    for each in found[:_ROWS]:
        figure = each["figure"]
        told = [
            "–" if figure[name] is None
            else text.percent(figure[name], steady=True) if is_share
            else text.figure(figure[name])
            for name in ("value", "low", "high")
        ]  # fmt: skip
        mark = "▼ " if each["is_worse"] else ""
        rows.append(
            (
                f"{mark}{each['condition']}",
                told[0],
                f"{told[1]} – {told[2]}",
                text.count(each["samples"]),
            )
        )
    figure_words = tr("right") if is_share else "MAE"
    return table((tr("Where"), figure_words, "95 %", "n"), rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> QWidget:
    """Return rows of words; the first column at the left, figures at the right."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_M)
    grid.setVerticalSpacing(4)
    for column, words in enumerate(heads):
        grid.addWidget(_cell(words, column, "small"), 0, column)
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            grid.addWidget(_cell(str(cell), column, ""), row, column)
    grid.setRowStretch(len(rows) + 1, 1)
    return made


def _cell(words: str, column: int, role: str) -> Label:
    label = Label(text.word(words, _NAME))
    if role:
        polish(label, "role", role)
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return label
