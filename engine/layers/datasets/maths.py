"""The data sets that formulas draw, and their words. engine.data.maths draws them."""

from engine.layers.datasets.spec import (
    CONTEXT,
    DataPort,
    DataSpec,
    floats,
    labels,
    target,
)
from engine.layers.spec import Port

_POINT = floats("point", 2, doc="positions in the plane")
_OWN = "none: drawn by a formula"
DATE_CHARACTERS = ("", *"0123456789", *"abcdefghijklmnopqrstuvwxyz", " ", ",", ".", "-")
"""Tokens of written-out dates: 0 fills up, and starts what is to be written."""

MATHS_SETS = (
    DataSpec(
        id="xor",
        title="XOR",
        task="regression",
        family="maths",
        help="The four corners of the unit square, repeated; predict 1 where exactly "
        "one coordinate is 1. The training part is also the validation part (without "
        "noise): four points leave nothing to hold back.",
        source="y = x₁ ⊕ x₂; Minsky & Papert, Perceptrons (1969)",
        licence=_OWN,
        num_samples=400,
        layout=(_POINT, target("target", 1, doc="exclusive or")),
        noise=0.0,
    ),
    DataSpec(
        id="spirals",
        title="Two spirals",
        task="classification",
        family="maths",
        help="1,000 points on two spiral arms wound into each other; predict the arm.",
        source="r = 2√u, φ = 3.5π·√u + π·arm; after Lang & Witbrock (1988)",
        licence=_OWN,
        num_samples=1000,
        layout=(_POINT, labels("first arm", "second arm")),
        noise=0.05,
    ),
    DataSpec(
        id="moons",
        title="Two moons",
        task="classification",
        family="maths",
        help="1,000 points on two half circles that reach into each other; predict "
        "which.",
        source="(cos t − ½, sin t − ¼) and (½ − cos t, ¼ − sin t), t ∈ [0, π]",
        licence=_OWN,
        num_samples=1000,
        layout=(_POINT, labels("upper moon", "lower moon")),
        noise=0.1,
    ),
    DataSpec(
        id="circles",
        title="Circles",
        task="classification",
        family="maths",
        help="1,000 points on two circles with one centre; predict which.",
        source="r·(cos φ, sin φ) with r = 1.5 outside and 0.75 inside",
        licence=_OWN,
        num_samples=1000,
        layout=(_POINT, labels("outer circle", "inner circle")),
        noise=0.1,
    ),
    DataSpec(
        id="blobs",
        title="Blobs",
        task="classification",
        family="maths",
        help="900 points around three centres; predict the centre. Noise is the "
        "width of a blob.",
        source="centres 2·(cos φ, sin φ) at φ = 90°, 210°, 330°",
        licence=_OWN,
        num_samples=900,
        layout=(_POINT, labels("top", "left", "right")),
        noise=0.6,
    ),
    DataSpec(
        id="sine",
        title="Noisy sine",
        task="regression",
        family="maths",
        help="2,000 points of a sine with noise; predict y from x. No network can get "
        "a mean squared error under the noise variance (0.01 with noise 0.1).",
        source="y = sin x + noise·ε, x uniform in [−π, π], ε normal",
        licence=_OWN,
        num_samples=2000,
        layout=(
            floats("x", 1, doc="position"),
            target("y", 1, doc="value with noise"),
        ),
        noise=0.1,
    ),
    DataSpec(
        id="waveforms",
        title="Waveforms",
        task="classification",
        family="maths",
        help="2,000 noisy signals with random phase, frequency and amplitude; predict "
        "the shape: sine, square, saw or chirp.",
        source="amplitude 0.5..1.5, 2..5 periods per signal, a chirp's frequency "
        "grows threefold",
        licence=_OWN,
        num_samples=2000,
        layout=(
            floats("signal", 1, CONTEXT, doc="one channel over time"),
            labels("sine", "square", "saw", "chirp"),
        ),
        noise=0.2,
        context=64,
    ),
    DataSpec(
        id="dates",
        title="Dates",
        task="language",
        family="maths",
        help="10,000 dates of the years 1950 to 2049, written out in seven ways such "
        "as “3 march 1997” or “mar 3, 97”; predict the ISO form “1997-03-03”.",
        source="proleptic Gregorian calendar, every day and way equally likely",
        licence=_OWN,
        num_samples=10_000,
        layout=(
            DataPort(
                Port("written", "int", "the date as people write it"),
                (20,),
                DATE_CHARACTERS,
            ),
            DataPort(
                Port("iso", "int", "year-month-day"),
                (10,),
                DATE_CHARACTERS,
                is_target=True,
            ),
        ),
    ),
    DataSpec(
        id="gaussians8",
        title="8 Gaussians",
        task="density",
        family="maths",
        help="4,000 points around eight centres on a circle; learn to draw new ones. "
        "Noise is the width of a Gaussian.",
        source="centres 2·(cos φ, sin φ) at φ = k·45°; after Metz et al. (2017)",
        licence=_OWN,
        num_samples=4000,
        layout=(_POINT,),
        noise=0.1,
    ),
    DataSpec(
        id="swiss_roll",
        title="Swiss roll",
        task="density",
        family="maths",
        help="4,000 points on a rolled-up line; learn to draw new ones.",
        source="2t/(4.5π)·(cos t, sin t), t uniform in [1.5π, 4.5π]; after Roweis & "
        "Saul (2000)",
        licence=_OWN,
        num_samples=4000,
        layout=(_POINT,),
        noise=0.05,
    ),
)
