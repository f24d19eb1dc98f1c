"""Surveys for tests: a file read as the engine does, and tables written for them."""

import csv
from collections.abc import Generator
from pathlib import Path

from engine.data.survey.survey import surveying
from engine.layers.datasets.spec import OWN
from engine.protocol.data.surveys import DataSurvey, SurveyData


def survey(source: Path | str, **params) -> DataSurvey:
    """Return what a file, folder or built-in set holds."""
    settings = {key: params.pop(key) for key in ("kinds", "roles") if key in params}
    named = {"source": source} if isinstance(source, str) else {}
    if isinstance(source, Path):
        named = {"source": OWN, "path": str(source)}
    return finished(surveying(SurveyData(1, {**named, **params}, **settings)))


def finished(work: Generator[float, None, DataSurvey]) -> DataSurvey:
    """Return what a survey tells at its end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def write(path: Path, columns: dict[str, list]) -> Path:
    """Write a table, one list for each column; return its path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path
