"""Posterior collapse: the code of an autoencoder says nothing about its input."""

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "posterior_collapse"
SOURCE = "Bowman et al. 2016, Generating sentences; Higgins et al. 2017, β-VAE"
EMPTY = 0.05
"""KL in nats; healthy codes of images carry 5 to 30."""
ENOUGH, SHARE = 100, 0.2
"""Steps, and share of the run, before which codes are empty anyway."""


def is_early(record: Record) -> bool:
    """Return whether it is too early to tell."""
    return record.step < max(ENOUGH, SHARE * record.total_steps)


def check(record: Record) -> Found:
    """Return the finding when the divergence from the prior stays at 0.

    It is 0 only where every sample gets the prior as its code.
    """
    trained = record.trained_losses()
    paths = [n.path for n in record.nodes if n.type == "kl_gaussian"]
    known = [e.values for e in record.evaluations]
    if is_early(record) or not known:
        return None
    empty = {
        path: known[-1][path]
        for path in paths
        if path in trained and known[-1].get(path, EMPTY) < EMPTY
    }
    if not empty:
        return None
    worst = min(empty, key=lambda path: empty[path])
    return Finding(
        FAULT,
        tr("Posterior collapse"),
        tr(
            "The code carries only {kl} nats about its input (KL ≈ 0): the decoder "
            "gets noise and puts out the mean of the data.",
            kl=number(empty[worst]),
        ),
        tr("Give the reconstruction more weight beside the KL term."),
        SOURCE,
        record.places(empty),
        (Evidence(tr("KL over the evaluated samples, in nats"),
                  empty[worst], "≤", EMPTY,
                  course.of_evaluations(record, lambda e: e.values.get(worst), "≤")),),
        fixes.weigh_kl(record, empty),
    )  # fmt: skip
