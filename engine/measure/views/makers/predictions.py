"""The network's answer beside the right one, the worst first.

Of classes: arrays `labels` M, `answers` M and `shares` M×2 (what the answered class
and the right one got). Of numbers: `targets` M×F and `outputs` M×F, in the units of
the data set. Of texts, rows of tokens: words `rights` and `answers`; each token is
answered after the right ones before it. All: `losses` M (−ln share, for texts its mean
over the tokens, or the mean squared error in scaled units), `samples` M (which they
are), and what stands beside them: `pixels` uint8 M×H×W×C or `features` M×F. Words:
`classes`, `columns`, `targets`, `texts`, `total` (how many were judged).
"""

import numpy as np
import numpy.typing as npt

from engine.measure.views import classes, pixels
from engine.measure.views.scene import Array, Drawing, Scene, host
from engine.protocol.arrays import Floats, Ints

Bools = npt.NDArray[np.bool_]

MOST_COLUMNS = 6
"""Features that are shown beside a prediction."""
MOST_CHARACTERS = 200
"""Of a text that is shown."""


def draw(scene: Scene) -> Drawing:
    """Return the `count` samples with the largest losses."""
    if _is_text(scene):
        return _of_texts(scene)
    is_number = scene.inputs["target"].is_floating_point()
    arrays, losses, words = _of_numbers(scene) if is_number else of_classes(scene)
    counts = np.ones(len(losses), bool) if is_number else classes.counted(scene)
    worst = _worst_counted(scene, losses, counts)
    picked = chosen(scene, arrays, losses, worst)
    words["total"] = (str(int(counts.sum())),)
    if scene.has("sample"):
        add_sample(scene, picked, words)
    return picked, words


def chosen(
    scene: Scene, arrays: dict[str, Array], losses_M: Floats, places: Ints
) -> dict[str, Array]:
    """Return some of what was judged, with losses and the samples they belong to."""
    picked = {name: array[places] for name, array in arrays.items()}
    picked["losses"] = losses_M[places]
    per_sample = max(len(losses_M) // max(len(scene.inputs["input"]), 1), 1)
    picked["samples"] = places // per_sample
    return picked


def _worst_counted(scene: Scene, losses_M: Floats, counts_M: Bools) -> Ints:
    """Return which of those that count are shown, the largest loss first."""
    worst = worst_first(losses_M)
    return worst[counts_M[worst]][: int(scene.number("count", 16))]


def worst_first(losses_M: Floats) -> Ints:
    """Return indices from the largest loss down; equal ones in their order."""
    bad = np.where(np.isfinite(losses_M), losses_M, np.inf)
    return np.argsort(-bad, kind="stable").astype(np.int64)


Judged = tuple[dict[str, Array], Floats, dict[str, tuple[str, ...]]]


def of_classes(scene: Scene) -> Judged:
    """Return labels, answers and their shares, losses, and the names of classes."""
    scores, labels = classes.judged(scene)
    shares = classes.shares(scores, scene.params)
    answers = classes.answers(scores, scene.params)
    everyone = np.arange(len(labels))
    counts = classes.counted(scene)
    labels = np.where(counts, labels, 0)  # an ignored label need not be a class
    both = np.stack([shares[everyone, answers], shares[everyone, labels]], axis=1)
    arrays = {"labels": labels, "answers": answers, "shares": classes.small(both)}
    names = classes.names(scene.classes, shares.shape[1])
    return arrays, classes.surprise(shares, labels), {"classes": names}


def _is_text(scene: Scene) -> bool:
    """Return whether the right answer is a row of characters."""
    target = scene.inputs["target"]
    is_row = target.dim() == 2 and target.shape[1] > 1
    return is_row and len(scene.classes) > 2 and max(map(len, scene.classes)) == 1


def _of_texts(scene: Scene) -> Drawing:
    """Return whole texts beside the right ones, the largest mean loss first."""
    scores, labels = classes.judged(scene)
    shares = classes.shares(scores, scene.params)
    rows = tuple(scene.inputs["target"].shape)
    counts = classes.counted(scene)
    known = np.where(counts, labels, 0)  # an ignored label need not be a class
    summed = (classes.surprise(shares, known) * counts).reshape(rows).sum(axis=1)
    counted = counts.reshape(rows).sum(axis=1)
    losses = summed / np.maximum(counted, 1)
    worst = _worst_counted(scene, losses, counted > 0)
    answers = classes.answers(scores, scene.params).reshape(rows)
    picked: dict[str, Array] = {"losses": losses[worst], "samples": worst}
    words = {
        "rights": _spelt(scene, labels.reshape(rows)[worst]),
        "answers": _spelt(scene, answers[worst]),
        "total": (str(int((counted > 0).sum())),),
    }
    if scene.has("sample"):
        add_sample(scene, picked, words)
    return picked, words


def _spelt(scene: Scene, tokens_MT: Ints) -> tuple[str, ...]:
    """Return rows of tokens as texts."""
    names = dict(enumerate(scene.classes))
    rows = tokens_MT[:, :MOST_CHARACTERS].tolist()
    return tuple("".join(names.get(token, "?") for token in row) for row in rows)


def _of_numbers(scene: Scene) -> Judged:
    output, target = scene.raw("input"), scene.raw("target")
    arrays: dict[str, Array] = {
        "targets": scene.restored("target", target),
        "outputs": scene.restored("input", output.reshape(target.shape)),
    }
    losses = np.square(output.reshape(target.shape) - target).mean(axis=1)
    return arrays, losses, {"targets": scene.names.get("target", ())}


def add_sample(
    scene: Scene, chosen: dict[str, Array], words: dict[str, tuple[str, ...]]
) -> None:
    """Add what the network read of the chosen samples: pixels, text or features."""
    sample = scene.inputs["sample"]
    picked = chosen["samples"].astype(np.int64)
    if scene.tokens:
        words["texts"] = tuple(_text(scene, int(place)) for place in picked)
        return
    if pixels.is_image(tuple(sample.shape[1:])):
        images = host(sample).astype(np.float64)
        low, high = pixels.limits(images, "automatic")
        chosen["pixels"] = pixels.tiles(images[picked], low, high)
        return
    features = scene.numbers("sample")[picked, :MOST_COLUMNS]
    chosen["features"] = classes.small(features)
    words["columns"] = scene.names.get("sample", ())[:MOST_COLUMNS]


def _text(scene: Scene, place: int) -> str:
    """Return the tokens of a sample as text, without what fills it up."""
    numbers = scene.inputs["sample"][place].reshape(-1).tolist()
    known = scene.tokens
    return "".join(known[n] if n < len(known) else f"<{n}>" for n in numbers)
