"""Views: they show what a node puts out while the network trains."""

from engine.layers.fields import LOGITS, choice, count, number
from engine.layers.loss import CLASS_DIM
from engine.layers.spec import LayerSpec, Param, Port, Ports


def _view(
    type_id: str, title: str, words: str, inputs: Ports, *params: Param
) -> LayerSpec:
    return LayerSpec(
        id=type_id,
        title=title,
        category="view",
        help=words,
        source="What is shown is the input itself, of the validation set",
        params=params,
        inputs=inputs,
        outputs=(),
        summary=tuple(param.name for param in params[:1]),
        aliases=("plot", "show", "watch"),
    )


_LABELS = Port("target", "any", "Class numbers, N", optional=True)
_NUM_IMAGES = count("count", 16, "Images", "How many are shown.")
_NUM_POINTS = count("count", 1000, "Points", "How many are shown.")
_THRESHOLD = number("threshold", 0.0, "Threshold", "With one output: yes from here on.")

SPECS = (
    _view(
        "image_grid",
        "ImageGrid",
        "Shows some images, evenly spread over the samples, side by side.",
        (Port("input", "float", "N×C×H×W, one or three channels"),),
        _NUM_IMAGES,
        choice("range", ("automatic", "0…1", "−1…1"), "Range", "From black to white."),
    ),
    _view(
        "scatter",
        "Scatter",
        "Shows every sample as a point; the first two features are x and y.",
        (Port("input", "float", "N×F, at least two features"), _LABELS),
        _NUM_POINTS,
    ),
    _view(
        "decision_boundary",
        "DecisionBoundary",
        "Colours the plane by the class that the network answers there.",
        (
            Port("points", "float", "N×2: where the samples stand"),
            Port("input", "float", "The network's scores for these points"),
            _LABELS,
        ),
        count("resolution", 64, "Resolution", "Cells per side."),
        _THRESHOLD,
    ),
    _view(
        "confusion_matrix",
        "ConfusionMatrix",
        "Counts which class is taken for which.",
        (LOGITS, Port("target", "any", "Class numbers, N")),
        _THRESHOLD,
        CLASS_DIM,
    ),
    _view(
        "predictions",
        "Predictions",
        "Shows samples with the network's answer beside the right one.",
        (
            Port("input", "float", "The network's output"),
            Port("target", "any", "The right answer"),
            Port("sample", "float", "What is shown beside it", optional=True),
        ),
        _NUM_IMAGES,
    ),
    _view(
        "curve",
        "Curve",
        "Draws output and target over one input number.",
        (
            Port("x", "float", "N×1: the axis"),
            Port("input", "float", "N×1: the network's output"),
            Port("target", "float", "N×1: the right answer", optional=True),
        ),
        _NUM_POINTS,
    ),
)
