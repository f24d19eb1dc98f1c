"""A report as one HTML file that needs nothing else: no script, no font, no network."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from engine.evaluate import charts, words
from engine.evaluate.figures.slices import Slice
from engine.evaluate.report import Classes, Compared, Far, Judged, Report, Values
from engine.i18n import tr

_SLICES = 16
_STYLE = """
:root{color-scheme:light dark;--ground:#fff;--text:#1c2024;--quiet:#5c6570;
--edge:#d8dde3;
--mark:#2f6fde}
@media(prefers-color-scheme:dark){:root{--ground:#15181c;--text:#e8ebef;--quiet:#9aa4b0;
--edge:#343b44;--mark:#6ea1ff}}
body{background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif;
margin:2.5rem auto;max-width:64rem;padding:0 1.5rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}
h3{font-size:.95rem;margin:0 0 .4rem}p.head{color:var(--quiet);margin:.2rem 0 1.5rem}
.big{font-size:2.4rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.1}
.cards{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
.cards>div{border:1px solid var(--edge);border-radius:8px;padding:1rem}
ul{padding-left:1.2rem}li{margin:.25rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right}th{font-weight:500;color:var(--quiet)}
tr>:first-child{text-align:left}table.plain tr{border-bottom:1px solid var(--edge)}
.matrix td{background:color-mix(in srgb,var(--mark) calc(var(--part)*.75),transparent);
border:1px solid var(--ground);min-width:1.6rem;text-align:center}
svg text{fill:var(--quiet);font-size:12px}.end{text-anchor:end}.mid{text-anchor:middle}
.grid{stroke:var(--edge)}.guide{stroke:var(--quiet);stroke-dasharray:4 4}
.bar,circle{fill:var(--mark)}circle{fill-opacity:.5}
.line{fill:none;stroke-width:1.8;stroke:var(--own)}.s0{--own:var(--mark)}
.s1{--own:#e07b39}.s2{--own:#3aa76d}.s3{--own:#b45fd1}.s4{--own:#d8506b}
.s5{--own:#1fa3b8}.s6{--own:#a88a1c}.s7{--own:#8a8f98}
.s8{--own:#7f9c1b}.s9{--own:#7a6ff0}
.legend{max-width:300px;font-size:12px;color:var(--quiet)}
.legend span::before{content:"";display:inline-block;width:10px;height:10px;
border-radius:2px;background:var(--own);margin:0 .3rem 0 .4rem}
"""


def of(report: Report, compared: tuple[Compared, ...] = ()) -> str:
    """Return the file's text."""
    title = escape(report.name or report.run)
    lines = [f"<li>{escape(line)}</li>" for line in words.scores(report)]
    parts = [
        f"<h1>{title}</h1><p class=head>{escape(words.head(report))} · "
        f"{escape(report.run)}</p>",
        f"<ul>{''.join(lines)}</ul>",
        *(_judged(each) for each in report.judged),
        _comparison(compared),
    ]
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _judged(found: Judged) -> str:
    told = found.found
    said = "".join(f"<li>{escape(line)}</li>" for line in words.of(found))
    heading = f"<h2>{escape(found.title)}</h2>"
    is_choice = isinstance(told, Classes)
    inner = _classes(told) if isinstance(told, Classes) else _values(told)
    big = words.percent(told.accuracy.value) if isinstance(told, Classes) else (
        words.number(told.figures.mae.value)
    )  # fmt: skip
    under = tr("right") if is_choice else tr("mean absolute error")
    return (
        f"{heading}<div class=cards><div><div class=big>{big}</div>{under}</div>"
        f"<div><ul>{said}</ul></div></div><br>"
        f"<div class=cards>{''.join(f'<div>{card}</div>' for card in inner)}</div>"
    )


def _classes(found: Classes) -> Iterable[str]:
    if len(found.confusion):
        yield _card(tr("What is taken for what"), charts.confusion(
            found.confusion, found.names))  # fmt: skip
        yield _card(tr("Each class"), _each(found))
    if found.reliability is not None:
        yield _card(tr("As sure as right?"), charts.reliability(found.reliability))
    if found.roc:
        lines = list(found.roc.items())
        axes = tr("false alarms"), tr("found")
        yield _card(tr("ROC, each against the rest"), charts.curves(lines, *axes))
        lines = list(found.precision_recall.items())
        axes = tr("recall"), tr("precision")
        yield _card(tr("Precision and recall"), charts.curves(lines, *axes))
    if found.worst:
        rows = [
            (f"{w.place:,}", w.label, w.answer, words.percent(w.share))
            for w in found.worst
        ]
        heads = (tr("Sample"), tr("right"), tr("answered"), tr("how sure"))
        yield _card(tr("Most surely wrong"), _table(heads, rows))
    yield from _slices(found.slices, tr("right"), words.percent)
    noisy = [(f"{level:g} σ", words.percent(s)) for level, s in found.noisy.items()]
    yield _card(tr("Noise on the inputs"), _table((tr("Noise"), tr("right")), noisy))


def _slices(
    found: Sequence[Slice], figure: str, told: Callable[[float], str]
) -> Iterable[str]:
    rows = [
        (
            f"{each.condition} ▼" if each.is_worse else each.condition,
            told(each.figure.value),
            f"{told(each.figure.low)} – {told(each.figure.high)}",
            f"{each.samples:,}",
        )
        for each in found[:_SLICES]
    ]
    if rows:
        heads = (tr("Where"), figure, "95 %", "n")
        yield _card(tr("Parts of the samples"), _table(heads, rows))


def _farthest(found: Sequence[Far]) -> Iterable[str]:
    rows = [
        (f"{w.place:,}", words.number(w.target), words.number(w.answer)) for w in found
    ]
    if rows:
        heads = (tr("Sample"), tr("right"), tr("answered"))
        yield _card(tr("Farthest off"), _table(heads, rows))


def _each(found: Classes) -> str:
    heads = tr("Class"), tr("precision"), tr("recall"), "F1", "AUC", "n"
    each = found.each
    rows = [
        (
            name,
            words.percent(each.precision[n]),
            words.percent(each.recall[n]),
            words.percent(each.f1[n]),
            words.number(found.roc[name].value) if name in found.roc else "",
            f"{each.support[n]:,}",
        )
        for n, name in enumerate(found.names)
    ]
    return _table(heads, rows)


def _values(found: Values) -> Iterable[str]:
    figures = found.figures
    rows = [
        (tr("mean absolute error"), words.value(figures.mae)),
        (tr("root mean square error"), words.value(figures.rmse)),
        ("R²", words.value(figures.r2)),
        (tr("mean of answered − right"), words.value(figures.bias)),
    ]
    yield _card(tr("With 95 % intervals"), _table(("", ""), rows))
    yield _card(tr("Answered against right"), charts.scatter(found.pairs))
    yield _card(tr("Residuals"), charts.histogram(found.residuals))
    yield from _slices(found.slices, tr("mean absolute error"), words.number)
    yield from _farthest(found.worst)
    rows = [(f"{level:g} σ", words.number(v)) for level, v in found.noisy.items()]
    heads = tr("Noise"), tr("root mean square error")
    yield _card(tr("Noise on the inputs"), _table(heads, rows))


def _card(title: str, inner: str) -> str:
    return f"<h3>{escape(title)}</h3>{inner}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(word)}</th>" for word in heads)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return f"<table class=plain><tr>{head}</tr>{lines}</table>"


def _comparison(compared: tuple[Compared, ...]) -> str:
    if not compared:
        return ""
    lines = "".join(
        f"<li>{escape(words.of_comparison(each))}</li>" for each in compared
    )
    return f"<h2>{tr('Against the other run')}</h2><ul>{lines}</ul>"
