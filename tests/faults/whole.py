"""Every loss and metric: what batches give together is the value of the whole part.

The oracle is torch in float64, or numpy, over all samples at once.
"""

import argparse
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from engine.compile.program import compile_project
from engine.graph.model import Edge, Graph, Node, Project
from engine.graph.settings import Phase, Training
from engine.layers import registry
from engine.layers.spec import Value
from engine.training.evaluation import evaluation
from engine.training.evaluation.evaluation import Evaluator, Tally
from engine.training.evaluation.feeds import Extent, spans

HELP = "every loss and metric is that of the whole part, however it is cut and sorted"
NUM, CLASSES, STEPS = 411, 10, 20
SIZES = (1, 7, 256, NUM)
TOLERANCE = 1e-6
Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Inputs = list[torch.Tensor]


@dataclass(frozen=True)
class Case:
    """One loss or metric with its settings.

    Args:
        type_id: Of the catalogue.
        kinds: Of its inputs, see `_SHAPES`.
        oracle: From all inputs at once, decimal ones in float64.
        params: That are not defaults.
        partner: Settings of a loss of the same scores and labels.
    """

    type_id: str
    kinds: str
    oracle: Callable[..., object]
    params: dict[str, Value] = field(default_factory=dict)
    partner: dict[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.type_id} {self.params or ''} {self.partner or ''}"


_SHAPES: dict[str, tuple[int, ...]] = {
    "s": (CLASSES,), "S": (STEPS, 41), "x": (3,), "t": (3,), "p": (3,), "u": (3,),
    "v": (3,), "g": (3,), "n": (), "m": (), "i": (), "o": (1,), "b": (1,),
    "d": (CLASSES,), "C": (2 * STEPS, 41), "P": (2,), "k": (3,), "l": (CLASSES,),
}  # fmt: skip
"""Letter → shape of a sample: s scores, l their logarithmic shares, S scores of steps,
x t numbers, p u probabilities, v variance, g k signs or yes and no, n m numbers alone,
i a sign, o b a score and its yes or no, d shares of classes, C log-shares for CTC,
P points. y are labels, w labels of steps."""
_LABELS = {"y": ("digits", "label"), "w": ("dates", "written")}
_WEIGHTS = (10.0, 1.0, 0.5, 2.0, 0.0, 1.0, 1.0, 3.0, 1.0, 0.25)
_OF_TOKENS = tuple(float(n % 5 + 1) for n in range(41))


def _made(kind: str, rng: np.random.Generator) -> Array:
    """Return all samples of one input."""
    if kind == "y":
        return rng.choice(CLASSES, NUM, p=np.arange(1, 11) / 55)
    if kind == "w":
        return rng.integers(1, 41, (NUM, STEPS)) * (rng.random((NUM, STEPS)) < 0.6)
    values = rng.normal(size=(NUM, *_SHAPES[kind]))
    return next((make(values) for kinds, make in _MAKES if kind in kinds), values)


def _shares(values: Array) -> Array:
    return np.exp(values) / np.exp(values).sum(-1, keepdims=True)


_MAKES: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("pu", lambda values: 1 / (1 + np.exp(-values))),
    ("v", np.exp),
    ("gi", lambda values: np.where(values > 0.4, 1.0, -1.0)),
    ("bk", lambda values: (values > 0.4) * 1.0),
    ("d", _shares),
    ("Cl", lambda values: np.log(_shares(values))),
)


def _smoothed(scores: torch.Tensor, labels: torch.Tensor, **more: object) -> float:
    """Return label smoothing with class weights, written out."""
    weights = torch.tensor(_WEIGHTS, dtype=torch.float64)
    logs = scores - scores.logsumexp(1, keepdim=True)
    ignored = more.get("ignore_index")
    kept = labels != ignored
    spread = (0.1 / CLASSES) * (logs * weights).sum(1)
    own = 0.9 * weights[labels] * logs.gather(1, labels[:, None])[:, 0]
    return float(-(own + spread)[kept].sum() / weights[labels][kept].sum())


def _steps(scores: torch.Tensor, labels: torch.Tensor, **more: object) -> torch.Tensor:
    return F.cross_entropy(scores.flatten(0, 1), labels.flatten(), **more)


