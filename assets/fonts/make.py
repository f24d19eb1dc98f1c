"""Writes the fonts of this folder from the released ones.

A developer's script: the application never runs it. In an environment of its own:

    pip install fonttools==4.68.0 brotli==1.2.1
    PYTHONPATH=. python assets/fonts/make.py INTER MONO

Args:
    INTER: The folder `web` of the npm package inter-ui 4.1.1 (`Inter-Regular.woff2` …).
    MONO: The folder of JetBrains Mono 2.242 (`JetBrainsMono-Regular.ttf` …).

What is changed, as the licence allows: alphabets that the window has no words in are
left out, digits are as wide as each other, ligatures that turn `->` into an arrow are
gone, multi-line text has room between its lines, and two letters of formulas are added.
The families have names of their own, so that an installed Inter is never mixed in.
Running it again gives the same bytes.
"""

import io
import sys
from pathlib import Path

from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from engine.files import atomic_write

FOLDER = Path(__file__).parent
STYLES = {"Regular": 400, "Medium": 500, "SemiBold": 600}
KEPT = (
    *((0x20, 0x24F), (0x2B0, 0x3FF), (0x400, 0x45F), (0x1D2C, 0x1D6A)),
    *((0x1E00, 0x1FFF), (0x2000, 0x23FF), (0x2500, 0x27BF), (0x2C7C, 0x2C7D)),
)
"""Latin, Greek, Cyrillic, punctuation, arrows, mathematics, boxes, raised letters."""
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]
LINE = {"Inter": 1.5, "JetBrainsMono": 1.45}
"""Distance of two lines of text, as a multiple of the size."""
FAMILY = {"Inter": "Inter Workbench", "JetBrainsMono": "JetBrains Mono Workbench"}


def main(inter: str, mono: str) -> None:
    """Write six fonts."""
    for style, weight in STYLES.items():
        for name, source in (
            ("Inter", Path(inter, f"Inter-{style}.woff2")),
            ("JetBrainsMono", Path(mono, f"JetBrainsMono-{style}.ttf")),
        ):
            font = TTFont(source, recalcTimestamp=False)
            if name == "Inter":
                _tabular(font)
                _add(font, "ᵀ", "T", (0.6, 0, 0, 0.6, 20, 720))
                _add(font, "∇", "Δ", (1, 0, 0, -1, 0, 1490))
            _subset(font)
            _space(font, LINE[name])
            _name(font, FAMILY[name], style, weight)
            written = io.BytesIO()
            font.flavor = None
            font.save(written)
            atomic_write(FOLDER / f"{name}-{style}.ttf", written.getvalue())
            print(f"{name}-{style}.ttf", len(written.getvalue()))


def _tabular(font: TTFont) -> None:
    """Let every digit be the one that is as wide as all others."""
    table = font["GSUB"].table
    records = table.FeatureList.FeatureRecord
    lookups = next(r.Feature.LookupListIndex for r in records if r.FeatureTag == "tnum")
    wide: dict[str, str] = {}
    for index in lookups:
        for part in table.LookupList.Lookup[index].SubTable:
            wide |= getattr(part, "ExtSubTable", part).mapping
    for part in font["cmap"].tables:
        part.cmap = {code: wide.get(glyph, glyph) for code, glyph in part.cmap.items()}


def _add(font: TTFont, letter: str, base: str, shape: tuple[float, ...]) -> None:
    """Give the font a letter that is another one moved, scaled or turned over."""
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    if ord(letter) in cmap:
        return
    name, source = f"uni{ord(letter):04X}", cmap[ord(base)]
    pen = TTGlyphPen(glyphs)
    glyphs[source].draw(TransformPen(pen, shape))
    font["glyf"][name] = pen.glyph()
    width, _ = font["hmtx"][source]
    font["hmtx"][name] = (round(width * shape[0]), round(shape[4]))
    font.setGlyphOrder(font["glyf"].glyphOrder)
    for part in font["cmap"].tables:
        if part.isUnicode():
            part.cmap[ord(letter)] = name


def _subset(font: TTFont) -> None:
    options = Options()
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.hinting = False
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[c for low, high in KEPT for c in range(low, high + 1)])
    subsetter.subset(font)


def _space(font: TTFont, line: float) -> None:
    """Put room between lines; a single line stays as high as it was."""
    hhea, em = font["hhea"], font["head"].unitsPerEm
    hhea.lineGap = round(em * line) - (hhea.ascent - hhea.descent)
    os2 = font["OS/2"]
    os2.sTypoAscender, os2.sTypoDescender = hhea.ascent, hhea.descent
    os2.sTypoLineGap = hhea.lineGap


def _name(font: TTFont, family: str, style: str, weight: int) -> None:
    compact = family.replace(" ", "")
    words = {1: family, 2: style, 3: f"{compact}-{style}", 4: f"{family} {style}"}
    for number, text in {**words, 6: f"{compact}-{style}"}.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight


if __name__ == "__main__":
    main(*sys.argv[1:])
