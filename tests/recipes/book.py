"""The recipes as CONTRIBUTING.md tells them: which lines go where in which file."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
_RECIPE = re.compile(r"^### (.+?)\n(.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL)
_STEP = re.compile(
    r"^\d+\. (?P<how>New file|In) `(?P<path>[^`]+)`"
    r"(?:, (?P<side>below|above|at the end of) `(?P<line>[^`]+)`)?:\n+"
    r"   ```python\n(?P<code>.*?)^   ```$",
    re.MULTILINE | re.DOTALL,
)
_NUMBERED = re.compile(r"^\d+\. ", re.MULTILINE)
_ROW = re.compile(
    r"^\| \[(?P<name>[^]]+)\]\(#[^)]+\) \| (?P<count>\d+) \|$", re.MULTILINE
)


class Step(NamedTuple):
    """One edit.

    Args:
        path: Of the file, from the checkout.
        side: `below` or `above` a line, or `at the end of` the brackets that it opens;
            empty for a new file.
        line: That line.
        code: What is put there.
    """

    path: str
    side: str
    line: str
    code: str

    def make(self, checkout: Path) -> None:
        """Make the edit; AssertionError where the page tells of another house."""
        file = checkout / self.path
        if not self.side:
            assert not file.exists(), f"{self.path} exists already"
            assert file.parent.is_dir(), f"no folder for {self.path}"
            file.write_text(self.code, "utf-8")
            return
        lines = file.read_text("utf-8").splitlines(keepends=True)
        places = [n for n, line in enumerate(lines) if line.rstrip() == self.line]
        assert len(places) == 1, f"{self.path} has {len(places)} × {self.line!r}"
        place = places[0] + (self.side == "below")
        if self.side == "at the end of":
            place = _closing(lines, places[0])
        lines.insert(place, self.code)
        file.write_text("".join(lines), "utf-8")


def _closing(lines: list[str], opening: int) -> int:
    """Return which line closes the brackets that a line opens: one as deep as it."""
    depth = len(lines[opening]) - len(lines[opening].lstrip())
    ends = {" " * depth + bracket for bracket in ")]}"}
    after = range(opening + 1, len(lines))
    return next(n for n in after if lines[n].rstrip() in ends)


def steps() -> dict[str, list[Step]]:
    """Return the edits of every recipe, by its name: `a layer`."""
    found = {}
    text = PAGE.read_text("utf-8")
    for title, body in _RECIPE.findall(text[text.index("## Recipes") :]):
        told = [_step(match) for match in _STEP.finditer(body)]
        assert len(told) == len(_NUMBERED.findall(body)), f"a step of {title} is unread"
        found[title.casefold()] = told
    return found


def _step(match: re.Match[str]) -> Step:
    code = re.sub(r"^   ", "", match["code"], flags=re.MULTILINE)
    return Step(match["path"], match["side"] or "", match["line"] or "", code)


def counts() -> dict[str, int]:
    """Return how many files of the product the page's table gives to each recipe."""
    text = PAGE.read_text("utf-8")
    return {match["name"]: int(match["count"]) for match in _ROW.finditer(text)}


def product_files(told: list[Step]) -> set[str]:
    """Return the files of the product that a recipe touches."""
    return {step.path for step in told if not step.path.startswith("tests/")}
