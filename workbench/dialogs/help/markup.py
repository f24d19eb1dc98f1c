"""Our own marks as rich text of Qt: every letter that is not a mark is drawn literally.

Known are paragraphs, `### headings`, `- lists`, `| tables |` (the first row: a head),
`**strong**`, `*leaning*`, `[words](topic)`, lines of `` `formula` ``, and boxes in the
colour of one of the four steps, from `:::forward Title` to `:::`. A backslash makes the
next letter no mark.
"""

import re
from collections.abc import Iterator

from workbench.theme.text import escape
from workbench.theme.tokens import Tokens

_INLINE = re.compile(
    r"\\(?P<plain>.)|\*\*(?P<strong>.+?)\*\*|\*(?P<lean>.+?)\*"
    r"|`(?P<code>.+?)`|\[(?P<words>[^\]]+)\]\((?P<topic>[a-z0-9_/-]+)\)"
)
_CELL = re.compile(r"(?<!\\)\|")
_STEPS = frozenset({"forward", "loss", "backward", "update"})


def html(body: str, tokens: Tokens) -> str:
    """Return a page as rich text in the colours of a theme."""
    return "".join(_blocks(body.splitlines(), tokens))


def _blocks(lines: list[str], tokens: Tokens) -> Iterator[str]:
    place = 0
    while place < len(lines):
        line = lines[place]
        kind = _kind(line)
        end = place + 1
        if kind == "box":
            while end < len(lines) and lines[end].strip() != ":::":
                end += 1
            yield _box(line[3:], lines[place + 1 : end], tokens)
            place = end + 1
            continue
        while kind and end < len(lines) and _kind(lines[end]) == kind != "heading":
            end += 1
        if kind:
            yield _BLOCKS[kind](lines[place:end], tokens)
        place = end


def _kind(line: str) -> str:
    """Return what a line begins; empty for an empty line."""
    line = line.strip()
    if not line:
        return ""
    marks = {":::": "box", "###": "heading", "- ": "list", "|": "table"}
    for mark, kind in marks.items():
        if line.startswith(mark):
            return kind
    return "formula" if line.startswith("`") and line.endswith("`") else "text"


def _heading(lines: list[str], _tokens: Tokens) -> str:
    return f"<p class='head'>{inline(lines[0].strip()[3:].strip())}</p>"


def _list(lines: list[str], _tokens: Tokens) -> str:
    items = "".join(f"<li>{inline(line.strip()[2:])}</li>" for line in lines)
    return f"<ul>{items}</ul>"


def _text(lines: list[str], _tokens: Tokens) -> str:
    return f"<p>{inline(' '.join(line.strip() for line in lines))}</p>"


def _formula(lines: list[str], tokens: Tokens) -> str:
    words = "<br>".join(escape(line.strip()[1:-1]) for line in lines)
    return (
        f'<table width="100%" cellpadding="8" cellspacing="0" bgcolor="{tokens.bg3}">'
        f'<tr><td class="formula">{words}</td></tr></table><p class="gap">&nbsp;</p>'
    )


def _table(lines: list[str], tokens: Tokens) -> str:
    head, *rows = [_cells(line) for line in lines]
    line = f'bgcolor="{tokens.line}"'
    cells = "".join(f'<th align="left">{cell}</th>' for cell in head)
    out = [f"<tr>{cells}</tr>"]
    for row in rows:
        out.append(f'<tr><td colspan="{len(head)}" {line} class="rule"></td></tr>')
        out.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>")
    return f'<table width="100%" cellpadding="6" cellspacing="0">{"".join(out)}</table>'


def _cells(line: str) -> list[str]:
    return [inline(cell.strip()) for cell in _CELL.split(line.strip())[1:-1]]


def _box(title: str, lines: list[str], tokens: Tokens) -> str:
    """Return a box with a strip and a title in the colour of a step."""
    step, _, words = title.strip().partition(" ")
    colour = tokens.colour(step if step in _STEPS else "line")
    body = "".join(_blocks(lines, tokens))
    return (
        f'<table width="100%" cellpadding="0" cellspacing="0" bgcolor="{tokens.bg2}">'
        f'<tr><td width="4" bgcolor="{colour}"></td>'
        f'<td class="box"><p class="step" style="color:{tokens.text(colour, "bg2")}">'
        f"{inline(words)}</p>{body}</td></tr></table><p class='gap'>&nbsp;</p>"
    )


def inline(words: str) -> str:
    """Return one line with its marks inside; all else is escaped."""
    out, place = [], 0
    for match in _INLINE.finditer(words):
        out.append(escape(words[place : match.start()]))
        out.append(_marked(match))
        place = match.end()
    return "".join([*out, escape(words[place:])])


def _marked(match: re.Match[str]) -> str:
    found = {name: text for name, text in match.groupdict().items() if text}
    if "plain" in found:
        return escape(found["plain"])
    if "topic" in found:
        return f'<a href="{found["topic"]}">{escape(found["words"])}</a>'
    (name, text), *_ = found.items()
    if name == "code":
        return f"<code>{escape(text)}</code>"
    tag = {"strong": "b", "lean": "i"}[name]
    return f"<{tag}>{inline(text)}</{tag}>"


_BLOCKS = {
    "heading": _heading,
    "list": _list,
    "text": _text,
    "formula": _formula,
    "table": _table,
}
