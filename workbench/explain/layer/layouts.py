"""Which plates a layer's page has and where: by kind of layer and side of the step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from engine.i18n import tr
from engine.protocol.tracing import Piece
from workbench.explain import words
from workbench.explain.layer.classes import Classes
from workbench.explain.layer.curves import Curve, shut
from workbench.explain.layer.kernels import Window, kernel_of, window_of
from workbench.explain.layer.own.arranging import TYPES, detail_of
from workbench.explain.layer.own.detail import Detail
from workbench.explain.layer.plain import why_plain
from workbench.explain.layer.plates import HEAD_PX, Bars, Maps, Plate, Rows, plate_of
from workbench.explain.layer.subject import Subject

_GAP = 14.0
_MOST_BELOW = 5
_DETAIL_PX, _STRIP_PX, _LEAST_PX = 170.0, 24.0, 48.0
"""Of what stands below the tensors of a layer with a picture of its own, and of a
tensor that only stands beside another one."""
_GUTTER = 132.0
"""Width of the column of units beside a matrix."""
_Row = tuple[str, str, str]
"""Name of a piece, its symbol, and the colour of that."""


@dataclass(frozen=True)
class Page:
    """Plates in their places.

    Args:
        plates: All of them.
        is_general: The layer has no arrangement of its own.
        links: Pairs of pieces whose cells point at each other: (matrix, rows, columns).
        window: Which cells of one piece a cell of another has seen.
        detail: How the number under the cursor comes about.
        plain: Why a layer with a picture of its own shows its tensors alone.
    """

    plates: tuple[Plate, ...]
    is_general: bool = False
    links: tuple[str, str, str] | None = None
    window: Window | None = None
    detail: Detail | None = None
    plain: str = ""


def page_of(subject: Subject, area: QRectF) -> Page:
    """Return the plates of a page, placed in an area."""
    arrange = _ARRANGED.get(subject.node.type)
    found = arrange(subject, area) if arrange else None
    return found or _own(subject, area) or _stacked(subject, area)


def _own(subject: Subject, area: QRectF) -> Page | None:
    """Return tensors with the detail of a layer below them, or beside narrow ones."""
    found = detail_of(subject)
    if found is None:
        return None
    detail, rows = found
    plates = list(filter(None, (_plate(subject, *row) for row in rows)))
    tall = min(_DETAIL_PX, area.height() * 0.5)
    above = area.adjusted(0, 0, 0, -tall - _GAP)
    if rows[0][0].startswith("inside."):  # it is what the layer is about
        _look_above(plates, above)
    else:
        _stack(plates, above)
    top = plates[-1].rect.bottom() + _GAP
    detail.rect = QRectF(area.left(), top, area.width(), area.bottom() - top)
    return Page(tuple(plates), detail=detail)


def _look_above(plates: list[Plate], above: QRectF) -> None:
    """Place who looks at whom above a strip of what comes of it, or alone."""
    strip = HEAD_PX + _STRIP_PX + _GAP
    if above.height() - HEAD_PX - strip < _LEAST_PX:
        del plates[1:]
        plates[0].rect = above.adjusted(0, HEAD_PX, 0, 0)
        return
    plates[0].rect = above.adjusted(0, HEAD_PX, 0, -strip)
    foot = above.bottom() - _STRIP_PX
    plates[1].rect = QRectF(above.left(), foot, above.width(), _STRIP_PX)


def note_of(piece: Piece, more: str = "") -> str:
    """Return what is said of a tensor beside its symbol."""
    figures = piece.figures
    parts = [words.shape(piece.shape)]
    if more:
        parts.append(more)
    parts.append(f"{tr('norm')} {words.number(figures.norm)}")
    if any(size > 1 for size in piece.block):
        parts.append(tr("means of {block}", block=words.shape(piece.block)))
    if piece.part.strip():
        parts.append(f"[{piece.part}]")
    return " · ".join(parts)


def _plate(subject: Subject, name: str, symbol: str, tint: str) -> Plate | None:
    piece = subject.pieces.get(name)
    if piece is None:
        return None
    is_flow = ":" not in name
    more = tr("mean of the batch") if is_flow and subject.is_mean else ""
    origin = {"input0": subject.from_, "given0": subject.from_, "upstream0": subject.to}
    source = origin.get(name, "")
    if source:
        by = tr("from {name}", name=source)
        more = " · ".join(
            filter(
                None, (tr("to {name}", name=source) if name == "given0" else by, more)
            )
        )
    return plate_of(piece, symbol, tint, note_of(piece, more))


def _stacked(subject: Subject, area: QRectF) -> Page:
    """Return every tensor of a side below the other: the general view."""
    plates = list(filter(None, (_plate(subject, *row) for row in _rows(subject))))
    _stack(plates, area)
    is_own = subject.node.type in _STACKED
    plain = why_plain(subject) if is_own else ""
    return Page(tuple(plates), is_general=not is_own, plain=plain)


def _rows(subject: Subject) -> Sequence[_Row]:
    """Return name, symbol and colour of the tensors of a side, top down."""
    pieces = subject.pieces
    weights = [name.partition(":")[2] for name in pieces if name.startswith("weight:")]

    def ports(kind: str) -> list[str]:
        return [name for name in pieces if name.rstrip("0123456789") == kind]

    def numbered(
        names: list[str], symbol: str, tint: str
    ) -> list[tuple[str, str, str]]:
        if len(names) == 1:
            return [(names[0], symbol, tint)]
        return [(n, f"{symbol}{i + 1}", tint) for i, n in enumerate(names)]

    if subject.side == "forward":
        rows = numbered(ports("input"), "x", "forward")
        rows += [(f"weight:{name}", name, "fg") for name in weights]
        return [*rows, *numbered(ports("output"), "y", "forward")]
    if subject.side == "backward":
        rows = numbered(ports("upstream"), "δ = ∂L/∂y", "backward")
        rows += [(f"gradient:{name}", f"∂L/∂ {name}", "backward") for name in weights]
        return [*rows, *numbered(ports("given"), "∂L/∂x", "backward")]
    rows = [(f"weight:{name}", f"{name} {tr('before')}", "fg") for name in weights]
    return rows + [(f"step:{name}", f"Δ {name}", "update") for name in weights]


def _stack(plates: Sequence[Plate], area: QRectF) -> None:
    """Place plates below each other, many in two columns; they share the room."""
    if not plates:
        return
    if len(plates) > _MOST_BELOW:
        half, width = (len(plates) + 1) // 2, (area.width() - _GAP) / 2
        _stack(plates[:half], area.adjusted(0, 0, -width - _GAP, 0))
        _stack(plates[half:], area.adjusted(width + _GAP, 0, 0, 0))
        return
    heads = sum(HEAD_PX for plate in plates if plate.has_head)
    room = area.height() - heads - _GAP * (len(plates) - 1)
    wishes = [plate.wish for plate in plates]
    factor = min(1.6, max(0.2, room / max(1.0, sum(wishes))))
    top = area.top()
    for plate, wish in zip(plates, wishes, strict=True):
        top += HEAD_PX if plate.has_head else 0.0
        plate.rect = QRectF(area.left(), top, area.width(), max(8.0, wish * factor))
        top = plate.rect.bottom() + _GAP


def _linear(subject: Subject, area: QRectF) -> Page | None:
    """Return x above a matrix, units beside it, and what is handed on below."""
    pieces = subject.pieces
    kind = {"forward": "weight", "backward": "gradient", "update": "step"}[subject.side]
    x, matrix = pieces.get("input0"), pieces.get(f"{kind}:weight")
    unit = pieces.get("output0" if subject.side == "forward" else "upstream0")
    if x is None or matrix is None or unit is None:
        return None
    if x.values.ndim != 1 or unit.values.ndim != 1 or matrix.values.ndim != 2:
        return None
    symbol = {"forward": "W", "backward": "∂L/∂W", "update": "ΔW"}[subject.side]
    tint = {"forward": "fg", "backward": "backward", "update": "update"}[subject.side]
    top = _plate(subject, "input0", "x", "forward")
    grid = Plate(matrix, symbol, tint, note_of(matrix))
    side = Rows(
        unit,
        "z" if subject.side == "forward" else "δ",
        "forward" if subject.side == "forward" else "backward",
        "",
        subject.names,
    )
    given = pieces.get("given0") if subject.side == "backward" else None
    foot = HEAD_PX + 24 + _GAP if given is not None else 0.0
    wide = area.adjusted(_GUTTER + 8, 0, 0, 0)
    assert top is not None
    top.rect = QRectF(wide.left(), area.top() + HEAD_PX, wide.width(), 56)
    grid_top = top.rect.bottom() + _GAP + HEAD_PX
    rows = matrix.values.shape[0]
    most = max(60.0, area.bottom() - foot - grid_top)
    height = min(most, max(rows * 26.0, 40.0)) if rows <= 24 else most
    grid.rect = QRectF(wide.left(), grid_top, wide.width(), height)
    side.rect = QRectF(area.left(), grid_top, _GUTTER, height)
    plates: list[Plate] = [top, grid, side]
    if given is not None:
        below = Plate(given, "∂L/∂x = Wᵀδ", "backward", note_of(given, _to(subject)))
        place = grid.rect.bottom() + _GAP + HEAD_PX
        below.rect = QRectF(wide.left(), place, wide.width(), 24)
        plates.append(below)
    links = (grid.name, side.name, top.name)
    return Page(tuple(plates), links=links if _is_whole(matrix) else None)


def _is_whole(piece: Piece) -> bool:
    """Return whether every number has a cell of its own."""
    return all(size == 1 for size in piece.block) and not piece.part.strip()


def _kernels(subject: Subject, area: QRectF) -> Page | None:
    """Return maps in, the kernel of one channel, maps out; backward the gradients."""
    is_back = subject.side == "backward"
    kind = "gradient" if is_back else "weight"
    weight = subject.pieces.get(f"{kind}:weight")
    kernel = kernel_of(weight, subject.channel) if weight is not None else None
    ends = ("upstream0", "given0") if is_back else ("input0", "output0")
    symbols = ("δ = ∂L/∂z", "∂L/∂x") if is_back else ("x", "z")
    tint = "backward" if is_back else "forward"
    above = _plate(subject, ends[0], symbols[0], tint)
    below = _plate(subject, ends[1], symbols[1], tint)
    if subject.side == "update" or kernel is None or above is None:
        return None
    symbol = "∂L/∂w" if is_back else "w"
    said = tr("of channel {n}: click a map to see another", n=subject.channel)
    middle = Maps(kernel, symbol, "backward" if is_back else "fg", said)
    plates = [plate for plate in (above, middle, below) if plate is not None]
    if not all(isinstance(plate, Maps) for plate in plates):
        return None
    _stack(plates, area)
    source = ends[1] if is_back else ends[0]
    target = ends[0] if is_back else ends[1]
    window = window_of(subject.params, source, target)
    return Page(tuple(plates), window=window)


def _to(subject: Subject) -> str:
    return tr("to {name}", name=subject.from_) if subject.from_ else ""


def _curve(subject: Subject, area: QRectF) -> Page | None:
    """Return the curve of an activation; backward the slopes below it."""
    pieces = subject.pieces
    x, y = pieces.get("input0"), pieces.get("output0")
    given, above = pieces.get("given0"), pieces.get("upstream0")
    if x is None or y is None or x.values.shape != y.values.shape:
        return None
    if subject.is_mean:
        return None
    if subject.side == "forward":
        curve = Curve(y, "a = f(z)", "forward", note_of(y), across=x)
        _stack([curve], area)
        return Page((curve,))
    if subject.side == "update" or given is None or above is None:
        return None
    slopes = Curve(
        given, "f′(z)", "backward", "", across=x, below=above, axes=("z", "f′")
    )
    slopes.note = shut(slopes)
    plates: list[Plate] = [slopes]
    both = (("upstream0", "δ = ∂L/∂a"), ("given0", "∂L/∂z = δ·f′(z)"))
    more = [_plate(subject, name, symbol, "backward") for name, symbol in both]
    plates += [plate for plate in more if plate is not None]
    _stack(plates, area)
    return Page(tuple(plates))


def _classes(subject: Subject, area: QRectF) -> Page | None:
    """Return scores, shares and the right class of one sample."""
    pieces = subject.pieces
    z, labels = pieces.get("input0"), subject.opened.labels
    if subject.is_mean or z is None or z.values.ndim != 1 or len(labels) != 1:
        return None
    if len(z.values) > 40:
        return None
    given = pieces.get("given0") if subject.side == "backward" else None
    smoothing = subject.params.get("label_smoothing", 0.0)
    plate = Classes(
        z,
        "−Σ y ln p" if smoothing else "−ln p",
        "loss",
        "",
        subject.names,
        label=labels[0],
        smoothing=smoothing if isinstance(smoothing, float) else 0.0,
        delta=() if given is None else tuple(given.values.tolist()),
    )
    plate.note = f"= {words.number(plate.loss)}"
    _stack([plate], area)
    return Page((plate,))


def _gaps(subject: Subject, area: QRectF) -> Page | None:
    """Return answer, target and what is between them, as bars."""
    rows = [("input0", "ŷ", "forward"), ("input1", "y", "fg2")]
    if subject.side == "backward":
        rows.append(("given0", "∂L/∂ŷ", "backward"))
    plates = [p for row in rows if (p := _plate(subject, *row)) is not None]
    if len(plates) < 2:
        return None
    for plate in plates:
        if isinstance(plate, Bars):
            plate.names = subject.names
    _stack(plates, area)
    return Page(tuple(plates))


ACTIVATIONS = (
    "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh",
    "softplus", "mish", "hardswish", "relu6",
)  # fmt: skip
"""Layers that do the same to every number."""
GAPS = ("mse", "l1", "bce", "bce_with_logits", "huber")
"""Losses of numbers against numbers."""
_ARRANGED: Mapping[str, Callable[[Subject, QRectF], Page | None]] = {
    "linear": _linear,
    "conv2d": _kernels,
    "cross_entropy": _classes,
    **dict.fromkeys(GAPS, _gaps),
    **dict.fromkeys(ACTIVATIONS, _curve),
}
_STACKED = frozenset({"conv1d", "conv2d", "conv3d", "linear", *_ARRANGED, *TYPES})
"""Layers whose tensors below each other are their own view."""
