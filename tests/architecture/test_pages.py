"""What ARCHITECTURE.md and CONTRIBUTING.md say is there, is there."""

import ast
import re
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MOST_ROOMS, MOST_RETURNS = 8, 4
_FOLDERS = ("engine", "workbench", "presets", "tests", "assets")
_STATION = re.compile(r"^\d+\. (⇢ )?`([^`]+)` `([^`]+)`: (.+)$", re.MULTILINE)
_WALK = re.compile(r"^### (.+?)\n(.*?)(?=^#{2,3} )", re.MULTILINE | re.DOTALL)


class Station(NamedTuple):
    crosses: bool
    path: str
    name: str

    @property
    def room(self):
        """Return the room: the child of a package that the file stands in."""
        return "/".join(Path(self.path).parts[:2])


def _walks():
    walks = HOUSE[HOUSE.index("## Six walks") : HOUSE.index("## Where do I change")]
    found = {}
    for title, body in _WALK.findall(walks + "## "):
        stations = [Station(bool(c), p, n) for c, p, n, _ in _STATION.findall(body)]
        assert len(stations) == len(re.findall(r"^\d+\.", body, re.MULTILINE)), title
        found[title] = stations
    return found


WALKS = _walks()
STATIONS = [station for stations in WALKS.values() for station in stations]


@cache
def _names(path):
    """Return `Class`, `Class.method`, `function` and `CONSTANT` of a file."""
    found = set()
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = getattr(node, "targets", None) or [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
        elif hasattr(node, "name"):
            found.add(node.name)
            inner = node.body if isinstance(node, ast.ClassDef) else ()
            found |= {f"{node.name}.{i.name}" for i in inner if hasattr(i, "name")}
    return found


def _paths(page):
    """Return everything in code marks or links that looks like a path of ours."""
    marked = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    linked = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", page)]
    first = {path for path in marked if path.partition("/")[0] in _FOLDERS}
    return sorted(
        {p for p in {*first, *linked} if p and " " not in p and "." not in p[:1]}
    )


def test_there_are_six_walks():
    assert list(WALKS) == [
        "A batch",
        "A frame",
        "An edit",
        "A project to torch",
        "A preset",
        "An export",
    ]


@pytest.mark.parametrize("station", STATIONS, ids=lambda s: f"{s.path}:{s.name}")
def test_station_of_a_walk_exists(station):
    assert station.name in _names(station.path)


@pytest.mark.parametrize("name", WALKS)
def test_next_station_is_called_by_one_before_it(name):
    for place, there in enumerate(WALKS[name]):
        called = there.name.rpartition(".")[2]
        before = {s.path for s in WALKS[name][:place]}
        texts = [(ROOT / path).read_text("utf-8") for path in before]
        is_called = any(re.search(rf"\b{called}\b", text) for text in texts)
        assert is_called or there.crosses or not place, f"nobody calls {there.name}"


@pytest.mark.parametrize("name", WALKS)
def test_walk_passes_few_rooms_and_seldom_comes_back(name):
    rooms = [station.room for station in WALKS[name]]
    moves = [room for before, room in pairwise([None, *rooms]) if room != before]
    assert len(set(moves)) <= MOST_ROOMS
    assert len(moves) - len(set(moves)) <= MOST_RETURNS


@pytest.mark.parametrize(
    ("page", "path"),
    [("house", p) for p in _paths(HOUSE)] + [("guide", p) for p in _paths(GUIDE)],
)
def test_path_that_a_page_names_exists(page, path):
    made = re.findall(r"New file `([^`]+)`", GUIDE) if page == "guide" else ()
    assert (ROOT / path).exists() != (path in made)


@pytest.mark.parametrize("package", ["engine", "workbench"])
def test_every_room_stands_in_its_table_in_the_order_of_the_contract(package):
    rooms = HOUSE[: HOUSE.index("## Who may call")]
    lines = re.findall(rf"^\| (`{package}/.+?`) \|", rooms, re.MULTILINE)
    told = [set(re.findall(rf"{package}/(\w+)", line)) for line in lines]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c.get("containers") == [package])
    exists = {p.stem for p in (ROOT / package).iterdir()}
    floors = [
        {name for name in re.findall(r"\w+", layer) if name in exists}
        for layer in layers
    ]
    rank = {name: n for n, floor in enumerate(floors) for name in floor}
    known = set().union(*told)
    assert known == {n for n in rank if not n.startswith("__")}
    order = [rank[name] for names in told for name in sorted(names, key=rank.get)]
    assert order == sorted(order)


def test_every_word_of_the_glossary_has_one_meaning():
    glossary = HOUSE[HOUSE.index("## Glossary") :]
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", glossary, re.MULTILINE)
    assert len(words) == len(set(words)) >= 30
