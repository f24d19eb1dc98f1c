"""Views: they show what a node puts out while the network trains."""

from engine.layers.families.loss import CLASS_DIM, IGNORED
from engine.layers.fields import LOGITS, choice, count, number, positive
from engine.layers.spec import LayerSpec, Param, Port, Ports


def _view(
    type_id: str, title: str, words: str, inputs: Ports, *params: Param, look: str = ""
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
        look=look,
    )


_LABELS = Port("target", "any", "Class numbers, N", optional=True)
_NUM_IMAGES = count("count", 16, "Images", "How many are shown.")
_NUM_POINTS = count("count", 1000, "Points", "How many are shown.")
_NUM_SAMPLES = count("count", 64, "Samples", "How many are drawn at once.")
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
        IGNORED,
    ),
    LayerSpec(
        id="task_matrix",
        title="TaskMatrix",
        category="view",
        help="Shows a metric of each task over time, and how much of it is forgotten.",
        formula="forgotten = max over time − now",
        source="Lopez-Paz & Ranzato 2017, Gradient Episodic Memory; "
        "Chaudhry et al. 2018, Riemannian Walk",
        inputs=(
            Port("tasks", "metric", "One wire a task, in their order", variadic=True),
        ),
        outputs=(),
        aliases=("forgetting", "continual learning", "lifelong", "plot", "watch"),
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
        count("count", 16, "Samples", "How many are shown."),
        IGNORED,
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
    _view(
        "latent_map",
        "LatentMap",
        "Shows what a decoder makes of places in the plane of two latent numbers.",
        (
            Port("latent", "float", "N×F: the code; its first two features"),
            Port("input", "float", "N×C×H×W: what the decoder makes of it"),
        ),
        count("resolution", 12, "Resolution", "Images per side."),
        positive("extent", 2.5, "Extent", "From the middle to the edges."),
        choice("range", ("automatic", "0…1", "−1…1"), "Range", "From black to white."),
        look="image_grid",
    ),
    _view(
        "text_sample",
        "TextSample",
        "Lets a language model write: one token after the other, each drawn.",
        (
            Port("tokens", "int", "N×T: what it reads"),
            Port("input", "float", "N×T×C: scores of the next token at every place"),
        ),
        Param("prompt", "text", "The ", "Prompt", "How the text begins."),
        count("length", 160, "Length", "Tokens to write."),
        positive("temperature", 0.8, "Temperature", "Under 1 is more careful."),
        Param(
            "top_k",
            "int",
            None,
            "Top k",
            "Draw from so many only.",
            min=1,
            max=100_000,
            optional=True,
            unset="all",
        ),
        Param("seed", "int", 0, "Seed", "The same draws every time.", min=0),
    ),
    _view(
        "denoising_chain",
        "DenoisingChain",
        "Runs a diffusion model backwards, from pure noise to samples.",
        (
            Port("noisy", "float", "N×2 or N×C×H×W: of a NoiseSchedule"),
            Port("time", "float", "N×1: of the same"),
            Port("input", "float", "What the network finds, like `noisy`"),
        ),
        _NUM_SAMPLES,
        count("frames", 8, "Frames", "Moments that are shown."),
        Param(
            "sampling_steps",
            "int",
            None,
            "Sampling steps",
            "Fewer are quicker; automatic is every step.",
            min=1,
            optional=True,
        ),
        Param(
            "clip",
            "float",
            None,
            "Clip",
            "Samples found on the way are cut to ± this, such as 1 for images.",
            min=0.0,
            exclusive_min=True,
            optional=True,
            unset="none",
        ),
        Param("seed", "int", 0, "Seed", "The same noise every time.", min=0),
        look="image_grid",
    ),
    _view(
        "forecast",
        "Forecast",
        "Continues a series by itself: every answer becomes an input.",
        (
            Port("window", "float", "N×T×1: values in order of time"),
            Port("input", "float", "N×1: the network's next value"),
            Port("target", "float", "N×1: the true next value", optional=True),
        ),
        count("length", 100, "Length", "Steps to look ahead, at most."),
    ),
)
