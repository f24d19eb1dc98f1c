"""`labels`: which labels of the data behind a run are probably wrong.

As JSON there are lines with `share`, how much is done, and a last one with the result.
"""

import sys
from argparse import Namespace
from pathlib import Path

import numpy as np

from engine.cli.output import complain, write, write_json
from engine.evaluate.labels.doctor import Diagnosed, diagnose
from engine.i18n import tr
from engine.training.records.runs import open_run

_MOST_MAPPED = 3000


def labels(options: Namespace) -> int:
    """Train the network of a run once for each fold, and list suspicious labels."""

    def told(share: float) -> None:
        if options.json:
            write_json({"share": share})
            sys.stdout.flush()
        else:
            complain(tr("{share:.0f} % of the folds", share=100 * share))

    found = diagnose(open_run(Path(options.project)), options.folds, told)
    listed = [_record(found, int(n)) for n in found.suspects[: options.top]]
    if options.json:
        write_json(
            {
                "samples": len(found.labels),
                "suspects": len(found.suspects),
                "listed": listed,
                "map": _map(found),
                "content": found.content,
            }
        )
        return 0
    write(tr("Probably wrong: {k} of {n:label|labels}",
             k=len(found.suspects), n=f"{len(found.labels):,}"))  # fmt: skip
    for each in listed:
        write(tr("  sample {row}: “{label}”, rather “{proposed}” ({share}); "
                 "forgotten {times}×",
                 row=each["row"], label=each["label"], proposed=each["proposed"],
                 share=f"{100 * float(str(each['share'])):.0f} %",
                 times=each["forgotten"]))  # fmt: skip
    return 0


def _map(found: Diagnosed) -> list[dict[str, object]]:
    """Return the samples of the map: all, or suspects and others spread evenly."""
    total = len(found.labels)
    some = np.linspace(0, total - 1, min(total, _MOST_MAPPED)).astype(int)
    shown = np.union1d(some, found.suspects[:_MOST_MAPPED])
    wrong = set(found.suspects.tolist())
    return [
        {**_record(found, n), "suspect": n in wrong} for n in shown.astype(int).tolist()
    ]


def _record(found: Diagnosed, index: int) -> dict[str, object]:
    proposed = int(found.proposed[index])
    return {
        "row": int(found.rows[index]),
        "label": found.names[found.labels[index]],
        "proposed": found.names[proposed],
        "share": float(found.shares[index, proposed]),
        "mean": float(found.mean[index]),
        "spread": float(found.spread[index]),
        "forgotten": int(found.forgotten[index]),
    }
