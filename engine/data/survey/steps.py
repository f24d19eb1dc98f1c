"""The preparation in sentences: what happens between the file and a batch."""

from collections.abc import Iterator

import numpy as np

from engine.data.material.material import Material
from engine.data.own import practice
from engine.data.survey.training_steps import in_training
from engine.i18n import tr
from engine.layers.datasets.own import MISSING, OwnColumn, is_own
from engine.layers.spec import Params, Value
from engine.plain import percent
from engine.protocol.data.surveys import PreparationStep, SplitFacts

_MOST_NAMED = 3


def steps(
    material: Material, told: tuple[tuple[str, str], ...], split: SplitFacts | None
) -> tuple[PreparationStep, ...]:
    """Return the steps in the order in which they are made."""
    found = [PreparationStep(tr("Read"), _read(material, told))]
    found += _chosen(material, in_training=False)
    found += _usual(material)
    if split is not None:
        found.append(PreparationStep(tr("Split"), _split(material.params, split)))
    found += _chosen(material, in_training=True)
    found.append(PreparationStep(tr("Hand out"), _ports(material)))
    return tuple(found)


def _read(material: Material, told: tuple[tuple[str, str], ...]) -> str:
    shown = told[:2] if is_own(material.params) else ()
    first = [*dict.fromkeys(value for _, value in shown)]  # once, such as both sizes
    count = tr("{n:column|columns}", n=len(material.columns))
    return ", ".join([*first, count])


def _chosen(material: Material, *, in_training: bool) -> Iterator[PreparationStep]:
    """Yield the steps that a document names: those of all rows, or of training."""
    rows = material.params.get("steps") or ()
    for index, row in enumerate(rows if isinstance(rows, tuple) else ()):
        if not isinstance(row, tuple) or len(row) < 2:
            continue
        if practice.is_step(row) == in_training:
            yield PreparationStep(title_of(str(row[1])), _about(material, row), index)


def title_of(step: str) -> str:
    """Return the words of a step of a document."""
    titles = {
        "impute": tr("Fill in"),
        "log": tr("Logarithm"),
        "standardise": tr("Standardise"),
        "min_max": tr("Bring to 0…1"),
        "none": tr("Leave as it is"),
        "one_hot": tr("One-hot"),
        practice.WEIGHTS: tr("Class weights"),
        practice.OVERSAMPLE: tr("Draw rare classes more often"),
        "flip": tr("Flip"),
        "shift": tr("Shift"),
        "crop": tr("Crop"),
        "noise": tr("Add noise"),
        practice.MIX: tr("Mix-up"),
    }
    return titles.get(step, step)


def _about(material: Material, row: tuple[Value, ...]) -> str:
    name = str(row[0])
    if practice.is_step(row):
        return in_training(material, row)
    words = tr("all features") if name == "*" else name
    fills = {
        "median": tr("with the median"),
        "mean": tr("with the mean"),
        "zero": tr("with 0"),
        "most_frequent": tr("with the median"),
    }
    if row[1] == "impute" and len(row) > 2:
        fill = fills.get(str(row[2]), tr("with {value}", value=row[2]))
        return f"{words}, {fill}"
    return (
        f"{words}{_fitted(material)}" if row[1] in {"standardise", "min_max"} else words
    )


def _fitted(material: Material) -> str:
    count = len(material.train)
    return tr(", fitted on {n:row|rows}", n=f"{count:,}") if count else ""


def _usual(material: Material) -> Iterator[PreparationStep]:
    """Yield the steps that nobody has to choose."""
    features = [c for c in material.columns if c.is_feature]
    gaps = [c.name for c in features if c.kind != "category" and _has_gaps(material, c)]
    if gaps and not _names_step(material.params, "impute"):
        yield PreparationStep(
            tr("Fill in"), tr("{names}, with the median", names=listed(gaps))
        )
    classes = [c for c in features if c.kind == "category"]
    if classes:
        words = [_one_hot(c) for c in classes[:_MOST_NAMED]]
        more = len(classes) - len(words)
        words += [tr("{n} more", n=more)] if more else []
        yield PreparationStep(tr("One-hot"), ", ".join(words))
    numbers = [c for c in features if c.kind != "category"]
    kind = str(material.params.get("scaling") or material.spec.scaling)
    if numbers and kind != "none" and not _names_step(material.params, "*"):
        count = tr("{n:column|columns}", n=len(numbers))
        title = title_of("standardise" if kind == "standardise" else "min_max")
        yield PreparationStep(title, count + _fitted(material))
    elif not features and kind != "none" and material.params.get("sample") != "text":
        title = title_of("standardise" if kind == "standardise" else "min_max")
        yield PreparationStep(title, tr("all values together") + _fitted(material))


def _has_gaps(material: Material, column: OwnColumn) -> bool:
    if column.name not in material.values:
        return False
    return bool(np.isnan(material.numbers_of(column)).any())


def _names_step(params: Params, word: str) -> bool:
    rows = params.get("steps") or ()
    found = rows if isinstance(rows, tuple) else ()
    return any(isinstance(row, tuple) and word in row[:2] for row in found)


def _one_hot(column: OwnColumn) -> str:
    known = [name for name in column.classes if name != MISSING]
    return tr("{name} → {n:number|numbers}", name=column.name,
              n=len(column.features) if known else 0)  # fmt: skip


def listed(names: list[str]) -> str:
    """Return names with commas; many are cut short."""
    words = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return words + (tr(" and {n} more", n=more) if more > 0 else "")


def split_words(split: SplitFacts) -> str:
    """Return how rows are split."""
    words = {
        "random": tr("at random"),
        "stratified": tr("every class in proportion"),
        "group": tr("whole groups of {name}", name=split.column),
        "time": tr("the end in time, by {name}", name=split.column),
        "part": tr("as {name} says", name=split.column),
        "end": tr("the end"),
    }
    return words[split.how]


def _split(params: Params, split: SplitFacts) -> str:
    whole = max(1, split.train + split.held)
    shares = f"{percent(split.train / whole)} / {percent(split.held / whole)}"
    seeded = split.how in {"random", "stratified", "group"}
    seed = tr("seed {n}", n=params.get("split_seed") or 0)
    is_together = params.get("together") and split.how in {"random", "stratified"}
    more = [tr("equal rows together")] * bool(is_together) + [seed] * seeded
    return ", ".join([shares, split_words(split), *more])


def _ports(material: Material) -> str:
    words = []
    for port in material.spec.ports(material.params):
        shape = "×".join(["N", *map(str, port.shape)])
        words.append(f"{port.port.name} {shape}")
    return ", ".join(words) or tr("nothing yet")
