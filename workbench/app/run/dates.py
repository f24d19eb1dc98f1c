"""When a run began, in a few words."""

from datetime import datetime

from engine.i18n import language

_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def said(created: str, now: datetime | None = None) -> str:
    """Return the time of today, or else the day: `21:06`, `29 Nov`; nothing for none.

    Args:
        created: ISO 8601, as a run says it; anybody may have written it.
        now: The present, if not that of the clock.
    """
    when, today = _local(created), (now or datetime.now().astimezone()).date()
    if when is None:
        return ""
    return f"{when:%H:%M}" if when.date() == today else _day(when)


def said_whole(created: str) -> str:
    """Return day and time: `29 Nov, 21:06`; nothing for none."""
    when = _local(created)
    return f"{_day(when)}, {when:%H:%M}" if when else ""


def _local(created: str) -> datetime | None:
    try:
        return datetime.fromisoformat(created).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _day(when: datetime) -> str:
    if language() == "ja":
        return f"{when.month}月{when.day}日"
    return f"{when.day} {_MONTHS[when.month - 1]}"
