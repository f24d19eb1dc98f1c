"""Faults that are planted in data are said in words; healthy sets raise no warning."""

import numpy as np
import pytest
from PIL import Image

from engine.data.health import columns
from engine.data.own import twins
from engine.layers.datasets import own
from tests.helpers.surveys import survey, write

ROWS = 400
HEALTHY = ("iris", "wine", "breast_cancer", "diabetes", "digits", "mnist")


def random(seed=3):
    return np.random.default_rng(seed)


def table(tmp_path, **more):
    """Return a sound table of two numbers, a town and a class, with columns changed."""
    dice = random()
    x, y = dice.normal(size=ROWS), dice.normal(size=ROWS)
    label = np.where(x + y + dice.normal(0, 0.8, ROWS) > 0, "yes", "no")
    plain = {
        "x": np.round(x, 5).tolist(),
        "y": np.round(y, 5).tolist(),
        "town": dice.choice(["Bonn", "Kiel", "Ulm"], ROWS).tolist(),
        "label": label.tolist(),
    }
    return write(tmp_path / "people.csv", {**plain, **more})


def finding(found, name):
    return next((each for each in found.findings if each.id == name), None)


def warnings(found):
    return [each.id for each in found.findings if each.severity == "warning"]


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_set_raises_no_warning(name):
    assert warnings(survey(name)) == []


def test_sound_table_raises_nothing(tmp_path):
    found = survey(table(tmp_path))
    assert found.findings == ()
    assert {each.id for each in found.fine} >= {"leak", "twins", "missing", "few"}


def test_answer_in_another_column_is_a_leak(tmp_path):
    path = table(tmp_path)
    label = [line.rsplit(",", 1)[1] for line in path.read_text().split()[1:]]
    dice = random(9)
    code = [dice.uniform(0, 1) + (5 if each == "yes" else 0) for each in label]
    found = survey(table(tmp_path, code=code), roles={"label": "target"})
    told = finding(found, "leak")
    assert told.columns == ("code",)
    assert "label" in told.text
    (remedy,) = told.remedies
    roles = {row[0]: row[2] for row in remedy.params["columns"]}
    assert roles["code"] == "ignore"


def test_number_that_rises_with_the_target_is_a_leak(tmp_path):
    price = random(8).normal(100, 20, ROWS)
    path = table(tmp_path, net=(price / 1.19).tolist(), price=price.tolist())
    told = finding(survey(path), "leak")
    assert told.columns == ("net",)


def test_share_of_one_column_alone_is_the_rule_by_hand(tmp_path):
    """A sound table has no column that says it all."""
    found = survey(table(tmp_path))
    value = next(each.value for each in found.fine if each.id == "leak")
    assert float(value.removesuffix("\u202f%").split()[-1]) < 90


def test_rows_in_both_parts_are_told(tmp_path):
    path = table(tmp_path)
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *rows, *rows[:200]]) + "\n")
    told = finding(survey(path), "twins")
    assert told.severity == "warning"


