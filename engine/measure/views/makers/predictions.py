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
from engine.measure.views.subject import Array, Drawing, Subject, host
from engine.protocol.arrays import Floats, Ints

Bools = npt.NDArray[np.bool_]

MOST_COLUMNS = 6
"""Features that are shown beside a prediction."""
MOST_CHARACTERS = 200
"""Of a text that is shown."""


def draw(subject: Subject) -> Drawing:
    """Return the `count` samples with the largest losses."""
    if _is_text(subject):
        return _of_texts(subject)
    is_number = subject.inputs["target"].is_floating_point()
    arrays, losses, words = _of_numbers(subject) if is_number else of_classes(subject)
    counts = np.ones(len(losses), bool) if is_number else classes.counted(subject)
    worst = _worst_counted(subject, losses, counts)
    picked = chosen(subject, arrays, losses, worst)
    words["total"] = (str(int(counts.sum())),)
    if subject.has("sample"):
        add_sample(subject, picked, words)
    return picked, words


def chosen(
    subject: Subject, arrays: dict[str, Array], losses_M: Floats, places: Ints
) -> dict[str, Array]:
    """Return some of what was judged, with losses and the samples they belong to."""
    picked = {name: array[places] for name, array in arrays.items()}
    picked["losses"] = losses_M[places]
    per_sample = max(len(losses_M) // max(len(subject.inputs["input"]), 1), 1)
    picked["samples"] = places // per_sample
    return picked


def _worst_counted(subject: Subject, losses_M: Floats, counts_M: Bools) -> Ints:
    """Return which of those that count are shown, the largest loss first."""
    worst = worst_first(losses_M)
    return worst[counts_M[worst]][: int(subject.number("count", 16))]


def worst_first(losses_M: Floats) -> Ints:
    """Return indices from the largest loss down; equal ones in their order."""
    bad = np.where(np.isfinite(losses_M), losses_M, np.inf)
    return np.argsort(-bad, kind="stable").astype(np.int64)


Judged = tuple[dict[str, Array], Floats, dict[str, tuple[str, ...]]]


def of_classes(subject: Subject) -> Judged:
    """Return labels, answers and their shares, losses, and the names of classes."""
    scores, labels = classes.judged(subject)
    shares = classes.shares(scores, subject.params)
    answers = classes.answers(scores, subject.params)
    everyone = np.arange(len(labels))
    counts = classes.counted(subject)
    labels = np.where(counts, labels, 0)  # an ignored label need not be a class
    both = np.stack([shares[everyone, answers], shares[everyone, labels]], axis=1)
    arrays = {"labels": labels, "answers": answers, "shares": classes.small(both)}
    names = classes.names(subject.classes, shares.shape[1])
    return arrays, classes.surprise(shares, labels), {"classes": names}


def _is_text(subject: Subject) -> bool:
    """Return whether the right answer is a row of characters."""
    target = subject.inputs["target"]
    is_row = target.dim() == 2 and target.shape[1] > 1
    return is_row and len(subject.classes) > 2 and max(map(len, subject.classes)) == 1


def _of_texts(subject: Subject) -> Drawing:
    """Return whole texts beside the right ones, the largest mean loss first."""
    scores, labels = classes.judged(subject)
    shares = classes.shares(scores, subject.params)
    rows = tuple(subject.inputs["target"].shape)
    counts = classes.counted(subject)
    known = np.where(counts, labels, 0)  # an ignored label need not be a class
    summed = (classes.surprise(shares, known) * counts).reshape(rows).sum(axis=1)
    counted = counts.reshape(rows).sum(axis=1)
    losses = summed / np.maximum(counted, 1)
    worst = _worst_counted(subject, losses, counted > 0)
    answers = classes.answers(scores, subject.params).reshape(rows)
    picked: dict[str, Array] = {"losses": losses[worst], "samples": worst}
    words = {
        "rights": _spelt(subject, labels.reshape(rows)[worst]),
        "answers": _spelt(subject, answers[worst]),
        "total": (str(int((counted > 0).sum())),),
    }
    if subject.has("sample"):
        add_sample(subject, picked, words)
    return picked, words


def _spelt(subject: Subject, tokens_MT: Ints) -> tuple[str, ...]:
    """Return rows of tokens as texts."""
    names = dict(enumerate(subject.classes))
    rows = tokens_MT[:, :MOST_CHARACTERS].tolist()
    return tuple("".join(names.get(token, "?") for token in row) for row in rows)


def _of_numbers(subject: Subject) -> Judged:
    output, target = subject.raw("input"), subject.raw("target")
    arrays: dict[str, Array] = {
        "targets": subject.restored("target", target),
        "outputs": subject.restored("input", output.reshape(target.shape)),
    }
    losses = np.square(output.reshape(target.shape) - target).mean(axis=1)
    return arrays, losses, {"targets": subject.names.get("target", ())}


def add_sample(
    subject: Subject, chosen: dict[str, Array], words: dict[str, tuple[str, ...]]
) -> None:
    """Add what the network read of the chosen samples: pixels, text or features."""
    sample = subject.inputs["sample"]
    picked = chosen["samples"].astype(np.int64)
    if subject.tokens:
        words["texts"] = tuple(_text(subject, int(place)) for place in picked)
        return
    if pixels.is_image(tuple(sample.shape[1:])):
        images = host(sample).astype(np.float64)
        low, high = pixels.limits(images, "automatic")
        chosen["pixels"] = pixels.tiles(images[picked], low, high)
        return
    features = subject.numbers("sample")[picked, :MOST_COLUMNS]
    chosen["features"] = classes.small(features)
    words["columns"] = subject.names.get("sample", ())[:MOST_COLUMNS]


def _text(subject: Subject, place: int) -> str:
    """Return the tokens of a sample as text, without what fills it up."""
    numbers = subject.inputs["sample"][place].reshape(-1).tolist()
    known = subject.tokens
    return "".join(known[n] if n < len(known) else f"<{n}>" for n in numbers)
