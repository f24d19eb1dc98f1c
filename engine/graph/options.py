"""Tables of optimizers, schedules and settings: limits and words. No torch."""

from dataclasses import dataclass

from engine.layers.spec import Param, Value


@dataclass(frozen=True)
class Option:
    """One optimizer or schedule of the catalogue.

    Args:
        id: Stable id in documents.
        title: Name in lists.
        help: One sentence.
        formula: Plain-text formula.
        source: Paper or definition.
        params: Settings in the order of the form.
    """

    id: str
    title: str
    help: str
    formula: str
    source: str
    params: tuple[Param, ...]

    def defaults(self) -> dict[str, Value]:
        """Return all default values."""
        return {param.name: param.default for param in self.params}


def _rate(default: float) -> Param:
    return Param(
        "lr", "float", default, "Learning rate", min=0.0, max=10.0, log=True,
        doc="Size of one step against the gradient.",
    )  # fmt: skip


def _decay(default: float = 0.0) -> Param:
    return Param(
        "weight_decay", "float", default, "Weight decay", min=0.0, max=1.0, log=True,
        doc="Pulls every weight towards zero (L2).",
    )  # fmt: skip


def _momentum(default: float) -> Param:
    return Param(
        "momentum", "float", default, "Momentum", min=0.0, max=0.9999,
        doc="Share of the last step that is kept in the next.",
    )  # fmt: skip


_BETAS = (
    Param(
        "beta1", "float", 0.9, "β₁", min=0.0, max=0.99999,
        doc="Memory of the running mean of the gradient (its momentum).",
    ),
    Param(
        "beta2", "float", 0.999, "β₂", min=0.0, max=0.999999,
        doc="Memory of the running mean of the squared gradient.",
    ),
)  # fmt: skip


def _eps(default: float) -> Param:
    return Param(
        "eps", "float", default, "ε", min=0.0, max=1.0, log=True,
        doc="Added to the denominator so that it is never zero.",
    )  # fmt: skip


_OPTIMIZERS = (
    Option(
        "sgd", "SGD",
        "Plain gradient descent, optionally with momentum and Nesterov's look-ahead.",
        "v ← μ·v + g;  w ← w − η·v",
        "Robbins & Monro 1951; Polyak 1964; Nesterov 1983; as torch.optim.SGD",
        (
            _rate(0.1), _momentum(0.0),
            Param("nesterov", "bool", default=False, label="Nesterov",
                  doc="Look ahead along the momentum before taking the gradient."),
            _decay(),
        ),
    ),
    Option(
        "adagrad", "Adagrad", "A rate of its own for every weight, ever smaller.",
        "s ← s + g²;  w ← w − η·g/(√s + ε)",
        "Duchi, Hazan & Singer 2011; as torch.optim.Adagrad",
        (
            _rate(0.01),
            Param("lr_decay", "float", 0.0, "Rate decay", min=0.0, max=1.0),
            _decay(), _eps(1e-10),
        ),
    ),
    Option(
        "rmsprop", "RMSprop", "Divides by a running mean of the gradient's size.",
        "s ← α·s + (1−α)·g²;  w ← w − η·g/(√s + ε)",
        "Hinton, lecture 6e, 2012; as torch.optim.RMSprop",
        (
            _rate(0.01),
            Param("alpha", "float", 0.99, "α", min=0.0, max=0.99999,
                  doc="Memory of the running mean."),
            _momentum(0.0), _decay(), _eps(1e-8),
        ),
    ),
    Option(
        "adam", "Adam", "Momentum and a rate of its own for every weight.",
        "m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − η·m̂/(√v̂ + ε)",
        "Kingma & Ba 2015; as torch.optim.Adam",
        (_rate(1e-3), *_BETAS, _decay(), _eps(1e-8)),
    ),
    Option(
        "adamw", "AdamW", "Adam with weight decay apart from the gradient.",
        "w ← w − η·(m̂/(√v̂ + ε) + λ·w)",
        "Loshchilov & Hutter 2019; as torch.optim.AdamW",
        (_rate(1e-3), *_BETAS, _decay(0.01), _eps(1e-8)),
    ),
    Option(
        "nadam", "NAdam", "Adam with Nesterov's look-ahead.",
        "w ← w − η·(β₁·m̂ + (1−β₁)·g/(1−β₁ᵗ))/(√v̂ + ε)",
        "Dozat 2016; as torch.optim.NAdam",
        (_rate(2e-3), *_BETAS, _decay(), _eps(1e-8)),
    ),
)  # fmt: skip

