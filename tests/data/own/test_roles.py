"""What columns are for: guessed from names and values, and changed by whoever knows."""

import csv

import numpy as np
import pytest

from engine.data import catalog
from engine.data.own.describe import Wishes, described
from engine.errors import DataError

RANDOM = np.random.default_rng(2)


def table(tmp_path, columns, name="a.csv", rows=60):
    path = tmp_path / name
    made = [values(rows) for values in columns.values()]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *zip(*made, strict=True)])
    return path


def numbers(rows):
    return RANDOM.normal(size=rows).round(4).tolist()


def words(*names):
    return lambda rows: [names[n] for n in RANDOM.integers(0, len(names), rows)]


def whole(low, high):
    return lambda rows: RANDOM.integers(low, high, rows).tolist()


def roles(path, **wishes):
    found = described(path, Wishes(**wishes))
    return {c.own.name: (c.own.role, c.own.kind) for c in found.columns}


def target(path):
    found = [n for n, (role, _) in roles(path).items() if role == "target"]
    return found[0] if found else None


CASES = {
    "last": ({"a": numbers, "b": numbers, "c": numbers}, "c"),
    "called so": ({"label": words("x", "y"), "b": numbers, "c": numbers}, "label"),
    "in capitals": ({"a": numbers, "Target": numbers, "c": numbers}, "Target"),
    "first": ({"species": words("x", "y", "z"), "a": numbers, "sex": words("m", "f")},
              "species"),
    "price": ({"rooms": whole(1, 9), "SalePrice": numbers, "year built": whole(0, 99)},
              "SalePrice"),
    "an id last": ({"a": numbers, "y": words("x", "y"), "id": lambda n: [*range(n)]},
                   "y"),
    "name last": ({"a": numbers, "b": numbers,
                   "name": lambda n: [f"car {i}" for i in range(n)]}, "b"),
    "in Japanese": ({"身長": numbers, "目的変数": words("甲", "乙"), "体重": numbers},
                    "目的変数"),
    "alone": ({"a": words("x", "y")}, None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_target_is_guessed(tmp_path, case):
    columns, wanted = CASES[case]
    assert target(table(tmp_path, columns)) == wanted


def test_column_called_like_the_file_is_the_target(tmp_path):
    columns = {"mpg": numbers, "weight": numbers, "origin": words("u", "j")}
    assert target(table(tmp_path, columns, "mpg.csv")) == "mpg"


def passengers(path):
    """Write people on a ship: the answer is there twice, and a class too."""
    lived = RANDOM.integers(0, 2, 200)
    rank = RANDOM.integers(0, 3, 200)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["survived", "pclass", "age", "class", "deck", "alive"])
        for one, two in zip(lived, rank, strict=True):
            deck = "A" if RANDOM.random() < 0.2 else ""
            writer.writerow([one, two + 1, RANDOM.integers(1, 80),
                             ["First", "Second", "Third"][two], deck,
                             ["no", "yes"][one]])  # fmt: skip
    return path


def test_answer_in_other_words_is_no_input(tmp_path):
    found = described(passengers(tmp_path / "a.csv"))
    by_name = {c.own.name: c for c in found.columns}
    assert by_name["survived"].own.role == "target"
    assert by_name["survived"].own.kind == "category"
    assert by_name["alive"].own.role == "ignore"
    assert "survived" in by_name["alive"].why
    assert by_name["class"].own.role == "input"
    assert by_name["deck"].own.role == "ignore"


def test_columns_that_say_nothing_are_left_out(tmp_path):
    columns = {
        "row": lambda n: [*range(1, n + 1)],
        "same": lambda n: ["x"] * n,
        "empty": lambda n: [""] * n,
        "patient": lambda n: [f"p{i // 4}" for i in range(n)],
        "x": numbers,
        "y": words("a", "b"),
    }
    path = table(tmp_path, columns)
    found = {name: role for name, (role, _) in roles(path).items()}
    assert found == {"row": "id", "same": "ignore", "empty": "ignore",
                     "patient": "group", "x": "input", "y": "target"}  # fmt: skip


def test_months_of_years_make_a_series(tmp_path):
    path = tmp_path / "a.csv"
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
              "Nov", "Dec"]  # fmt: skip
    rows = [f"{1950 + n // 12},{months[n % 12]},{100 + n * n % 97}" for n in range(60)]
    path.write_text("year,month,passengers\n" + "\n".join(rows))
    found = described(path)
    assert found.sample == "window"
    assert [c.own.role for c in found.columns] == ["time", "time", "target"]


def test_daily_values_make_a_series_and_events_do_not(tmp_path):
    days = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]").astype(str)
    rows = [f"{day},{n * n % 41 / 3:.2f}\n" for n, day in enumerate(days)]
    path = tmp_path / "a.csv"
    path.write_text("day,sales\n" + "".join(rows))
    assert described(path).sample == "window"
    path.write_text("day,sales\n" + "".join(row * 2 for row in rows))
    assert described(path).sample == "row"


