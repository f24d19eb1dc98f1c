"""What the columns of a table are for, as far as their names and values tell.

The guess is said with its reason and can be changed; it is right more often than the
last column, which is what it falls back to.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.data.own.profile import ColumnProfile, Profile
from engine.i18n import tr
from engine.layers.datasets.own import OwnKind, OwnRole

MOST_CLASSES = 1000
MOST_INPUT_CLASSES = 100
_FEW_NUMBERS = 20
"""Different whole numbers of a target, up to which they are classes."""
_MOST_MISSING = 0.6
_LONG_TEXT, _MANY_WORDS = 40, 5
_MOST_TWINS = 50
_LEAST_UNIQUE = 20
TRAIN = frozenset(("train", "training"))
_OTHER_PARTS = frozenset(
    ("test", "testing", "val", "valid", "validation", "dev", "eval", "holdout")
)
_SURE = frozenset(
    ("target", "label", "labels", "y", "outcome", "ground_truth", "response",
     "survived", "species", "diagnosis", "churn", "churned", "exited", "default",
     "defaulted", "fraud", "is_fraud", "spam", "sentiment", "variety", "medv",
     "saleprice", "sale_price", "price", "median_house_value", "quality", "attrition",
     "目的変数", "正解", "ラベル", "教師", "価格", "売上", "判定", "生存")
)  # fmt: skip
_PROBABLE = frozenset(
    ("class", "category", "type", "result", "score", "rating", "grade", "status",
     "income", "salary", "value", "sales", "demand", "passengers", "cnt",
     "charges", "strength", "output", "answer", "approved", "subscribed", "purchased",
     "クラス", "分類", "結果", "評価", "合否", "需要", "alive", "disease", "risk")
)  # fmt: skip
_IDS = re.compile(
    r"(.*[_\s.-])?(id|ids|uuid|guid|index|idx|key|rowid|serial|nr|no|unnamed: 0"
    r"|row name|番号|通し番号|コード)|[a-z]+id", re.IGNORECASE
)  # fmt: skip
_GROUPS = re.compile(
    r"(patient|subject|speaker|person|user|customer|client|session|household|family"
    r"|participant|animal|group|fold|被験者|患者|話者|顧客)([_\s-]?(id|no|nr|name))?",
    re.IGNORECASE,
)
_TIMES = frozenset(
    ("time", "date", "datetime", "timestamp", "ds", "ts", "t", "year", "month",
     "quarter", "week", "day", "hour", "minute", "second", "seconds", "epoch",
     "unixtime", "unix_time", "epoch_time", "elapsed", "step", "tick", "frame",
     "zeit", "zeitpunkt", "datum", "jahr", "quartal", "monat", "woche", "tag", "stunde",
     "année", "annee", "an", "mois", "semaine", "jour", "heure", "temps",
     "año", "ano", "mes", "semana", "día", "dia", "hora", "fecha", "tiempo", "anno",
     "mese", "giorno", "日付", "日時", "年月", "年月日", "年度", "年", "四半期", "月",
     "週", "日", "時", "時刻", "時間", "秒")
)  # fmt: skip
_UNIT = re.compile(
    r"[\s_]*[(\[（][^)\]）]*[)\]）]$|(?<=time|step)[_\s](s|ms|us|ns|min|h)$"
)
_EPOCH_S = 946_684_800.0, 2_208_988_800.0
"""From 2000 to 2040, in seconds after 1970."""
_TICKS = 1.0, 1e3, 1e6, 1e9
"""Of a second, in which such times are counted."""


@dataclass(frozen=True)
class Guess:
    """What a column is for.

    Args:
        kind: What its values are.
        role: What it is for.
        why: A reason in words, where it isn't plain.
    """

    kind: OwnKind
    role: OwnRole
    why: str = ""


def guessed(profile: Profile, stem: str, target: str | None = None) -> dict[str, Guess]:
    """Return what each column of a profile is for.

    Args:
        profile: Of all rows.
        stem: Name of the file without its ending: a column may be called so.
        target: The column that somebody chose to predict; empty for none.
    """
    columns = profile.columns
    found = {each.column.name: _alone(each) for each in columns}
    found.update(_times(columns, found))
    if target is None:
        target = _target(profile, found, stem)
    if target and target in found:
        by_name = {each.column.name: each for each in columns}
        found[target] = Guess(_target_kind(by_name[target]), "target")
        found.update(_twins(profile, found, target))
    return found


def _alone(each: ColumnProfile) -> Guess:
    """Return what a column is for by itself."""
    column = each.column
    kind = _kind(each)
    if column.role is not None:
        return Guess(kind, column.role)
    if why := _useless(each):
        return Guess(kind, "ignore", why)
    if why := _id(each, kind):
        return Guess(kind, "id", why)
    if cutting := _cutting(each, kind):
        return cutting
    if kind == "text" and not _is_prose(each):
        return Guess(kind, "ignore", tr("nearly every row has a value of its own"))
    return Guess(kind, "input")


def _cutting(each: ColumnProfile, kind: OwnKind) -> Guess | None:
    """Return what a column is for that says which rows belong together."""
    if not each.missing and _is_part({str(value) for value in each.counts}):
        return Guess(kind, "part", tr("it says which rows train"))
    if _GROUPS.fullmatch(each.column.name) and each.distinct < each.there / 2:
        return Guess(kind, "group", tr("by its name"))
    return None


def _is_part(values: Collection[str]) -> bool:
    """Return whether words name the parts of a data set, the training part as well."""
    words = {value.strip().casefold() for value in values}
    return len(words) > 1 and bool(words & TRAIN) and words <= TRAIN | _OTHER_PARTS


def _useless(each: ColumnProfile) -> str:
    """Return why a column can say nothing, or nothing.

    What is called a target stays one: that it says nothing is to be told.
    """
    if each.column.shape or each.column.name.casefold() in _SURE:
        return ""
    if each.rows and not each.there:
        return tr("no value at all")
    if each.distinct == 1 and not each.missing and each.rows > 1:
        return tr("the same value in every row")
    is_sparse = each.missing > _MOST_MISSING * each.rows
    return tr("most values are missing") if is_sparse else ""


def _kind(each: ColumnProfile) -> OwnKind:
    column = each.column
    if column.kind != "text":
        return column.kind
    if column.classes:
        return "category"
    is_few = not each.overflowed_at and each.distinct <= MOST_INPUT_CLASSES
    repeats = each.distinct <= max(2, each.there / 2)
    return "category" if is_few and repeats and not _is_prose(each) else "text"


def _is_prose(each: ColumnProfile) -> bool:
    words = each.words / max(1, each.there)
    is_long = each.mean >= _LONG_TEXT or words >= _MANY_WORDS
    return is_long and each.share_distinct > 0.5


def _id(each: ColumnProfile, kind: OwnKind) -> str:
    """Return why a column only tells rows apart, or nothing."""
    column, is_many = each.column, each.there >= _LEAST_UNIQUE
    if column.shape or kind in {"image", "signal", "date"}:
        return ""
    if column.kind == "number" and each.steps_by_one and is_many and not _is_time(each):
        return tr("it counts the rows")
    is_unique = each.share_distinct > 0.95 and not each.missing
    if is_unique and says_id(column.name) and each.there > 1:
        return tr("by its name, and every value is another one")
    if column.kind == "text" and each.share_distinct == 1 and is_many:
        return "" if _is_prose(each) else tr("every value is another one")
    return ""


def says_id(name: str) -> bool:
    """Return whether a column is called as those are that tell rows apart."""
    return bool(_IDS.fullmatch(name))


def _is_time(each: ColumnProfile) -> bool:
    """Return whether a column is called like a time, or counts seconds after 1970."""
    name = _UNIT.sub("", each.column.name.strip().casefold())
    return name in _TIMES or _is_epoch(each)


def _is_epoch(each: ColumnProfile) -> bool:
    """Return whether whole numbers that rise or fall are moments of our days."""
    low, high = each.low, each.high
    if each.column.kind != "number" or low is None or high is None:
        return False
    if not each.is_whole or says_id(each.column.name) or not _is_ordered(each):
        return False
    return any(
        _EPOCH_S[0] * ticks <= low and high <= _EPOCH_S[1] * ticks for ticks in _TICKS
    )


def _is_ordered(each: ColumnProfile) -> bool:
    return each.is_rising or each.is_falling


def _times(
    columns: Sequence[ColumnProfile], found: Mapping[str, Guess]
) -> dict[str, Guess]:
    """Return the columns that say when: a date, or numbers that rise."""
    dates = [c for c in columns if found[c.column.name].kind == "date"]
    if dates:
        rising = [each for each in dates if each.is_rising]
        name = (rising or dates)[0].column.name
        return {name: Guess("date", "time", "")}
    named = [c for c in columns if _is_time(c)]
    if not named or named[0].column.kind != "number" or not _is_ordered(named[0]):
        return {}
    if named[0].is_strict or named[0].is_falling:
        named = named[:1]
    why = tr("by its name, and it rises")
    if named[0].is_falling:
        why = tr("by its name, and it falls: the newest row is the first")
    return {c.column.name: Guess(found[c.column.name].kind, "time", why) for c in named}


def _target(profile: Profile, found: Mapping[str, Guess], stem: str) -> str:
    """Return the column that most probably is to be predicted, or an empty text."""
    if any(guess.role == "target" for guess in found.values()):
        return next(n for n, guess in found.items() if guess.role == "target")
    able = [c for c in profile.columns if found[c.column.name].role == "input"]
    able = [c for c in able if _can_be_target(c, found[c.column.name])]
    if len(profile.columns) < 2 or not able:
        return ""
    names = {each.column.name for each in able}
    scores = {
        each.column.name: _score(each, stem)
        + (each is able[0]) * 1.0
        + (each is profile.columns[-1]) * 2.5
        + (each is able[-1]) * 1.5
        + _of_twins(profile, each.column.name, names)
        for each in able
    }
    return max(scores, key=lambda name: scores[name])


def _can_be_target(each: ColumnProfile, guess: Guess) -> bool:
    if each.column.shape or guess.kind in {"image", "signal", "date"}:
        return False
    if guess.kind == "text":
        return False
    return guess.kind == "number" or each.distinct <= MOST_CLASSES


def _score(each: ColumnProfile, stem: str) -> float:
    name = re.sub(r"[\s\-.]+", "_", each.column.name.casefold()).strip("_")
    parts = set(name.split("_"))
    score = 0.0
    if name in _SURE:
        score += 10
    elif name in _PROBABLE:
        score += 6
    elif parts & {"target", "label", "outcome"}:
        score += 8
    if len(name) > 1 and name in {stem.casefold(), stem.casefold().rstrip("s")}:
        score += 8
    return score - 4 * (each.missing > 0.05 * each.rows)


def _of_twins(profile: Profile, name: str, names: set[str]) -> float:
    """Return what speaks for a column that another says in other words.

    The answer is often there twice (0/1 and no/yes); what merely renames an input, as
    “First” does the class 1, is no answer.
    """
    by_name = {each.column.name: each for each in profile.columns}
    if by_name[name].distinct > _MOST_TWINS:
        return 0.0
    twins = [
        other for other in names - {name}
        if by_name[other].distinct == by_name[name].distinct
        and profile.tell_the_same(name, other)
    ]  # fmt: skip
    if not twins:
        return 0.0
    known = _SURE | _PROBABLE
    return 1.0 if any(twin.casefold() in known for twin in twins) else -7.0


def _target_kind(each: ColumnProfile) -> OwnKind:
    """Return whether a target is a class or a number."""
    column = each.column
    if column.kind == "text":
        return "category"
    if column.kind != "number" or column.shape:
        return column.kind
    is_few = not each.overflowed_at and each.distinct <= _FEW_NUMBERS
    repeats = each.distinct <= max(2, each.there / 5)
    return "category" if is_few and each.is_whole and repeats else "number"


def _twins(
    profile: Profile, found: Mapping[str, Guess], target: str
) -> dict[str, Guess]:
    """Return the inputs that say the target in other words: it would be copied."""
    by_name = {each.column.name: each for each in profile.columns}
    count = by_name[target].distinct
    if not 1 < count <= _MOST_TWINS:
        return {}
    why = tr("it says the same as “{target}”", target=target)
    return {
        name: Guess(guess.kind, "ignore", why)
        for name, guess in found.items()
        if guess.role == "input"
        and by_name[name].distinct == count
        and profile.tell_the_same(name, target)
    }