_SCHEDULES = (
    Option("constant", "Constant", "The rate stays as it is.", "η(t) = η", "", ()),
    Option(
        "step", "Step", "Multiplies the rate every so many steps.",
        "η(t) = η·γ^⌊t/k⌋", "torch.optim.lr_scheduler.StepLR",
        (
            Param("every", "int", 1000, "Every", min=1, unit="steps"),
            Param("gamma", "float", 0.5, "Factor γ", min=0.0, max=1.0),
        ),
    ),
    Option(
        "cosine", "Cosine with warm-up",
        "Rises linearly, then falls along half a cosine until the end of the run.",
        "η(t) = η_min + (η − η_min)·(1 + cos(π·t/T))/2",
        "Loshchilov & Hutter 2017",
        (
            Param("warmup", "int", 0, "Warm-up", min=0, unit="steps"),
            Param("final", "float", 0.0, "Final factor", min=0.0, max=1.0,
                  doc="Share of the learning rate that is left at the end."),
        ),
    ),
    Option(
        "one_cycle", "One cycle",
        "Up to the learning rate and down again in one run, momentum the other way.",
        "", "Smith & Topin 2018; as torch.optim.lr_scheduler.OneCycleLR",
        (
            Param("rise", "float", 0.3, "Rise", min=0.0, max=1.0,
                  doc="Share of the run spent rising."),
            Param("start_div", "float", 25.0, "Start divisor", min=1.0,
                  doc="The run starts at the learning rate divided by this."),
            Param("final_div", "float", 1e4, "Final divisor", min=1.0,
                  doc="The run ends at its starting rate divided by this."),
        ),
    ),
    Option(
        "plateau", "Plateau",
        "Multiplies the rate when the validation loss has stopped falling.",
        "", "torch.optim.lr_scheduler.ReduceLROnPlateau",
        (
            Param("gamma", "float", 0.5, "Factor γ", min=0.0, max=1.0),
            Param("patience", "int", 5, "Patience", min=0, unit="evaluations"),
        ),
    ),
)  # fmt: skip

_TRAINING = (
    Param("batch_size", "int", 64, "Batch size", min=1, max=1_000_000,
          unit="samples", doc="Samples per step."),
    Param("epochs", "int", 10, "Epochs", min=1, optional=True,
          doc="Passes through the training data."),
    Param("steps", "int", None, "Steps", min=1, optional=True,
          doc="Updates; when set, the run ends there instead of after the epochs."),
    Param("seed", "int", 0, "Seed", min=0, max=2**31 - 1,
          doc="The same seed gives the same run."),
    Param("device", "text", "auto", "Device",
          doc="auto, cpu, cuda:0 … as in the device picker."),
    Param("precision", "choice", "float32", "Precision", choices=("float32", "bf16"),
          doc="bf16 computes in 16 bits where that is sound (autocast)."),
    Param("threads", "int", 0, "Threads", min=0, max=1024,
          doc="Processor threads; 0 tries and takes the fastest."),
    Param("evaluate_every", "int", 0, "Evaluate every", min=0, unit="steps",
          doc="Steps between evaluations on the validation data; 0 is each epoch."),
    Param("patience", "int", 0, "Early stopping", min=0, unit="evaluations",
          doc="Stop after so many evaluations without a better loss; 0 is never."),
    Param("keep_best", "bool", default=False, label="Keep the best weights",
          doc="End with the weights of the best evaluation, not the last."),
    Param("ema", "float", 0.0, "EMA of weights", min=0.0, max=0.99999,
          doc="Share of a running mean of all weights that each step keeps; 0 is off, "
              "0.999 is usual. Evaluations, views and exports then use the mean. It "
              "warms up: after n steps it keeps at most (1 + n)/(10 + n), so that "
              "the beginning is soon forgotten."),
)  # fmt: skip

_PHASE = (
    Param("every", "int", 1, "Every", min=1, unit="steps",
          doc="Runs in every k-th step."),
    Param("times", "int", 1, "Updates per step", min=1, max=100,
          doc="Updates in each of its steps, one after the other on the same batch. "
          "Curves and panels show the last of them."),
    Param("first", "int", 1, "First step", min=1, unit="steps",
          doc="Doesn't run before this step: one task after the other."),
    Param("last", "int", None, "Last step", min=1, unit="steps", optional=True,
          unset="none", doc="Doesn't run after this step."),
    Param("clip_norm", "float", None, "Clip norm", min=0.0, exclusive_min=True,
          optional=True, unset="off", doc="Scales the gradient down to this norm. "
          "Panels and diagnoses show it as it was before."),
    Param("clip_value", "float", None, "Clip value", min=0.0, exclusive_min=True,
          optional=True, unset="off", doc="Cuts every number of the gradient to "
          "± this. Panels and diagnoses show it as it was before."),
    Param("l1", "float", 0.0, "L1", min=0.0, max=1.0, log=True,
          doc="Adds l1·Σ|w| to the loss: drives weights to exactly zero."),
    Param("ewc", "float", 0.0, "EWC λ", min=0.0, max=1e9, log=True,
          doc="Adds λ/2·Σ F·(w − w*)² to the loss: what mattered for an earlier phase "
          "stays near the weights w* that it had found. The curve leaves it out."),
    Param("ewc_of", "text", "", "EWC phase",
          doc="The phase to look back at, by its name; empty is the one before."),
    Param("ewc_samples", "int", 200, "EWC samples", min=1, max=100_000,
          doc="F is the mean squared gradient of so many single training samples with "
          "their true labels (the empirical Fisher information)."),
)  # fmt: skip

_NODE = (
    Param("trainable", "bool", True, "Trainable",
          doc="Whether training may move the weights of this layer."),
    Param("lr_factor", "float", 1.0, "Rate factor", min=0.0, max=1000.0,
          doc="Multiplies the learning rate of this layer's weights."),
)  # fmt: skip

OPTIMIZERS: dict[str, Option] = {option.id: option for option in _OPTIMIZERS}
SCHEDULES: dict[str, Option] = {option.id: option for option in _SCHEDULES}
TRAINING_PARAMS: dict[str, Param] = {param.name: param for param in _TRAINING}
PHASE_PARAMS: dict[str, Param] = {param.name: param for param in _PHASE}
NODE_PARAMS: dict[str, Param] = {param.name: param for param in _NODE}
"""What every node has beside its own parameters."""
