"""Questions whose failure is no notice: nobody asked, or who asked says it."""

from engine.protocol import commands, tracing
from engine.protocol.bench.proof import Prove
from engine.protocol.bench.sweep import FindSweeps, StartSweep
from workbench.session.past.runs import QUESTIONS

UNTOLD = (
    commands.Estimate,
    commands.PreviewWeights,
    commands.SettleRun,
    FindSweeps,
    Prove,
    StartSweep,
    *QUESTIONS,
    *tracing.QUESTIONS,
)
