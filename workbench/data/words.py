"""Words for roles, kinds and numbers of columns."""

from datetime import UTC, datetime, timedelta

from engine.i18n import tr
from engine.protocol.data.surveys import ColumnFacts, DataSurvey

ROLES = ("input", "target", "group", "time", "part", "id", "ignore")
KINDS = ("number", "category", "text", "date")
"""Those that can be chosen; images and sounds are what they are."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def role(name: str) -> str:
    """Return the word of a role."""
    words = {
        "input": tr("Input"),
        "target": tr("Target"),
        "group": tr("Group"),
        "time": tr("Time"),
        "part": tr("Part"),
        "id": tr("Id"),
        "ignore": tr("Left out"),
    }
    return words.get(name, name)


def role_help(name: str) -> str:
    """Return what a role means."""
    words = {
        "input": tr("The network reads it."),
        "target": tr("The network learns to predict it."),
        "group": tr("Rows with the same value stay in one part of the split."),
        "time": tr("Rows are split in its order: the end validates."),
        "part": tr("It says which rows train."),
        "id": tr("It only names rows; the network doesn't read it."),
        "ignore": tr("The network doesn't read it."),
    }
    return words.get(name, "")


def kind(name: str) -> str:
    """Return the word of a kind."""
    words = {
        "number": tr("number"),
        "category": tr("category"),
        "text": tr("text"),
        "date": tr("date"),
        "image": tr("image"),
        "signal": tr("signal"),
    }
    return words.get(name, name)


def pill(facts: ColumnFacts) -> str:
    """Return the word below a column's name: its role, or for an input its kind."""
    return kind(facts.kind) if facts.role == "input" else role(facts.role).lower()


def number(value: float) -> str:
    """Return a number as a table shows it."""
    if abs(value) < 1e6 and value == int(value):  # 1,949 is no year
        return (f"{value:.0f}" if abs(value) < 1e4 else f"{value:,.0f}").replace(
            "-", "−"
        )
    return f"{value:,.5g}".replace("-", "−") if abs(value) < 1e6 else f"{value:.3g}"


def value(facts: ColumnFacts, at: float) -> str:
    """Return a value of a column: a date for days, else a number."""
    if facts.kind == "date":
        try:
            return (_EPOCH + timedelta(days=at)).strftime("%Y-%m-%d")
        except (OverflowError, ValueError):
            return number(at)
    return number(at)


def span(facts: ColumnFacts) -> str:
    """Return from where to where the values reach, or how many classes there are."""
    if facts.low is not None and facts.high is not None:
        low, high = value(facts, facts.low), value(facts, facts.high)
        return low if low == high else f"{low} – {high}"
    if facts.kind == "category":
        return tr("{n:class|classes}", n=max(0, facts.distinct))
    if facts.shape:
        return "×".join(map(str, facts.shape))
    if facts.distinct >= 0:
        return tr("{n:value|values}", n=f"{facts.distinct:,}")
    return ""


def size(survey: DataSurvey) -> str:
    """Return how much there is, and how it was read."""
    rows = {
        "row": tr("{n:row|rows}", n=f"{survey.rows:,}"),
        "window": tr("{n:row|rows} in order of time", n=f"{survey.rows:,}"),
        "text": tr("{n:character|characters}", n=f"{survey.rows:,}"),
    }[survey.sample]
    parts = [rows]
    if survey.sample != "text":
        parts.append(tr("{n:column|columns}", n=len(survey.columns)))
    told = survey.told[:2] if "path" in survey.params else ()
    parts += dict.fromkeys(value for _, value in told)  # such as both sizes of images
    return " · ".join(parts)