def _ctc(log_shares: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    whole = torch.full((NUM,), 2 * STEPS), torch.full((NUM,), STEPS)
    return F.ctc_loss(log_shares.transpose(0, 1), labels, *whole, zero_infinity=True)


def _kl(mean: torch.Tensor, logs: torch.Tensor) -> float:
    return float(0.5 * (mean**2 + logs.exp() - logs - 1).sum() / NUM)


def _yes(y: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return -(3 * t * F.logsigmoid(y) + (1 - t) * F.logsigmoid(-y)).mean()


def _gaussian(y: torch.Tensor, t: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return F.gaussian_nll_loss(y, t, v)


def _confusion(answers: Array, labels: Array) -> list[tuple[int, int, int]]:
    """Return true and false positives and false negatives of all that occur."""
    found = []
    for c in range(CLASSES):
        right = int(((answers == c) & (labels == c)).sum())
        wrong, missed = (
            int((answers == c).sum()) - right,
            int((labels == c).sum()) - right,
        )
        if right + wrong + missed:
            found.append((right, wrong, missed))
    return found


def _quotient(p: float, n: float, *, micro: bool = False) -> Callable[..., float]:
    def of(scores: torch.Tensor, labels: torch.Tensor) -> float:
        counts = np.array(_confusion(scores.argmax(1).numpy(), labels.numpy()), float)
        if micro:
            counts = counts.sum(0, keepdims=True)
        right, wrong, missed = counts.T
        below = right + p * wrong + n * missed
        return float(
            np.mean(np.divide(right, below, np.zeros_like(right), where=below > 0))
        )

    return of


def _without(label: int, measure: Callable[..., object]) -> Callable[..., object]:
    """Return a measure of the places that count alone."""

    def of(scores: torch.Tensor, labels: torch.Tensor) -> object:
        kept = labels != label
        return measure(scores[kept], labels[kept])

    return of


def _right(scores: torch.Tensor, labels: torch.Tensor) -> float:
    return float((scores.argmax(-1) == labels).double().mean())


def _perplexity(scores: torch.Tensor, labels: torch.Tensor) -> float:
    return float(
        F.cross_entropy(scores.reshape(-1, scores.shape[-1]), labels.flatten()).exp()
    )


def _exact(scores: torch.Tensor, labels: torch.Tensor, ignored: int = -1) -> float:
    good = [
        all(s == t for s, t in zip(row, right, strict=True) if t != ignored)
        for row, right in zip(scores.argmax(-1).tolist(), labels.tolist(), strict=True)
        if any(t != ignored for t in right)
    ]
    return float(np.mean(good))


def _top(scores: torch.Tensor, labels: torch.Tensor) -> float:
    ranks = np.argsort(-scores.numpy(), axis=1)[:, :3]
    return float(
        np.mean([t in row for t, row in zip(labels.tolist(), ranks, strict=True)])
    )


def _r2(y: torch.Tensor, t: torch.Tensor) -> float:
    return float(1 - ((y - t) ** 2).sum() / ((t - t.mean()) ** 2).sum())


def _within(points: torch.Tensor) -> float:
    turns = np.arange(8) * np.pi / 4
    centres = 2 * np.stack([np.cos(turns), np.sin(turns)], 1)
    far = np.linalg.norm(points.numpy()[:, None] - centres, axis=2).min(1)
    return float((far <= 0.3).mean())


_W = torch.tensor(_WEIGHTS, dtype=torch.float64)
_T = torch.tensor(_OF_TOKENS, dtype=torch.float64)
_IGNORE = {"ignore_index": 0}
CASES = (
    Case("mse", "xt", F.mse_loss),
    Case("l1", "xt", F.l1_loss),
    Case("huber", "xt", lambda y, t: F.huber_loss(y, t, delta=0.5), {"delta": 0.5}),
    Case("smooth_l1", "xt", F.smooth_l1_loss),
    Case("log_cosh", "xt", lambda y, t: (y - t).cosh().log().mean()),
    Case("poisson_nll", "xv", F.poisson_nll_loss),
    Case("gaussian_nll", "xtv", _gaussian),
    Case("kl_gaussian", "xt", _kl),
    Case("minimise", "x", torch.mean),
    Case("cross_entropy", "sy", F.cross_entropy),
    Case(
        "cross_entropy", "sy", lambda s, t: F.cross_entropy(s, t, _W),
        {"class_weights": _WEIGHTS},
    ),
    Case("cross_entropy", "sy", _without(0, F.cross_entropy), _IGNORE),
    Case(
        "cross_entropy", "sy", lambda s, t: _smoothed(s, t, ignore_index=3),
        {"class_weights": _WEIGHTS, "label_smoothing": 0.1, "ignore_index": 3},
    ),
    Case("cross_entropy", "sd", F.cross_entropy),
    Case(
        "cross_entropy", "Sw", lambda s, t: _steps(s, t, weight=_T, ignore_index=0),
        {"class_weights": _OF_TOKENS, **_IGNORE},
    ),
    Case(
        "nll", "ly", lambda s, t: F.nll_loss(s, t, _W, ignore_index=0),
        {"class_weights": _WEIGHTS, **_IGNORE},
    ),
    Case("bce", "pu", F.binary_cross_entropy),
    Case("bce_with_logits", "xu", _yes, {"pos_weight": 3.0}),
    Case("bce_with_logits", "x", lambda y: F.softplus(y).mean(), {"target": 0.0}),
    Case("kl_div", "ld", lambda y, t: (t * (t.log() - y)).sum() / NUM),
    Case("hinge", "xg", lambda y, t: (1 - y * t).clamp(min=0).mean()),
    Case("soft_margin", "xg", F.soft_margin_loss),
    Case("multi_margin", "sy", F.multi_margin_loss),
    Case("multilabel_soft_margin", "xk", F.multilabel_soft_margin_loss),
    Case("ctc", "Cw", _ctc),
    Case("cosine_embedding", "xti", F.cosine_embedding_loss),
    Case("hinge_embedding", "vg", F.hinge_embedding_loss),
    Case("margin_ranking", "nmi", F.margin_ranking_loss),
    Case("triplet_margin", "xtv", F.triplet_margin_loss),
    Case("accuracy", "sy", _right),
    Case("accuracy", "sy", _without(0, _right), {}, _IGNORE),
    Case("accuracy", "Sw", _without(0, _right), {}, _IGNORE),
    Case("accuracy", "Sw", _right, {"ignore_index": -1}, _IGNORE),
    Case("accuracy", "ob", lambda y, t: float(((y >= 0) == (t > 0.5)).double().mean())),
    Case("top_k", "sy", _top, {"k": 3}),
    Case("top_k", "sy", _without(2, _top), {"k": 3}, {"ignore_index": 2}),
    Case("f1", "sy", _quotient(0.5, 0.5)),
    Case("f1", "sy", _quotient(0.5, 0.5, micro=True), {"average": "micro"}),
    Case("f1", "sy", _without(4, _quotient(0.5, 0.5)), {}, {"ignore_index": 4}),
    Case("precision", "sy", _quotient(1, 0)),
    Case("precision", "sy", _without(9, _quotient(1, 0)), {}, {"ignore_index": 9}),
    Case("recall", "sy", _quotient(0, 1)),
    Case("recall", "sy", _without(9, _quotient(0, 1)), {}, {"ignore_index": 9}),
    Case("perplexity", "Sw", _perplexity),
    Case("perplexity", "Sw", _without(0, _perplexity), {}, _IGNORE),
    Case("r2", "xt", _r2),
    Case("mae", "xt", lambda y, t: (y - t).abs().mean()),
    Case("rmse", "xt", lambda y, t: ((y - t) ** 2).mean().sqrt()),
    Case("exact_match", "Sw", _exact),
    Case("exact_match", "Sw", lambda s, t: _exact(s, t, 0), {}, _IGNORE),
    Case("mode_coverage", "P", _within),
)  # fmt: skip


def _id(letter: str) -> str:
    return f"{letter.lower()}{int(letter.isupper())}"


def document(case: Case) -> Project:
    """Return a document that judges inputs that come from outside."""
    graph, ports = Graph(), [port.name for port in registry.get(case.type_id).inputs]
    wires = [("z.out", "guess.input"), ("guess.out", "own.input")]
    for node in (
        Node("z", "noise", {"shape": (2,)}),
        Node("guess", "linear", {"out_features": 1}),
        Node("own", "minimise"),
        Node("end", case.type_id, case.params),
    ):
        graph.add_node(node)
    for letter, port in zip(case.kinds, ports, strict=False):
        source, out = _LABELS.get(letter, ("", "out"))
        made = Node(_id(letter), "data", {"source": source})
        graph.add_node(
            made if source else Node(_id(letter), "noise", {"shape": _SHAPES[letter]})
        )
        wires.append((f"{_id(letter)}.{out}", f"end.{port}"))
    if case.partner:
        graph.add_node(Node("partner", "cross_entropy", case.partner))
        wires += [(s, t.replace("end.", "partner.")) for s, t in wires[2:]]
    for source, target in wires:
        graph.connect(Edge.parse(source, target))
    return Project("whole", graph, training=Training({}, (Phase(),)).checked())


class Fixed:
    """Brings samples that were made beforehand, in the place of `Feeds`."""

    def __init__(self, samples: dict[str, torch.Tensor]) -> None:
        self._samples = samples

    def extent(self, _names: object = ()) -> Extent:
        return Extent(NUM, NUM)

    def validation_batches(
        self, size: int, _extent: object
    ) -> Iterator[tuple[int, dict]]:
        for start, stop in spans(NUM, size):
            cut = {name: all_[start:stop] for name, all_ in self._samples.items()}
            yield stop - start, cut


@contextmanager
def batches_of(size: int) -> Iterator[None]:
    """Let evaluations go in batches of another size."""
    usual, evaluation.BATCH_SIZE = evaluation.BATCH_SIZE, size
    try:
        yield
    finally:
        evaluation.BATCH_SIZE = usual


def measured(case: Case, size: int, samples: dict[str, torch.Tensor]) -> float:
    """Return what an evaluation gives."""
    program = compile_project(document(case), seed=0)
    whole = {**samples, "z.out": torch.zeros(NUM, 2)}
    evaluator = Evaluator(program, Fixed(whole), half=False)  # type: ignore[arg-type]
    tally = Tally(evaluator)
    with batches_of(size):
        for piece in evaluator.validation():
            tally.add(piece)
    return tally.values()["end"]


def drawn(case: Case, seed: int, *, is_sorted: bool) -> Inputs:
    """Return all inputs of a case, in the order of its ports."""
    rng = np.random.default_rng(seed)
    arrays = [_made(letter, rng) for letter in case.kinds]
    order = np.arange(NUM)
    if is_sorted:  # by label, or by the first number of the last input
        order = np.argsort(arrays[-1].reshape(NUM, -1)[:, 0], kind="stable")
    return [torch.tensor(array[order]) for array in arrays]


def distance(case: Case, size: int, seed: int, *, is_sorted: bool) -> float:
    """Return how far the evaluation is from the oracle, relative above 1."""
    inputs = drawn(case, seed, is_sorted=is_sorted)
    single = [x.float() if x.is_floating_point() else x for x in inputs]
    names = [f"{_id(x)}.{_LABELS[x][1] if x in _LABELS else 'out'}" for x in case.kinds]
    got = measured(case, size, dict(zip(names, single, strict=True)))
    exact = [x.double() if x.is_floating_point() else x for x in single]
    expected = float(case.oracle(*exact))  # type: ignore[arg-type]
    return abs(got - expected) / max(1.0, abs(expected))


def run(options: argparse.Namespace, _folder: Path) -> int:
    """Try all cases, with so many sets of numbers."""
    passed = total = 0
    for seed, case in itertools.product(range(options.n), CASES):
        for size, is_sorted in itertools.product(SIZES, (True, False)):
            far = distance(case, size, options.seed + seed, is_sorted=is_sorted)
            total, passed = total + 1, passed + (far <= TOLERANCE)
            if far > TOLERANCE:
                print(
                    f"{case}: batches of {size}, sorted {is_sorted}: off by {far:.3g}"
                )
    print(f"{'PASS' if passed == total else 'FAIL'} {passed}/{total}")
    return 0 if passed == total else 1
