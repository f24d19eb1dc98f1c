"""What a survey says of a source, held against plain numpy."""

import numpy as np
import pytest
from PIL import Image

from engine.data import catalog
from engine.errors import DataError
from engine.protocol.wire.encoding import decode, encode
from tests.data.readers.bad_files import wav
from tests.helpers.surveys import survey, write

RANDOM = np.random.default_rng(5)
ROWS = 300


@pytest.fixture
def people(tmp_path):
    age = RANDOM.normal(40, 9, ROWS)
    town = RANDOM.choice(["Bonn", "Kiel", "Ulm"], ROWS)
    noise = RANDOM.normal(0, 30, ROWS)
    pay = 3 * age + 40 * (town == "Kiel") + noise
    gaps = np.where(np.arange(ROWS) % 10 == 3, "", np.round(age, 3).astype(str))
    columns = {"age": gaps.tolist(), "town": town.tolist(), "price": pay.tolist()}
    return write(tmp_path / "people.csv", columns), columns


def column(found, name):
    return next(each for each in found.columns if each.name == name)


def test_figures_of_a_number_are_those_of_numpy(people):
    path, columns = people
    age = column(survey(path), "age")
    values = np.array([float(v) for v in columns["age"] if v])
    assert (age.kind, age.role, age.missing) == ("number", "input", ROWS // 10)
    assert age.distinct == len(set(values.tolist()))
    assert (age.low, age.high) == (values.min(), values.max())
    assert age.mean == pytest.approx(np.mean(values), rel=1e-12)
    assert age.deviation == pytest.approx(np.std(values), rel=1e-12)
    far = np.abs(values - values.mean()) > 3 * values.std()
    assert age.beyond == far.sum()
    expected, _ = np.histogram(values, 20)
    assert age.bars.tolist() == expected.tolist()


def test_links_are_pearson_and_the_correlation_ratio(people):
    path, columns = people
    found = survey(path)
    pay = np.array(columns["price"])
    there = np.array([v != "" for v in columns["age"]])
    age = np.array([float(v or 0) for v in columns["age"]])
    r = np.corrcoef(age[there], pay[there])[0, 1]
    assert column(found, "age").link == pytest.approx(r, abs=1e-12)
    towns = np.array(columns["town"])
    groups = [pay[towns == town] for town in set(towns.tolist())]
    between = sum(len(g) * (g.mean() - pay.mean()) ** 2 for g in groups)
    eta = np.sqrt(between / ((pay - pay.mean()) ** 2).sum())
    assert column(found, "town").link == pytest.approx(eta, abs=1e-9)
    assert column(found, "price").link is None


def test_link_of_two_classes_is_cramers_v(tmp_path):
    one = RANDOM.choice(["a", "b"], ROWS)
    flip = RANDOM.random(ROWS) < 0.2
    other = np.where((one == "a") ^ flip, "yes", "no")
    path = write(tmp_path / "two.csv", {"x": one.tolist(), "label": other.tolist()})
    table = np.array([[((one == i) & (other == j)).sum() for j in ("no", "yes")]
                      for i in ("a", "b")], float)  # fmt: skip
    expected = np.outer(table.sum(1), table.sum(0)) / ROWS
    v = np.sqrt(((table - expected) ** 2 / expected).sum() / ROWS)
    assert column(survey(path), "x").link == pytest.approx(v, abs=1e-12)


def test_few_whole_numbers_have_a_bar_each(tmp_path):
    values = [0, 1, 1, 3, 3, 3] * 10
    path = write(tmp_path / "few.csv", {"n": values, "price": RANDOM.normal(size=60)})
    assert column(survey(path), "n").bars.tolist() == [10, 20, 0, 30]


def test_rows_are_shown_where_they_stand_in_the_file(people):
    path, columns = people
    found = survey(path)
    assert found.numbers[:3] == (2, 3, 4)
    index = [c.name for c in found.columns].index("town")
    assert list(found.cells[index]) == columns["town"][:200]
    assert found.rows == found.looked_at == ROWS


def test_split_is_the_one_that_trains(people):
    path, columns = people
    found = survey(path)
    data = catalog.load(found.params)
    assert (found.split.train, found.split.held) == (data.num_train, 60)
    exact = np.array(columns["price"])  # what trains is float32: near a border

    def prices(part):
        raw = data.scaling["target"].invert(part["target"])
        return exact[np.abs(exact - raw).argmin(axis=1)]

    train, held = prices(data.train), prices(data.validation)
    low, high = min(columns["price"]), max(columns["price"])
    shares = [np.histogram(v, 20, (low, high))[0] / len(v) for v in (train, held)]
    assert np.allclose(found.split.train_bars, shares[0], atol=1e-6)
    assert np.allclose(found.split.held_bars, shares[1], atol=1e-6)
    gap = np.abs(shares[0] - shares[1]).sum() / 2
    assert found.split.gap == pytest.approx(gap, abs=1e-6)


@pytest.mark.parametrize(
    ("role", "how"), [("group", "group"), ("part", "part"), ("time", "time")]
)
def test_split_follows_the_role_of_a_column(tmp_path, role, how):
    columns = {
        "x": RANDOM.normal(size=60).tolist(),
        "by": {"group": [n % 6 for n in range(60)],
               "part": ["train" if n % 4 else "test" for n in range(60)],
               "time": list(range(1900, 1960))}[role],
        "label": [n % 2 for n in range(60)],
    }  # fmt: skip
    found = survey(write(tmp_path / "t.csv", columns), roles={"by": role}, sample="row")
    data = catalog.load(found.params)
    assert (found.split.how, found.split.column) == (how, "by")
    assert (found.split.train, found.split.held) == (data.num_train,
                                                     data.num_validation)  # fmt: skip


def test_images_are_shown_as_they_are(tmp_path):
    for kind in ("cat", "dog"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for n in range(8):
            pixels = RANDOM.integers(0, 255, (9, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / kind / f"{n}.png")
    found = survey(tmp_path / "pets")
    preview = next(p for p in found.previews if p.kind == "images")
    assert preview.samples.shape[:2] == (16, 3)
    assert set(preview.words) == {"cat", "dog"}


def test_sounds_show_each_class(tmp_path):
    for kind in ("high", "low", "mid"):
        (tmp_path / "tones" / kind).mkdir(parents=True)
        for n in range(10):
            wave = (np.sin(np.arange(300) * 0.1 * (n + 1)) * 9000).astype("<i2")
            (tmp_path / "tones" / kind / f"{n}.wav").write_bytes(wav(wave))
    preview = survey(tmp_path / "tones").previews[0]
    assert preview.kind == "signals"
    assert set(preview.words[:3]) == {"high", "low", "mid"}


def test_text_shows_its_beginning_and_its_letters(tmp_path):
    text = "to be or not to be\n" * 90
    (tmp_path / "play.txt").write_text(text)
    found = survey(tmp_path / "play.txt")
    preview = found.previews[0]
    assert found.sample == "text"
    assert text.startswith(preview.words[0])
    counts = dict(zip(preview.words[1:], preview.counts, strict=True))
    assert counts == {letter: text.count(letter) for letter in set(text)}
    assert (found.split.train, found.split.held) == (1368, 342)


def test_survey_crosses_the_pipe(people):
    found = survey(people[0])
    assert encode(decode(encode(found))) == encode(found)


def test_what_cannot_be_read_is_said(tmp_path):
    (tmp_path / "song.mid").write_bytes(b"MThd\0\0\0\6\0\1\0\1")
    with pytest.raises(DataError, match=r"song\.mid"):
        survey(tmp_path / "song.mid")


def test_table_without_a_target_says_so_and_still_shows(tmp_path):
    path = write(tmp_path / "id.csv", {"id": [f"k{n}" for n in range(40)]})
    found = survey(path)
    assert found.trouble
    assert found.split is None
    assert len(found.cells[0]) == 40


def test_wish_for_a_target_changes_the_ports(people):
    found = survey(people[0], roles={"town": "target"})
    roles = {c.name: c.role for c in found.columns}
    assert roles["town"] == "target"
    assert column(found, "town").kind == "category"