def rising(rows):
    """Return moments with gaps, some of them equal."""
    return np.cumsum(RANDOM.integers(0, 4, rows)).tolist()


def counting(low, step=1):
    return lambda rows: [low + step * n for n in range(rows)]


TIMES = {
    "step": counting(0), "t": counting(0), "Jahr": counting(1950), "年": rising,
    "時間": counting(0), "Zeit [s]": counting(0), "time_s": counting(0, 5),
    "Datum": counting(20, 2), "elapsed": rising,
    "measured": counting(1_600_000_000), "stamp": counting(1_600_000_000_000, 60_000),
    "recorded": counting(1_700_000_000, -3600), "fecha": counting(900, -1),
}  # fmt: skip
NO_TIMES = {
    "count": (counting(1), "id"), "n": (counting(0), "id"),
    "steps": (whole(2000, 9000), "input"), "step": (whole(0, 50), "input"),
    "Tag": (whole(1, 31), "input"), "月": (whole(1, 12), "input"),
    "phone": (whole(1_500_000_000, 1_900_000_000), "input"),
    "weight": (lambda n: sorted(numbers(n)), "input"),
    "order_id": (counting(1_600_000_000, 7), "id"),
    "revenue": (counting(950_000_000, 50_000_000), "input"),
}  # fmt: skip


@pytest.mark.parametrize("name", TIMES)
def test_columns_that_say_when_are_times(tmp_path, name):
    columns = {name: TIMES[name], "level": numbers}
    found = described(table(tmp_path, columns))
    assert (found.columns[0].own.role, found.columns[1].own.role) == ("time", "target")
    is_strict = TIMES[name] is not rising
    assert found.sample == ("window" if is_strict else "row")


@pytest.mark.parametrize("name", NO_TIMES)
def test_columns_that_count_are_no_times(tmp_path, name):
    values, role = NO_TIMES[name]
    columns = {name: values, "x": numbers, "label": words("a", "b")}
    assert roles(table(tmp_path, columns))[name][0] == role


def test_the_newest_row_may_be_the_first(tmp_path):
    days = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]").astype(str)
    path = tmp_path / "a.csv"
    pairs = [f"{day},{n * 2 + 0.5}\n" for n, day in enumerate(days)]
    path.write_text("day,close\n" + "".join(pairs[::-1]))
    found = described(path)
    assert found.sample == "window"
    params = {**found.params(str(path)), "context": 3, "scaling": "none"}
    data = catalog.load(params)
    assert data.train["window"][0, :, 0].tolist() == [0.5, 2.5, 4.5]
    assert data.train["next"][0].tolist() == [6.5]


@pytest.mark.parametrize(
    ("values", "kind"),
    [(whole(0, 3), "category"), (whole(0, 1000), "number"), (numbers, "number"),
     (words("a", "b"), "category"), (words("true", "false"), "category")],
)  # fmt: skip
def test_target_is_classes_or_a_number(tmp_path, values, kind):
    path = table(tmp_path, {"a": numbers, "target": values})
    assert roles(path)["target"] == ("target", kind)


def test_wishes_count_instead_of_guesses(tmp_path):
    path = table(tmp_path, {"a": numbers, "b": words("x", "y"), "c": whole(0, 3)})
    found = roles(path, roles={"b": "target", "a": "ignore"}, kinds={"c": "category"})
    assert found == {"a": ("ignore", "number"), "b": ("target", "category"),
                     "c": ("input", "category")}  # fmt: skip
    with pytest.raises(DataError, match=r"column “d”.*no such column"):
        roles(path, roles={"d": "target"})
    with pytest.raises(DataError, match="can't be of this kind"):
        roles(path, roles={"a": "output"})


def test_what_was_counted_is_right(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,w,y\n" + "1.5,a,1\n,b,0\n-2.5,,1\n4,a,\n" * 30)
    found = {c.own.name: c.profile for c in described(path).columns}
    assert (found["x"].missing, found["w"].missing, found["y"].missing) == (30, 30, 30)
    assert (found["x"].low, found["x"].high) == (-2.5, 4)
    values = [1.5, -2.5, 4] * 30
    assert np.isclose(found["x"].mean, np.mean(values))
    assert np.isclose(found["x"].deviation, np.std(values))
    assert found["w"].counts == {"a": 60, "b": 30}


def test_texts_by_class_are_tokens_and_labels(tmp_path):
    for label, word in (("good", "fine and nice"), ("bad", "awful, and sad")):
        (tmp_path / label).mkdir()
        for index in range(5):
            (tmp_path / label / f"{index}.txt").write_text(f"{word} {index}")
    found = {c.own.name: c.own for c in described(tmp_path).columns}
    assert found["text"].role == "input"
    assert found["text"].classes[0] == ""
    assert set("fine and nice") < set(found["text"].classes)
    assert found["label"].classes == ("bad", "good")
