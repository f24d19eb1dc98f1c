"""Colours and spacing that the canvas, the widgets and the plots share. No Qt."""

from dataclasses import dataclass

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
        accent_fill: The accent, dark enough for white text (4.5:1).
        series: Colours of plot series, in order (Okabe-Ito).
        heat: Name of the colour map of heat maps.
        grid_alpha: Opacity of plot grids.
    """

    name: str
    bg0: str
    bg1: str
    bg2: str
    bg3: str
    line: str
    canvas: str
    grid: str
    node: str
    fg: str
    fg2: str
    fg3: str
    accent: str
    accent_fill: str
    ok: str
    warn: str
    err: str
    series: tuple[str, ...]
    heat: str
    grid_alpha: float
    io: str = "#7f8ea3"
    conv: str = "#4c8dff"
    norm: str = "#b48cf2"
    act: str = "#e0a33e"
    pool: str = "#2fb5b0"
    dense: str = "#3fb27f"
    loss: str = "#e5584f"
    recurrent: str = "#6f7bf7"
    attention: str = "#d96bb0"
    shape: str = "#8a93a6"
    merge: str = "#c98b5a"
    metric: str = "#5fb3e6"
    view: str = "#9aa86b"

    def category(self, name: str) -> str:
        """Return the colour of a category's strip, port and wire."""
        return self.colour(CATEGORY_TOKENS.get(name, "io"))

    def category_text(self, name: str) -> str:
        """Return the category's colour, readable (4.5:1) as text on a node."""
        return readable(self.category(name), self.node)

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
    canvas="#13151a",
    grid="#1d2027",
    node="#22262f",
    fg="#e6e9ef",
    fg2="#9aa3b2",
    fg3="#6b7485",
    accent="#4c8dff",
    accent_fill="#2f6fe0",
    ok="#3fb27f",
    warn="#e0a33e",
    err="#e5584f",
    series=("#56B4E9", "#E69F00", "#2fbf8f", "#e08bb8", "#D55E00", "#9aa3f5"),
    heat="CET-L16",
    grid_alpha=0.10,
)
LIGHT = Tokens(
    name="light",
    bg0="#eef0f4",
    bg1="#f7f8fa",
    bg2="#ffffff",
    bg3="#e6e9ef",
    line="#d5dae3",
    canvas="#f3f5f8",
    grid="#e4e8ee",
    node="#ffffff",
    fg="#1b2130",
    fg2="#586274",
    fg3="#8b94a5",
    accent="#2563eb",
    accent_fill="#2563eb",
    ok="#1f8a5b",
    warn="#b7791f",
    err="#c93a31",
    series=("#0072B2", "#D55E00", "#009E73", "#b04f85", "#a86f00", "#5a5fd0"),
    heat="CET-L17",
    grid_alpha=0.16,
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


def readable(colour: str, background: str, ratio: float = 4.5) -> str:
    """Return `colour`, moved to black or white until it reads on `background`."""
    goal = "#000000" if luminance(background) > 0.18 else "#ffffff"
    for percent in range(0, 101, 4):
        mixed = mix(colour, goal, percent / 100)
        if contrast(mixed, background) >= ratio:
            return mixed
    return goal
