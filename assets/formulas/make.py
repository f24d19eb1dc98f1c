"""Typesets the formulas of the room Explain, whose pictures stand in this folder.

A developer's script: the application never runs it. In an environment of its own:

    pip install ziamath==0.13 ziafont==0.11 latex2mathml==3.81.1
    PYTHONPATH=. python assets/formulas/make.py

A formula is known by its plain text, which is also what is copied of it;
`formulas.json` has its TeX and an SVG. Symbols have marks in place of colours: the
window puts those of its theme there. Drawn beforehand because the set is closed:
typesetting takes 4 to 30 ms a formula and 160 ms to import, and nothing of that is left
for the window to do. Running it again gives the same bytes. The letters are STIX Two
Math (SIL OFL), as outlines.
"""

import json
import re
from pathlib import Path

import ziamath

from engine.files import atomic_write

FILE = Path(__file__).parent / "formulas.json"
SIZE = 20
MARKS = {
    "x": "#000001",
    "d": "#000002",
    "u": "#000003",
    "l": "#000004",
    "m": "#000005",
}
"""Marks of what goes forward, backward, is moved, is the loss, is a mean or spread."""
_MACRO = re.compile(r"\\([xdulm])\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_NUMBER = re.compile(r"-?\d+\.\d+")
FORMULAS = {
    "y = f(x)": r"\x{y} = f(\x{x})",
    "∂L/∂x = (∂y/∂x)ᵀ δ": r"\frac{\partial L}{\partial \x{x}} = "
    r"{\left(\frac{\partial \x{y}}{\partial \x{x}}\right)}^{\mathsf{T}} \d{\delta}",
    "w ← w + Δw": r"w \leftarrow w + \u{\Delta w}",
    "z = W x + b": r"\x{z} = W\,\x{x} + b",
    "∂L/∂W = δ xᵀ": r"\frac{\partial L}{\partial W} = "
    r"\d{\delta}\, \x{x}^{\mathsf{T}}",
    "z = W ∗ x + b": r"\x{z} = W \ast \x{x} + b",
    "∂L/∂w = Σᵢ δᵢ·xᵢ": r"\frac{\partial L}{\partial w} = "
    r"\sum_i \d{\delta_i}\, \x{x_i}",
    "a = f(z)": r"\x{a} = f(\x{z})",
    "∂L/∂z = δ · f′(z)": r"\frac{\partial L}{\partial \x{z}} = "
    r"\d{\delta} \odot f'(\x{z})",
    "L = −ln p, p = eᶻ/Σeᶻ": r"\l{L} = -\ln p,\quad "
    r"p = \frac{e^{\x{z}}}{\sum e^{\x{z}}}",
    "∂L/∂z = (p − y)/N": r"\frac{\partial L}{\partial \x{z}} = "
    r"\frac{p - y}{N}",
    "L = Σ ℓ(ŷ, y) / N": r"\l{L} = \frac{1}{N}\sum \ell(\x{\hat{y}}, y)",
    "∂L/∂ŷ = ℓ′(ŷ, y) / N": r"\frac{\partial L}{\partial \x{\hat{y}}} = "
    r"\frac{1}{N}\,\ell'(\x{\hat{y}}, y)",
    "y = maxₖ xₖ": r"\x{y} = \max_k \x{x_k}",
    "∂L/∂x = Σⱼ δⱼ·[x won j]": r"\frac{\partial L}{\partial \x{x}} = "
    r"\sum_j \d{\delta_j}\,[\,\x{x}\ \mathrm{won}\ j\,]",
    "y = Σₖ xₖ / K": r"\x{y} = \frac{1}{K}\sum_k \x{x_k}",
    "∂L/∂x = Σⱼ δⱼ / K": r"\frac{\partial L}{\partial \x{x}} = "
    r"\frac{1}{K}\sum_j \d{\delta_j}",
    "y = γ (x − μ)/σ + β": r"\x{y} = \gamma\,\frac{\x{x} - \m{\mu}}{\m{\sigma}}"
    r" + \beta",
    "∂L/∂x = (γδ − mean(γδ) − x̂·mean(γδ·x̂)) / σ": r"\frac{\partial L}{\partial \x{x}}"
    r" = \frac{1}{\m{\sigma}}\left(\gamma \d{\delta} - \overline{\gamma \d{\delta}}"
    r" - \x{\hat{x}}\,\overline{\gamma \d{\delta} \x{\hat{x}}}\right)",
    "y = γ x/σ": r"\x{y} = \gamma\,\frac{\x{x}}{\m{\sigma}}",
    "∂L/∂x = (γδ − x̂·mean(γδ·x̂)) / σ": r"\frac{\partial L}{\partial \x{x}} = "
    r"\frac{1}{\m{\sigma}}\left(\gamma \d{\delta}"
    r" - \x{\hat{x}}\,\overline{\gamma \d{\delta} \x{\hat{x}}}\right)",
    "o = A V, A = softmax(Q Kᵀ/√d)": r"\x{o} = A\,V,\quad A = \mathrm{softmax}"
    r"\left(\frac{Q K^{\mathsf{T}}}{\sqrt{d}}\right)",
    "δV = Aᵀ δ, δS = A ⊙ (δA − Σ δA ⊙ A)": r"\d{\delta V} = A^{\mathsf{T}}"
    r"\d{\delta},\quad \d{\delta S} = A \odot \left(\d{\delta A} - \sum \d{\delta A}"
    r" \odot A\right)",
    "cₜ = f·cₜ₋₁ + i·g, hₜ = o·tanh cₜ": r"c_t = f\,c_{t-1} + i\,g,\quad "
    r"\x{h_t} = o \tanh c_t",
    "∂c_T/∂cₜ = fₜ₊₁ · … · f_T": r"\frac{\partial c_T}{\partial c_t} = "
    r"\prod_{s=t+1}^{T} f_s",
    "hₜ = (1 − z)·n + z·hₜ₋₁": r"\x{h_t} = (1 - z)\,n + z\,h_{t-1}",
    "∂h_T/∂hₜ ≈ zₜ₊₁ · … · z_T": r"\frac{\partial h_T}{\partial h_t} \approx "
    r"\prod_{s=t+1}^{T} z_s",
    "hₜ = tanh(W xₜ + U hₜ₋₁ + b)": r"\x{h_t} = \tanh(W\,\x{x_t} + U\,h_{t-1} + b)",
    "δₜ₋₁ = Uᵀ (δₜ ⊙ f′)": r"\d{\delta_{t-1}} = U^{\mathsf{T}}"
    r"\left(\d{\delta_t} \odot f'\right)",
    "y = m·x / (1 − p)": r"\x{y} = \frac{m \odot \x{x}}{1 - p}",
    "∂L/∂x = m·δ / (1 − p)": r"\frac{\partial L}{\partial \x{x}} = "
    r"\frac{m \odot \d{\delta}}{1 - p}",
    "y = W[id]": r"\x{y} = W[\mathrm{id}]",
    "∂L/∂W[id] = Σᵢ δᵢ": r"\frac{\partial L}{\partial W[\mathrm{id}]} = "
    r"\sum_i \d{\delta_i}",
}
"""Plain text → TeX, with `\\x{…}` and so on for what is coloured."""


def _coloured(tex: str) -> str:
    """Put the marks of colours in place; a symbol may be within another."""
    while True:
        found = _MACRO.sub(r"{\\color{@\1}\2}", tex)
        if found == tex:
            break
        tex = found
    for name, mark in MARKS.items():
        tex = tex.replace(f"@{name}", mark)
    return tex.replace(r"\partial ", r"\partial\!")


def drawn(tex: str) -> str:
    """Return a formula as an SVG of plain paths, numbers with two decimals."""
    ziamath.config.svg2 = False
    svg = ziamath.Latex(_coloured(tex), size=SIZE).svg()
    svg = svg.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    return _NUMBER.sub(lambda n: f"{float(n[0]):.2f}".rstrip("0").rstrip("."), svg)


def main() -> None:
    """Write the file anew."""
    found = {plain: {"tex": tex, "svg": drawn(tex)} for plain, tex in FORMULAS.items()}
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    atomic_write(FILE, text.encode())


if __name__ == "__main__":
    main()