def test_images_in_both_parts_are_told_also_when_saved_anew(tmp_path):
    dice = random()
    for kind in ("cat", "dog"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for n in range(40):
            cells = dice.integers(0, 255, (6, 6)).astype(np.uint8)
            pixels = Image.fromarray(cells).resize((32, 32), Image.Resampling.NEAREST)
            pixels.save(tmp_path / "pets" / kind / f"{n}.png")
            pixels.save(tmp_path / "pets" / kind / f"{n}-again.bmp")
    told = finding(survey(tmp_path / "pets"), "twins")
    assert told is not None


def test_constant_column_is_told(tmp_path):
    found = survey(table(tmp_path, same=[7] * ROWS), roles={"same": "input"})
    assert finding(found, "constant").columns == ("same",)


def test_a_column_in_other_units_is_a_copy(tmp_path):
    path = table(tmp_path)
    x = [float(line.split(",")[0]) for line in path.read_text().split()[1:]]
    inches = [each / 2.54 + 1 for each in x]
    told = finding(survey(table(tmp_path, inches=inches)), "copies")
    assert told.columns == ("inches",)
    roles = {row[0]: row[2] for row in told.remedies[0].params["columns"]}
    assert roles["inches"] == "ignore"


def test_a_column_that_nearly_follows_another_is_none(tmp_path):
    path = table(tmp_path)
    x = [float(line.split(",")[0]) for line in path.read_text().split()[1:]]
    noise = random(5).normal(0, 0.02, ROWS)
    near = (np.array(x) + noise).tolist()
    assert finding(survey(table(tmp_path, near=near)), "copies") is None


def test_id_is_told(tmp_path):
    found = survey(
        table(tmp_path, customer_id=list(range(1000, 1000 + ROWS))),
        roles={"customer_id": "input"},
    )
    told = finding(found, "id")
    assert told.columns == ("customer_id",)
    roles = {row[0]: row[2] for row in told.remedies[0].params["columns"]}
    assert roles["customer_id"] == "id"


def test_few_gaps_are_an_info_and_many_a_warning(tmp_path):
    few = ["" if n % 40 == 0 else f"{n % 17}" for n in range(ROWS)]
    told = finding(survey(table(tmp_path, z=few, label2=few)), "missing")
    assert told.severity == "info"
    many = ["" if n % 3 == 0 else f"{n % 17}" for n in range(ROWS)]
    told = finding(survey(table(tmp_path, z=many)), "missing")
    assert told.severity == "warning"
    assert "134 of 400" in told.text


def test_sentinel_is_strange_and_a_long_tail_is_not(tmp_path):
    dice = random()
    tail = np.exp(dice.normal(3, 1.5, ROWS)).tolist()
    sentinel = dice.normal(50, 5, ROWS)
    sentinel[[3, 77]] = -999
    found = survey(table(tmp_path, tail=tail, height=sentinel.tolist()))
    told = finding(found, "outliers")
    assert told.columns == ("height",)
    assert "-999" in told.text


def test_distance_is_the_robust_one_by_hand():
    values = np.concatenate([np.arange(1.0, 100.0), [5000.0]])
    assert columns.strange(values).tolist() == [5000.0]


def test_numbers_and_words_in_one_column_are_told(tmp_path):
    mixed = [f"{n % 9}" for n in range(ROWS)]
    mixed[5] = "unknown"
    found = survey(table(tmp_path, rooms=mixed), kinds={"rooms": "category"})
    assert "unknown" in finding(found, "mixed").text


def test_columns_of_very_different_size_are_told_where_nothing_scales(tmp_path):
    wide = (random().normal(size=ROWS) * 5000).tolist()
    path = table(tmp_path, pay=wide)
    assert finding(survey(path), "sizes") is None
    told = finding(survey(path, scaling="none"), "sizes")
    assert set(told.columns) >= {"pay"}
    assert told.remedies[0].params == {"scaling": "standardise"}


def test_rare_class_and_imbalance_are_told(tmp_path):
    label = ["rare" if n < 5 else "usual" for n in range(ROWS)]
    found = survey(table(tmp_path, label=label))
    assert "“rare”" in finding(found, "few").text
    assert "79" in finding(found, "balance").text
    assert "98.8\u202f%" in finding(found, "balance").text


def test_large_target_is_an_info_with_a_remedy(tmp_path):
    price = random(8).normal(100, 20, ROWS).tolist()
    told = finding(survey(table(tmp_path, price=price)), "goal_size")
    assert told.severity == "info"
    assert told.remedies[0].params == {"scale_target": True}
    found = survey(table(tmp_path, price=price), scale_target=True)
    assert finding(found, "goal_size") is None


def test_remedy_makes_the_finding_go(tmp_path):
    found = survey(table(tmp_path, same=[7] * ROWS), roles={"same": "input"})
    params = {**found.params, **finding(found, "constant").remedies[0].params}
    assert {c.role for c in own.columns(params) if c.name == "same"} == {"ignore"}
    again = survey("file", **{k: v for k, v in params.items() if k != "source"})
    assert finding(again, "constant") is None


def test_near_twins_differ_from_others():
    dice = random()
    images = dice.integers(0, 255, (20, 1, 32, 32)).astype(np.uint8)
    images[7] = images[3]
    images[7, 0, 0, 0] ^= 1
    keys = [each.tobytes() for each in twins.coarse(images)]
    assert keys[7] == keys[3]
    assert len(set(keys)) == 19


def test_unknown_as_a_negative_number_is_strange_in_a_long_tail():
    tail = np.exp(random().normal(4.6, 0.7, 1000))
    tail[[5, 9]] = -999
    assert columns.strange(tail).tolist() == [-999.0, -999.0]
    assert columns.strange(-tail).tolist() == [999.0, 999.0]
    assert not len(columns.strange(np.exp(random().normal(4.6, 0.7, 1000))))


def test_number_for_unknown_is_left_out_and_a_giant_gets_its_logarithm(tmp_path):
    height = random(8).normal(50, 5, ROWS)
    height[[3, 77]] = -999
    found = survey(table(tmp_path, height=height.tolist()))
    (remedy,) = finding(found, "outliers").remedies
    assert {r[0]: r[2] for r in remedy.params["columns"]}["height"] == "ignore"
    height[[3, 77]] = 9e9
    found = survey(table(tmp_path, height=height.tolist()))
    log = finding(found, "outliers").remedies[0]
    assert log.params["steps"] == (("height", "log"),)
    params = {k: v for k, v in {**found.params, **log.params}.items() if k != "source"}
    assert finding(survey("file", **params), "outliers") is None


@pytest.mark.parametrize("seed", range(6))
def test_answer_is_found_wherever_the_limits_between_classes_lie(tmp_path, seed):
    dice = np.random.default_rng(seed)
    kinds = dice.integers(0, 3, 500)
    hidden = kinds * 10 + dice.uniform(0, 1, 500)
    near = kinds * 4.3 + dice.normal(size=500)  # right in 97 of 100 rows, by no more
    label = np.array(["ant", "bee", "cat"])[kinds]
    for name, values, is_told in (("hidden", hidden, True), ("near", near, False)):
        columns = {"size": dice.normal(size=500).round(4), name: values.round(3),
                   "label": label}  # fmt: skip
        found = survey(write(tmp_path / f"{name}.csv", columns))
        told = [each for each in found.findings if each.id == "leak"]
        assert bool(told) is is_told
        assert not told or told[0].columns == (name,)


def test_many_equal_values_in_a_file_sorted_by_label_are_no_answer(tmp_path):
    dice = np.random.default_rng(2)
    kinds = np.repeat([0, 1], 250)
    paid = np.where(dice.random(500) < 0.6, 0, dice.exponential(9, 500)).round(3)
    columns = {"age": dice.normal(40, 9, 500).round(2), "paid": paid,
               "label": np.array(["no", "yes"])[kinds]}  # fmt: skip
    found = survey(write(tmp_path / "sorted.csv", columns))
    assert "leak" not in {each.id for each in found.findings}
