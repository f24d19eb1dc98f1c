import numpy as np
import pytest

from engine.data.survey.survey import surveying
from engine.errors import EngineError
from engine.protocol.data.surveys import SurveyData, SurveyFailed, SurveyProgress
from tests.helpers.surveys import write

ROWS = 90


@pytest.fixture
def reading(engine, monkeypatch):
    """Let the (fake) engine read data as the real one does; holds what was asked."""
    send, asked = engine.send, []

    def answered(command):
        number = send(command)
        if isinstance(command, SurveyData):
            asked.append(command)
            engine.tell(SurveyProgress(command.token, 0.0), number)
            try:
                *_, found = _all(surveying(command))
            except EngineError as error:
                found = SurveyFailed(command.token, str(error))
            engine.tell(found, number)
        return number

    monkeypatch.setattr(engine, "send", answered)
    return asked


def _all(work):
    while True:
        try:
            yield next(work)
        except StopIteration as end:
            yield end.value
            return


@pytest.fixture
def people(tmp_path):
    """A table of two numbers with gaps, a town and a class."""
    dice = np.random.default_rng(2)
    x = dice.normal(size=ROWS).round(4)
    gaps = ["" if n % 9 == 4 else each for n, each in enumerate(x.tolist())]
    columns = {
        "x": gaps,
        "y": dice.normal(size=ROWS).round(4).tolist(),
        "town": dice.choice(["Bonn", "Kiel"], ROWS).tolist(),
        "label": np.where(x > 0, "yes", "no").tolist(),
    }
    return write(tmp_path / "people.csv", columns)
