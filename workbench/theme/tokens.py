"""Colours and spacing that the canvas, the widgets and the plots share. No Qt."""

from dataclasses import dataclass
from functools import lru_cache

CATEGORY_TOKENS = {
    "io": "io",
    "dense": "dense",
    "conv": "conv",
    "pool": "pool",
    "norm": "norm",
    "act": "act",
    "recurrent": "recurrent",
    "attention": "attention",
    "shape": "shape",
    "merge": "merge",
    "loss": "loss",
    "metric": "metric",
    "view": "view",
}


@dataclass(frozen=True)
class Tokens:
    """One theme; every colour is `#rrggbb`.

    Args:
        name: `dark` or `light`.
        line: Hairlines between areas; nothing is told by them alone.
        edge: Borders of fields and boxes, 3:1 on panels and on fields.
        wire: Of wires at rest.
        fg3: Hints and examples, 4.5:1 on `bg0` to `bg2`.
        faint: What can't be used now, 3:1 on every ground.
        accent_fill: The accent, dark enough for white text (4.5:1).
        forward: Values on their way to the loss. With `loss` (also a category),
            `backward` and `update` one of the four steps; gradients are always
            `backward`.
        minus: Signed numbers below zero; see `signed`.
        plus: Signed numbers above zero.
        series: Colours of plot series, in order (Okabe-Ito); they begin anew beyond
            the last, so every series also has its name beside it.
        heat: Name of the colour map of heat maps.
        grid_alpha: Opacity of plot grids.
    """

    name: str
    bg0: str
    bg1: str
    bg2: str
    bg3: str
    line: str
    edge: str
    canvas: str
    grid: str
    node: str
    wire: str
    fg: str
    fg2: str
    fg3: str
    faint: str
    accent: str
    accent_fill: str
    ok: str
    warn: str
    err: str
    forward: str
    loss: str
    backward: str
    update: str
    minus: str
    plus: str
    series: tuple[str, ...]
    heat: str
    grid_alpha: float
    io: str = "#7f8ea3"
    conv: str = "#4c8dff"
    norm: str = "#b48cf2"
    act: str = "#e0a33e"
    pool: str = "#2fb5b0"
    dense: str = "#3fb27f"
    recurrent: str = "#6f7bf7"
    attention: str = "#d96bb0"
    shape: str = "#8a93a6"
    merge: str = "#c98b5a"
    metric: str = "#5fb3e6"
    view: str = "#9aa86b"

    def category(self, name: str) -> str:
        """Return the colour of a category's strip, port and icon, 3:1 on its ground."""
        return readable(self.colour(CATEGORY_TOKENS.get(name, "io")), self.canvas, 3.0)

    def category_text(self, name: str) -> str:
        """Return the category's colour, readable (4.5:1) as text on a node.

        Also while the mouse is over it, when its ground goes halfway to `bg3`.
        """
        return readable(self.category(name), mix(self.node, self.bg3, 0.5))

    def text(self, token: str, ground: str = "bg3") -> str:
        """Return a token's colour, readable (4.5:1) as text on a ground.

        What reads on `bg3` reads on `bg0` to `bg2`, on `canvas` and on `node` too.
        """
        return readable(self.colour(token), self.colour(ground))

    def signed(self, value: float, ground: str = "bg2") -> str:
        """Return the colour of a signed number, -1 to 1, in a cell of a ground."""
        strength = min(abs(value), 1.0) ** 0.65
        tint = self.plus if value > 0 else self.minus
        return mix(self.colour(ground), tint, strength)

    def colour(self, token: str) -> str:
        """Return a token by name, such as `fg2`; `#rrggbb` stands for itself."""
        return token if token.startswith("#") else str(vars(self)[token])


DARK = Tokens(
    name="dark",
    bg0="#16181d",
    bg1="#1c1f26",
    bg2="#242830",
    bg3="#2d323c",
    line="#343a46",
    edge="#69717e",
    canvas="#13151a",
    grid="#1d2027",
    node="#22262f",
    wire="#6b717d",
    fg="#e6e9ef",
    fg2="#9aa3b2",
    fg3="#878f9d",
    faint="#727b8b",
    accent="#4c8dff",
    accent_fill="#2f6fe0",
    ok="#3fb27f",
    warn="#e0a33e",
    err="#e5584f",
    forward="#56b4e9",
    loss="#e5584f",
    backward="#ff9e64",
    update="#3fb27f",
    minus="#4aa8ff",
    plus="#ff9147",
    series=("#56B4E9", "#E69F00", "#2fbf8f", "#e08bb8", "#D55E00"),
    heat="CET-L16",
    grid_alpha=0.08,
)
LIGHT = Tokens(
    name="light",
    bg0="#eef0f4",
    bg1="#f7f8fa",
    bg2="#ffffff",
    bg3="#e6e9ef",
    line="#d5dae3",
    edge="#88909e",
    canvas="#f3f5f8",
    grid="#e4e8ee",
    node="#ffffff",
    wire="#838995",
    fg="#1b2130",
    fg2="#586274",
    fg3="#656d7d",
    faint="#7e8697",
    accent="#2563eb",
    accent_fill="#2563eb",
    ok="#1f8a5b",
    warn="#b0741e",
    err="#c93a31",
    forward="#0b78b8",
    loss="#d4483f",
    backward="#c2570c",
    update="#1a7f6e",
    minus="#1f6fd0",
    plus="#b8500a",
    series=("#0072B2", "#D55E00", "#00966d", "#b04f85", "#4b2fc9"),
    heat="CET-L17",
    grid_alpha=0.12,
)
THEMES = {"dark": DARK, "light": LIGHT}

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
"""Distances in pixels; everything between widgets is one of these."""
RADIUS = 5
RADIUS_NODE = 7

_state = {"current": DARK}


def current() -> Tokens:
    """Return the theme that is on."""
    return _state["current"]


def set_current(tokens: Tokens) -> None:
    """Make `tokens` the theme; `theme.apply` calls this, nobody else."""
    _state["current"] = tokens


def category(name: str) -> str:
    """Return the colour of a category in the current theme."""
    return current().category(name)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return `one` with `share` (0-1) of `other` in it."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@lru_cache(maxsize=1024)
def readable(colour: str, background: str, ratio: float = 4.5) -> str:
    """Return `colour`, moved to black or white until it reads on `background`."""
    goal = "#000000" if luminance(background) > 0.18 else "#ffffff"
    for percent in range(0, 101, 4):
        mixed = mix(colour, goal, percent / 100)
        if contrast(mixed, background) >= ratio:
            return mixed
    return goal
