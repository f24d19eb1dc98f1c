"""What a file or a data set holds, as plain values that a window can draw.

Axes: N rows that were looked at, B bars of a histogram, C×H×W channels and pixels, T
moments of a signal.
"""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from engine.layers.spec import Value  # noqa: TC001 - types are compared at the door
from engine.protocol.commands import Command

if TYPE_CHECKING:
    import numpy.typing as npt

Severity = Literal["warning", "info"]


@dataclass(frozen=True)
class ColumnFacts:
    """One column, counted.

    Args:
        name: As in the file.
        kind: As `engine.layers.datasets.own.OwnKind`.
        role: As `engine.layers.datasets.own.OwnRole`.
        bars: How many rows are in each bar, B; of classes the most frequent first.
        why: Why it has its role, where that isn't plain.
        shape: Of one value; empty for a single one.
        missing: Rows without a value.
        distinct: Different values; −1 where nobody counted.
        low: Smallest number, or date in days since 1970; None where there is none.
        high: Largest.
        mean: Of the numbers.
        deviation: Population deviation of the numbers.
        beyond: Numbers that lie more than three deviations from the mean.
        labels: Classes of the bars; empty where they are equal parts of low to high.
        link: How much it says of the target by itself, −1 to 1; None where unknown.
    """

    name: str
    kind: str
    role: str
    bars: npt.NDArray[Any]
    why: str = ""
    shape: tuple[int, ...] = ()
    missing: int = 0
    distinct: int = -1
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deviation: float | None = None
    beyond: int = 0
    labels: tuple[str, ...] = ()
    link: float | None = None


@dataclass(frozen=True)
class DataPreview:
    """Some samples of a column, drawn as they are.

    Args:
        column: Of which.
        kind: `images` (uint8), `signals` (float32), or `text`.
        samples: N×C×H×W or N×T; empty for a text.
        words: A label for each sample; of a text its beginning, then the tokens of
            `counts`.
        counts: How often the most frequent tokens stand in a text.
    """

    column: str
    kind: str
    samples: npt.NDArray[Any]
    words: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class SplitFacts:
    """How the rows are split, and whether both parts are alike.

    Args:
        how: `random`, `stratified`, `group`, `time`, `part`, or `end` of a text or
            series.
        column: That decides; empty for none.
        train: Rows or places that train.
        held: That validate.
        train_bars: Share of the training part in each bar, B.
        held_bars: Share of the validation part.
        of: The column that is compared; empty for none.
        low: Left end of the bars.
        high: Right end.
        labels: Classes of the bars.
        gap: Half the sum of the differences between the two, 0 (alike) to 1.
    """

    how: str
    column: str
    train: int
    held: int
    train_bars: npt.NDArray[Any]
    held_bars: npt.NDArray[Any]
    of: str = ""
    low: float = 0.0
    high: float = 0.0
    labels: tuple[str, ...] = ()
    gap: float = 0.0


@dataclass(frozen=True)
class Remedy:
    """What one click does about a finding of the data.

    Args:
        label: Words on the button.
        params: Parameters of the data node that change.
    """

    label: str
    params: dict[str, Value]


@dataclass(frozen=True)
class DataFinding:
    """Something about the data that one should know, in a sentence.

    Args:
        id: Stable name of the check.
        severity: A warning costs quality or honesty; an info is good to know.
        title: In a few words.
        text: A sentence or two with the numbers.
        columns: That it is about.
        remedies: What can be done, the best first.
    """

    id: str
    severity: Severity
    title: str
    text: str
    columns: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class FineCheck:
    """A check that found nothing.

    Args:
        id: Stable name of the check.
        title: What is well.
        value: The number that shows it.
    """

    id: str
    title: str
    value: str = ""


@dataclass(frozen=True)
class PreparationStep:
    """One step between the file and the network.

    Args:
        title: What is done.
        text: To what.
        index: Of the step in the document's list; −1 for what belongs to all data.
    """

    title: str
    text: str
    index: int = -1


@dataclass(frozen=True)
class DataSurvey:
    """All that is known of a source of data. Answer to `SurveyData`.

    Args:
        token: Of the question.
        title: Name of the file or data set.
        reader: What kind of file it is, in words; empty for a built-in set.
        told: What was guessed of it: word and value of each.
        params: Of a data node that brings it.
        rows: In all.
        looked_at: Rows that figures and findings come from: all, or the first.
        sample: `row`, `window` or `text`.
        columns: In the order of the file.
        cells: First rows as words, column by column.
        numbers: Where these rows stand in the file.
        previews: Of images, signals and texts.
        split: None where there is nothing to learn yet.
        findings: The most important first.
        fine: Checks that found nothing.
        steps: From the file to the batch.
        notes: Sentences of what one should know.
        trouble: Why it can't be trained on yet; empty when it can.
    """

    token: int
    title: str
    reader: str
    told: tuple[tuple[str, str], ...]
    params: dict[str, Value]
    rows: int
    looked_at: int
    sample: str
    columns: tuple[ColumnFacts, ...]
    cells: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    previews: tuple[DataPreview, ...] = ()
    split: SplitFacts | None = None
    findings: tuple[DataFinding, ...] = ()
    fine: tuple[FineCheck, ...] = ()
    steps: tuple[PreparationStep, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class SurveyProgress:
    """How far a survey is.

    Args:
        token: Of the question.
        share: 0 to 1.
    """

    token: int
    share: float


@dataclass(frozen=True)
class SurveyFailed:
    """Why a source can't be read.

    Args:
        token: Of the question.
        text: What is wrong, where, and what to do.
    """

    token: int
    text: str


@dataclass(frozen=True)
class SurveyData(Command[DataSurvey]):
    """Read a source of data and tell what it holds; a newer question ends it.

    Answers: `SurveyProgress`, then `DataSurvey` or `SurveyFailed`, with its token.

    Args:
        token: Says which question an answer belongs to.
        params: Of a data node; a path in them is a whole one.
        shown: The path as the document says it; empty leaves it as it is.
        again: Find out anew what the file holds, whatever the params say of it.
        kinds: Column → kind that counts instead of a guess.
        roles: Column → role that counts instead of a guess.
    """

    token: int
    params: dict[str, Value]
    shown: str = ""
    again: bool = False
    kinds: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EndSurvey(Command[None]):
    """Stop reading for a survey; nothing answers."""


QUESTIONS: tuple[type, ...] = (SurveyData, EndSurvey)
PARTS: tuple[type, ...] = (
    ColumnFacts,
    DataPreview,
    SplitFacts,
    Remedy,
    DataFinding,
    FineCheck,
    PreparationStep,
    DataSurvey,
    SurveyProgress,
    SurveyFailed,
)
"""All classes that cross, but the questions."""
