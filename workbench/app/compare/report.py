"""A comparison as one HTML file that needs nothing else, and as a table."""

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from html import escape

from engine.i18n import language, tr
from engine.plain import cells
from engine.protocol.past_runs import Comparison
from workbench.app.compare.results import Section
from workbench.app.run import dates
from workbench.plots.compare.overlay import letter

_STYLE = """
:root{color-scheme:light dark;--ground:#fff;--text:#1c2024;--quiet:#5c6570;
--edge:#d8dde3;--mark:#2f6fde}
@media(prefers-color-scheme:dark){:root{--ground:#15181c;--text:#e8ebef;
--quiet:#9aa4b0;--edge:#343b44;--mark:#6ea1ff}}
body{background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif;
margin:2.5rem auto;max-width:72rem;padding:0 1.5rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem}
p,figcaption{color:var(--quiet);margin:.2rem 0 1.5rem}img{max-width:100%}
figure{margin:1.5rem 0}figcaption{margin:0 0 .3rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .8rem;text-align:right;border-bottom:1px solid var(--edge)}
tr>:first-child{text-align:left}th{font-weight:500;color:var(--quiet)}
td.best{font-weight:600;color:var(--mark)}
"""


def page(
    told: Comparison, found: Sequence[Section], pictures: Mapping[str, bytes]
) -> str:
    """Return the HTML; every word of a run is escaped.

    Args:
        told: The runs.
        found: What is said of them.
        pictures: What each shows, in words, and the picture as SVG.
    """
    title = escape(tr("{n:run|runs} beside each other", n=len(told.runs)))
    names = [f"{letter(i)} · {run.summary.heading}" for i, run in enumerate(told.runs)]
    facts = [
        f"<b>{escape(name)}</b> — {escape(run.summary.title)}, "
        f"{escape(dates.said_whole(run.summary.created))} ({escape(run.summary.run)})"
        for name, run in zip(names, told.runs, strict=True)
    ]
    parts = [
        f"<h1>{title}</h1><p>{'<br>'.join(facts)}</p>",
        *(_picture(*each) for each in pictures.items()),
        *(_section(each, names) for each in found),
    ]
    return (
        f'<!doctype html><html lang="{escape(language())}"><head>'
        f'<meta charset="utf-8"><title>{title}</title>'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none';style-src 'unsafe-inline';img-src data:\">"
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _picture(words: str, picture: bytes) -> str:
    image = base64.b64encode(picture).decode()
    words = escape(words)
    return (
        f"<figure><figcaption>{words}</figcaption>"
        f'<img alt="{words}" src="data:image/svg+xml;base64,{image}"></figure>'
    )


def _section(found: Section, names: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr><td>{escape(row.words)}</td>"
        + "".join(
            f"<td{' class=best' if index == row.best else ''}>{escape(cell)}</td>"
            for index, cell in enumerate(row.cells)
        )
        + "</tr>"
        for row in found.rows
    )
    title = escape(found.title)
    return f"<h2>{title}</h2><table><tr><th></th>{head}</tr>{body}</table>"


def table(told: Comparison, found: Sequence[Section]) -> str:
    """Return all rows as CSV."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    rows = [["", "", *(run.summary.heading for run in told.runs)]]
    rows.append(["", "run", *(run.summary.run for run in told.runs)])
    rows += [[each.title, r.words, *r.cells] for each in found for r in each.rows]
    writer.writerows(map(cells, rows))
    return made.getvalue()
