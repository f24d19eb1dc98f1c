"""Mistakes as people make them, what is said of each, and the button that solves it."""

from tests.workbench.inspector import networks as nets
from tests.workbench.inspector.networks import Mistake

# fmt: off
WIRES = {
    "input left open": Mistake(
        nets.mlp, nets.unplugged("n0.out>n1.input"),
        "n1", "Nothing is connected to “input”", "numbers", "no wire",
        "Connect Flatten · out"),
    "target left open": Mistake(
        nets.mlp, nets.unplugged("data.label>loss.target"),
        "loss", "Nothing is connected to “target”", "any tensor", "no wire",
        "Connect Data · label"),
    "labels into a layer": Mistake(
        nets.regression, nets.all_of(
            nets.put("data", source="digits"),
        nets.unplugged("data.target>loss.target"),
            nets.become("loss", "cross_entropy"),
        nets.plugged("data.label>loss.target"),
            nets.rewired("data.features>hidden.input", "data.label>hidden.input"),
            nets.put("fc", out_features=10)),
        "hidden", "wrong kind of value", "numbers", "labels", "Insert OneHot",
        leaves=("The network reads what it has to find",)),
    "labels into a regression loss": Mistake(
        nets.mlp, nets.become("loss", "mse"),
        "loss", "wrong kind of value", "numbers", "labels", "Use CrossEntropy instead"),
    "measurements into an Embedding": Mistake(
        nets.regression, nets.become("hidden", "embedding", embedding_dim=16),
        "hidden", "wrong kind of value", "whole numbers", "numbers",
        "Use Linear instead"),
    "two wires into one input": Mistake(
        nets.mlp, nets.plugged("data.image>n1.input"),
        "n1", "Two wires end in “input”", "one wire", "Flatten · out and Data · image",
        "Keep only Flatten · out"),
    "other data without that output": Mistake(
        nets.yes_or_no, nets.put("data", source="spirals"),
        "fc", "has no port “features”", "point", "features", "Use “point” instead"),
    "no loss": Mistake(
        nets.mlp, nets.deleted("loss"),
        "n3", "nothing to minimise", "a loss", "no loss",
        "Add CrossEntropy for “Linear 2”"),
    "no loss of a regression": Mistake(
        nets.regression, nets.deleted("loss"),
        "fc", "nothing to minimise", "a loss", "no loss", "Add MSE for “Linear 2”"),
    "layer that nothing uses": Mistake(
        nets.mlp, nets.all_of(nets.added("spare", "linear"),
        nets.plugged("n0.out>spare.input")),
        "spare", "training passes it by", "a path to a loss", "none",
        "Remove “Linear 3”", "warning"),
    "second output without a loss": Mistake(
        nets.mlp, nets.all_of(
            nets.added("second", "linear", out_features=10),
        nets.plugged("n2.out>second.input")),
        "second", "training passes it by", "a path to a loss", "none",
        "Add CrossEntropy for “Linear 3”", "warning"),
    "one input of an Add": Mistake(
        nets.residual, nets.unplugged("n0.out>n2.inputs"),
        "n2", "needs at least two inputs", "2", "1", "Connect Conv2d 1 · out"),
    "softmax before CrossEntropy": Mistake(
        nets.mlp, nets.dropped("loss", "softmax"),
        "loss", "built in", "scores", "probabilities", "Remove “Softmax”",
        "warning"),
    "scores into BCE": Mistake(
        nets.yes_or_no, nets.all_of(
            nets.unplugged("fc.out>sure.input"), nets.rewired("sure.out>loss.input",
        "fc.out>loss.input"),
            nets.deleted_alone("sure")),
        "loss", "bare scores", "0 … 1", "any numbers, from “Linear”",
        "Use BCEWithLogits instead"),
    "scores into NLL": Mistake(
        nets.mlp, nets.become("loss", "nll"),
        "loss", "bare scores", "log-probabilities", "any numbers",
        "Insert LogSoftmax before “NLL”",
        "warning"),
}
SHAPES = {
    "Flatten forgotten": Mistake(
        nets.cnn, nets.healed("n3"),
        "loss", "doesn't fit the scores", "label", "N",
        "Insert Flatten before “Linear”"),
    "vector into an image layer": Mistake(
        nets.mlp, nets.dropped("n1", "conv2d"),
        "new", "needs 4 dimensions", "N×C×H×W", "N×64",
        "Put “Conv2d” before “Flatten”", leaves=("Nothing bends between",)),
    "image without its channel": Mistake(
        nets.cnn, nets.dropped("n0", "reshape", shape=(8, 8)),
        "n0", "needs 4 dimensions", "N×C×H×W", "N×8×8",
        "Insert Unsqueeze before “Conv2d”"),
    "image into a recurrent layer": Mistake(
        nets.mlp, nets.dropped("n0", "gru"),
        "new", "needs 3 dimensions", "N×T×F", "N×1×8×8", "Insert Squeeze before “GRU”"),
    "image with channels into attention": Mistake(
        nets.cnn, nets.dropped("n2", "multihead_attention"),
        "new", "needs 3 dimensions", "N×T×F", "N×16×3×3",
        "Insert Flatten and Transpose before “MultiheadAttention”"),
    "BatchNorm of the wrong kind": Mistake(
        nets.cnn, nets.dropped("n1", "batch_norm1d"),
        "new", "needs 2 or 3 dimensions", "N×C×T", "N×16×6×6",
        "Use BatchNorm2d instead"),
    "decimal numbers into an Embedding": Mistake(
        nets.mlp, nets.dropped("n1", "embedding"),
        "new", "another kind of number", "whole numbers", "decimal",
        "Use Linear instead", leaves=("Nothing bends between",)),
    "channels that don't add up": Mistake(
        nets.residual, nets.put("n1", out_channels=24),
        "n2", "don't fit together", "equal sizes", "N×24×8×8 and N×16×8×8",
        "Insert Conv2d (24) behind “Conv2d 1”"),
    "image and vector in an Add": Mistake(
        nets.residual, nets.all_of(
            nets.added("gate", "global_avg_pool"), nets.plugged("n0.out>gate.input"),
            nets.rewired("n0.out>n2.inputs", "gate.out>n2.inputs")),
        "n2", "don't fit together", "equal sizes, or 1", "N×16×8×8 and N×16",
        "Insert Reshape (16×1×1) behind “GlobalAvgPool”"),
    "images of other sizes in a Concat": Mistake(
        nets.joined, nets.put("right", stride=2),
        "both", "differ in more than the joined dimension", "N×4×8×8", "N×6×4×4",
        "Insert Upsample"),
    "too few dimensions for LastStep": Mistake(
        nets.attentive, nets.healed("n0"),
        "n1", "needs 3 dimensions", "N×T×F", "N×1×8×8", "Insert Squeeze"),
    "output of another size than the target": Mistake(
        nets.regression, nets.put("fc", out_features=5),
        "loss", "must have the same shape", "N×5", "N×1", "Give “Linear 2” 1 output"),
    "classes for a regression": Mistake(
        nets.regression, nets.become("loss", "cross_entropy"),
        "loss", "single score", "two classes", "1 score",
        "Use MSE instead"),
    "yes or no for ten classes": Mistake(
        nets.mlp, nets.become("loss", "bce_with_logits"),
        "loss", "must have the same shape", "N×10", "N",
        "Use CrossEntropy with 10 outputs instead"),
}
SETTINGS = {
    "heads that don't divide": Mistake(
        nets.attentive, nets.put("n1", num_heads=3),
        "n1", "heads must divide", "divisor of 8", "3 heads", "Set Heads to 2"),
    "groups that don't divide": Mistake(
        nets.residual, nets.put("n1", groups=5),
        "n1", "groups must divide", "divisor of 16", "5 groups", "Set Groups to 4"),
    "norm groups that don't divide": Mistake(
        nets.cnn, nets.dropped("n1", "group_norm", num_groups=5),
        "new", "groups must divide", "divisor of 16", "5 groups", "Set Groups to 4"),
    "kernel larger than the image": Mistake(
        nets.cnn, nets.put("n0", kernel_size=9),
        "n0", "window is larger", "at least 9", "N×1×8×8", "Set Kernel to 7"),
    "pooled to nothing": Mistake(
        nets.cnn, nets.put("n1", kernel_size=7),
        "n1", "window is larger", "at least 7", "N×16×6×6", "Set Kernel to 6"),
    "padding over half the kernel": Mistake(
        nets.cnn, nets.put("n1", padding=2),
        "n1", "half the kernel", "≤ 1", "2", "Set Padding to 1"),
    "odd number for GLU": Mistake(
        nets.mlp, nets.all_of(nets.put("n1", out_features=13), nets.become("n2",
        "glu")),
        "n2", "halves", "an even size", "13", "Give “Linear 1” 14 outputs"),
    "channels that don't fill finer pixels": Mistake(
        nets.cnn, nets.all_of(nets.put("n0", out_channels=6), nets.become("n1",
        "pixel_shuffle")),
        "n1", "finer pixels", "multiple of 4", "6", "Give “Conv2d” 8 outputs"),
    "sides that don't divide": Mistake(
        nets.cnn, nets.become("n1", "pixel_unshuffle", downscale_factor=4),
        "n1", "divide into squares", "multiples of 4", "N×16×6×6", "Set Factor to 3"),
    "sizes of a Reshape": Mistake(
        nets.attentive, nets.put("n0", shape=(8, 9)),
        "n0", "number of values", "product 64", "8×9", "Set Shape to 8×−1"),
    "dimension that isn't there": Mistake(
        nets.mlp, nets.all_of(nets.become("n2", "softmax", dim=3)),
        "n2", "no such dimension", "1 to 1", "3", "Set Dimension to −1"),
    "order of other dimensions": Mistake(
        nets.cnn, nets.dropped("n3", "permute"),
        "new", "stand there once", "1, 2, 3", "2, 1", "Set Order to 2×3×1"),
    "place that isn't there": Mistake(
        nets.cnn, nets.dropped("n3", "select", index=16),
        "new", "no such place", "0 to 15", "16", "Set Index to 15"),
    "empty range": Mistake(
        nets.mlp, nets.dropped("n1", "slice", start=64),
        "new", "range is empty", "0 to 63", "64", "Set Start to 0"),
    "nothing to squeeze": Mistake(
        nets.mlp, nets.dropped("n1", "squeeze"),
        "new", "size 1", "1", "64", "Remove “Squeeze”"),
    "norm over the batch": Mistake(
        nets.mlp, nets.dropped("n1", "layer_norm", num_dims=2),
        "new", "more dimensions than its input", "≤ 1", "2", "Set Dimensions to 1"),
    "sequence longer than its table": Mistake(
        nets.attentive, nets.dropped("n1", "position_embedding", max_length=4),
        "new", "longer than the position table", "≥ 8", "4", "Set Length to 8"),
    "limits the wrong way round": Mistake(
        nets.mlp, nets.become("n2", "hardtanh", min_val=2.0),
        "n2", "below the upper", "< 1", "2", "Set the limits to 1 … 2"),
    "embedding smaller than the vocabulary": Mistake(
        nets.looked_up, nets.put("look", num_embeddings=4),
        "look", "more different inputs than entries", "at least 10", "4 entries",
        "Use 10 entries"),
    "fewer scores than classes": Mistake(
        nets.mlp, nets.put("n3", out_features=9),
        "loss", "more classes than scores", "10 scores", "9 scores",
        "Give “Linear 2” 10 outputs"),
    "more scores than classes": Mistake(
        nets.mlp, nets.put("n3", out_features=64),
        "loss", "more scores than classes", "10 scores", "64 scores",
        "Give “Linear 2” 10 outputs", "warning"),
    "class weights of other classes": Mistake(
        nets.mlp, nets.put("loss", class_weights=(1.0, 2.0)),
        "loss", "one class weight per class", "10 numbers", "2", "Clear Class weights"),
}
DOCUMENT = {
    "more samples than there are": Mistake(
        nets.mlp, nets.put("data", samples=5000),
        "data", "so many samples", "at most 1797", "5000", "Use all 1797 samples"),
    "class that isn't there": Mistake(
        nets.mlp, nets.put("data", classes=(3, 12)),
        "data", "no such class", "under 10", "12", "Keep only 3"),
    "batch larger than the data": Mistake(
        nets.mlp, nets.training("batch_size", 4096),
        "data", "larger than the training part", "at most 1438", "a batch of 4096",
        "Set Batch size to 1024", "warning"),
    "BatchNorm over one sample": Mistake(
        nets.normalised, nets.training("batch_size", 1),
        "new", "compares samples", "at least 2", "a batch of 1",
        "Set Batch size to 32"),
    "everything frozen": Mistake(
        nets.mlp, nets.frozen("n1", "n3"),
        "", "no weights to train", "its losses depend on", "none",
        "Let all 2 layers train"),
    "no layer with weights": Mistake(
        nets.mlp, nets.all_of(nets.healed("n1"), nets.healed("n3")),
        "", "no weights to train", "its losses depend on", "none",
        "Insert Linear (10) before “CrossEntropy”"),
    "phase of a loss that is gone": Mistake(
        lambda: nets.applied(nets.mlp(), nets.phase(minimise=("loss",))),
        nets.all_of(nets.deleted("loss"), nets.added("other", "cross_entropy"),
                    nets.plugged("n3.out>other.input"),
        nets.plugged("data.label>other.target")),
        "", "minimises “loss”, which is not there", "a loss", "loss",
        "Minimise “CrossEntropy”"),
    "phase of a layer that is gone": Mistake(
        lambda: nets.applied(nets.mlp(), nets.phase(update=("n1", "n3"))),
        nets.healed("n1"),
        "", "updates “n1”, which is not there", "a node", "n1", "Leave “n1” out"),
    "block without a definition": Mistake(
        nets.with_block, nets.forgotten("dense"),
        "block", "no definition", "a block", "dense", "Remove “dense”"),
    "block inside itself": Mistake(
        nets.with_block, nets.nested("dense"),
        "block", "contains itself", "without a circle", "dense",
        "Remove “dense” from inside “dense”"),
    "file of weights that is gone": Mistake(
        nets.mlp, nets.starting("n1", "/nowhere/net.safetensors"),
        "n1", "is not there", "a file or a run", "/nowhere/net.safetensors",
        "Let “Linear 1” start anew"),
}
# fmt: on
MISTAKES = WIRES | SHAPES | SETTINGS | DOCUMENT
