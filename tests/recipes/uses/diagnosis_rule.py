"""The toy rule finds its fault where it is, nowhere else, and its fix mends it."""

from engine.explain.diagnose.watch import attach
from engine.graph.edits.apply import apply_all
from engine.training.loop.trainer import Trainer
from tests.recipes.uses import works
from tests.recipes.uses.project import small


def found(project):
    trainer = Trainer(project, threads=1, seed=0)
    diagnosis = attach(trainer, project)
    for _ in trainer.steps():
        pass
    trainer.drain()
    return {finding.fault: finding for finding in diagnosis.findings}


ill = small(batch_size=1, steps=60)
finding = found(ill)["single_samples"]
assert finding.nodes == ("data",)
assert [(e.value, e.limit) for e in finding.evidence] == [(1, 1)]
apply_all(ill, finding.fixes[0].edits)
assert ill.training.value("batch_size") == 32
assert "single_samples" not in found(ill)
works()
