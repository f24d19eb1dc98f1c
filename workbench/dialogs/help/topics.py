"""What the help has to say: pages from files of our own, and the catalogue's words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.graph.options import (
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
    Option,
)
from engine.i18n import language, tr
from engine.layers import registry
from engine.layers.datasets.catalogue import DATASETS
from engine.layers.spec import LayerSpec, Param, Ports
from workbench.commands.ranking import Names, ranked

FOLDER = Path(__file__).parents[3] / "assets" / "help"
FIRST = "start/first-steps"
_HIDDEN = frozenset({"block", "reroute"})
_MARKS = re.compile(r"([\\*`|\[\]])")


@dataclass(frozen=True)
class Topic:
    """One page.

    Args:
        id: Kind and name, such as `panel/loss`; links lead to it.
        title: What it is about.
        group: Heading under which it is listed.
        body: Text with marks, see `markup`.
        others: More words that find it.
    """

    id: str
    title: str
    group: str
    body: str
    others: tuple[str, ...] = ()


def pages(text: str) -> Iterator[Topic]:
    """Yield the topics of a file: `# group`, then `## id | title | other, words`."""
    group, head, lines = "", "", []
    for line in [*text.splitlines(), "# "]:
        if not line.startswith(("# ", "## ")):
            lines.append(line)
            continue
        if head:
            parts = [part.strip() for part in head.split("|")]
            name, title, words = (*parts, "", "")[:3]
            others = tuple(word.strip() for word in words.split(",") if word.strip())
            yield Topic(name, title, group, "\n".join(lines).strip(), others)
        lines = []
        head = line[3:] if line.startswith("## ") else ""
        group = line[2:].strip() if not head else group


@cache
def _topics(spoken: str) -> dict[str, Topic]:
    path = FOLDER / f"{spoken}.md"
    if not path.is_file():
        path = FOLDER / "en.md"
    own = pages(path.read_text("utf-8"))
    return {topic.id: topic for topic in (*own, *_layers(), *_settings(), *_data())}


def topics() -> dict[str, Topic]:
    """Return all pages by id, in the order of the list, in the language spoken."""
    return _topics(language())


def found(text: str) -> list[Topic]:
    """Return the pages that fit a search: by their names, then by what they say."""
    everything = list(topics().values())
    by_name = ranked(text, everything, _names)
    needles = text.casefold().split()
    seen = {topic.id for topic in by_name}
    saying = [
        topic
        for topic in everything
        if topic.id not in seen
        and all(needle in topic.body.casefold() for needle in needles)
    ]
    return [*by_name, *saying] if needles else everything


def _names(topic: Topic) -> Names:
    return Names((topic.title,), topic.others)


def _layers() -> Iterator[Topic]:
    for category, title in registry.CATEGORIES.items():
        group = f"{tr('Layers')} · {tr(title)}"
        for spec in registry.all_specs():
            if spec.category == category and spec.id not in _HIDDEN:
                others = (*spec.aliases, spec.id)
                yield Topic(f"layer/{spec.id}", spec.title, group, _about(spec), others)


def _about(spec: LayerSpec) -> str:
    parts = [literal(tr(spec.help)), _formula(spec.formula)]
    outputs = spec.output_ports(spec.defaults())
    parts += [_ports(tr("Inputs"), spec.inputs), _ports(tr("Outputs"), outputs)]
    parts.append(_table(spec.params))
    if spec.source:
        parts.append(f"*{literal(spec.source)}*")
    return "\n\n".join(part for part in parts if part)


def _ports(title: str, ports: Ports) -> str:
    lines = [
        f"- **{literal(port.name)}**"
        + (f": {literal(tr(port.doc))}" if port.doc else "")
        for port in ports
    ]
    return "\n".join((f"### {title}", "", *lines)) if lines else ""


def _table(params: Sequence[Param]) -> str:
    rows = [
        f"| {literal(tr(param.label))} | {literal(_default(param))} "
        f"| {literal(tr(param.doc) if param.doc else '')} |"
        for param in params
    ]
    if not rows:
        return ""
    head = f"| {tr('Setting')} | {tr('Default')} | {tr('About')} |"
    return "\n".join((f"### {tr('Settings')}", "", head, *rows))


def _default(param: Param) -> str:
    value = param.default
    if value is None:
        return tr(param.unset)
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, tuple):
        return " × ".join(f"{each:g}" for each in value)
    words = f"{value:g}" if isinstance(value, float) else str(value)
    return tr(words) if param.kind == "choice" and param.name != "source" else words


def _settings() -> Iterator[Topic]:
    group = tr("Settings of the training")
    for param in (*TRAINING_PARAMS.values(), *PHASE_PARAMS.values()):
        body = [literal(tr(param.doc) if param.doc else ""), _limits(param)]
        yield Topic(
            f"setting/{param.name}",
            tr(param.label),
            group,
            "\n\n".join(part for part in body if part),
            (param.name,),
        )
    yield from _options("optimizer", tr("Optimizers"), OPTIMIZERS.values())
    yield from _options("schedule", tr("Schedules"), SCHEDULES.values())


def _limits(param: Param) -> str:
    default = f"**{tr('Default')}**: {literal(_default(param))}"
    if param.kind == "bool":
        return default
    return f"{default}\n\n**{tr('Allowed')}**: {literal(param.expectation())}"


def _options(kind: str, group: str, options: Iterable[Option]) -> Iterator[Topic]:
    for option in options:
        parts = [literal(tr(option.help)), _formula(option.formula)]
        parts.append(_table(option.params))
        parts.append(f"*{literal(option.source)}*" if option.source else "")
        body = "\n\n".join(part for part in parts if part)
        yield Topic(f"{kind}/{option.id}", tr(option.title), group, body, (option.id,))


def _formula(words: str) -> str:
    return "\n".join(f"`{line}`" for line in words.split("\n")) if words else ""


def _data() -> Iterator[Topic]:
    for data in DATASETS.values():
        body = literal(tr(data.help))
        yield Topic(
            f"data/{data.id}", tr(data.title), tr("Data sets"), body, (data.id,)
        )


def literal(words: str) -> str:
    """Return foreign words so that none of their letters is a mark."""
    return _MARKS.sub(r"\\\1", " ".join(words.split()))
