from datetime import UTC, datetime

import pytest

from engine import i18n
from workbench.app.run import dates

NOON = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)


def test_today_is_told_by_the_time_and_other_days_by_their_date():
    local = NOON.astimezone()
    assert dates.said(NOON.isoformat(), local) == f"{local:%H:%M}"
    other = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
    assert dates.said(other.isoformat(), local) == "5 Mar"
    assert dates.said_whole(NOON.isoformat()) == f"{local.day} Nov, {local:%H:%M}"


def test_days_are_written_as_in_japanese():
    i18n.install("ja", {})
    try:
        assert dates.said_whole(NOON.isoformat()).startswith("11月")
    finally:
        i18n.install("en", {})


@pytest.mark.parametrize("created", ["", "soon", "9999-99-99", "0001-01-01T00:00:00"])
def test_what_is_no_time_says_nothing_or_a_day(created):
    assert isinstance(dates.said(created), str)
