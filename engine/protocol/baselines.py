"""What answers without a network reach: the lazy baseline beside every result."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from engine.i18n import tr
from engine.protocol.goals import PhaseGoal

FIELD = "baselines"
"""Its name in `run.json`."""
TOTAL = "loss"
"""Name of the weighted sum among evaluated values; see `messages.Evaluation`."""
_MOST, _LONGEST = 1000, 100
_MOST_SAMPLES, _LARGEST = 2**53, 1e300

Kind = Literal["class", "shares", "mean", "median", "last", "several"]
"""Always the most frequent class, the frequencies of all as probabilities, always
the mean, always the median, the last value again; or different ones in one sum."""


@dataclass(frozen=True)
class Baseline:
    """The value of a loss or metric for an answer that looks at no input.

    Args:
        value: On the part that is evaluated.
        kind: What is answered, learnt from the training part alone.
        answer: Name of the class that is always answered, where there is one.
        samples: On how many evenly spread samples, where not on all; otherwise 0.
        higher: The score is better the higher it is.
    """

    value: float
    kind: Kind
    answer: str = ""
    samples: int = 0
    higher: bool = False

    def is_beaten_by(self, value: float) -> bool:
        """Return whether a result is better."""
        return value > self.value if self.higher else value < self.value

    @property
    def words(self) -> str:
        """What is answered, in a few words."""
        if self.answer:
            return tr("always “{answer}”", answer=self.answer)
        return {
            "class": tr("always the most frequent class"),
            "shares": tr("class frequencies"),
            "mean": tr("always the mean"),
            "median": tr("always the median"),
            "last": tr("always the last value"),
            "several": tr("always the same answer"),
        }[self.kind]

    @property
    def text(self) -> str:
        """The same with the value, such as `always “7”: 0.11`."""
        return self.telling(f"{self.value:.4g}")

    def telling(self, value: str) -> str:
        """Return the same with the value as it is written where it is shown."""
        if not self.samples:
            return f"{self.words}: {value}"
        return tr("{words}: {value}, on {n:sample|samples}",
                  words=self.words, value=value, n=f"{self.samples:,}")  # fmt: skip


Baselines = Mapping[str, Baseline]


def against(
    name: str, value: float, known: Baseline | None, *, is_share: bool = False
) -> str:
    """Return a result with what it stands against, in words.

    Args:
        name: Of the score.
        value: Of the result.
        known: Of the lazy answer, if there is one.
        is_share: Both are shares of samples, written as per cent.
    """
    words = f"{name} {written(value, is_share=is_share)}"
    if known is None:
        return words
    return f"{words} ({known.telling(written(known.value, is_share=is_share))})"


def written(value: float, *, is_share: bool) -> str:
    """Return a score in four digits, a share of samples as per cent."""
    return f"{100 * value:.1f} %" if is_share else f"{value:.4g}"


def total(goal: PhaseGoal, known: Baselines) -> Baseline | None:
    """Return the baseline of what a phase minimises; None unless all of it has one.

    Args:
        goal: Of the phase.
        known: By node path.
    """
    parts = [known.get(path) for path in goal.losses]
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts) or min(goal.losses.values()) < 0:
        return None
    kinds = {(part.kind, part.answer) for part in found}
    kind, answer = kinds.pop() if len(kinds) == 1 else ("several", "")
    value = goal.value({path: known[path].value for path in goal.losses})
    samples = max(part.samples for part in found)
    return Baseline(value, kind, answer, samples)


def records(known: Baselines) -> dict[str, object]:
    """Return them as JSON values."""
    return {path: asdict(each) for path, each in known.items()}


def read(found: object) -> dict[str, Baseline]:
    """Return the baselines of a run; what is not one is left out.

    Args:
        found: Whatever stands in `run.json`.
    """
    items = list(found.items())[:_MOST] if isinstance(found, dict) else []
    return {path: each for path, it in items if (each := _baseline(it)) is not None}


def _baseline(record: object) -> Baseline | None:
    if not isinstance(record, dict):
        return None
    value, samples = record.get("value"), record.get("samples", 0)
    kinds = [kind for kind in get_args(Kind) if kind == record.get("kind")]
    answer = record.get("answer", "")
    if not isinstance(answer, str) or len(answer) > _LONGEST:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if type(samples) is not int or not 0 <= samples < _MOST_SAMPLES:
        return None
    if not kinds or not answer.isprintable() or not abs(value) < _LARGEST:
        return None
    return Baseline(
        float(value), kinds[0], answer, samples, record.get("higher") is True
    )
