"""No circle, no upward arrow, no crowded folder, typing imports counted."""

import pytest

from tests import house


def make(root, **files):
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return house.read(root, ("a",))


@pytest.fixture(scope="module")
def product():
    return house.read()


def test_product_has_no_circle(product):
    assert house.circles(product.imports) == []


def test_product_has_no_upward_arrow(product):
    assert house.upward(product) == []


def test_folders_are_small_enough_to_be_read(product):
    assert house.crowded(product) == {}


def test_no_module_imports_half_of_the_house(product):
    count, name = house.widest(product)
    assert count <= house.MAX_IMPORTS, f"{name} imports {count} modules"


def test_circle_by_typing_imports_is_one(tmp_path):
    lazy = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import two\n"
    )
    found = make(
        tmp_path, a__one=lazy, a__two="from a.one import x\n", a__three="import a.one"
    )
    assert house.circles(found.imports) == [["a.one", "a.two"]]


def test_arrow_between_rooms_is_upward_without_a_circle_of_modules(tmp_path):
    found = make(
        tmp_path,
        a__low__x="from a.high import y\n",
        a__high__y="",
        a__high__z="from a.low import v\n",
        a__low__v="",
    )
    assert house.circles(found.imports) == []
    assert house.upward(found) == ["a: high -> low", "a: low -> high"]


def test_circles_of_a_graph_drawn_by_hand():
    arrows = {"a": "b", "b": "c", "c": "ad", "d": "e", "e": "d", "f": "a"}
    assert sorted(house.circles(arrows)) == [["a", "b", "c"], ["d", "e"]]
