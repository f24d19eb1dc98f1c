"""Names that stand beside each other and are easily mistaken."""

_PAIRS = """
    min max | minimum maximum | fmin fmax | amin amax | argmin argmax | nanmin nanmax
    | floor ceil | any all | sum mean | nansum nanmean | log2 log10 | log log2
    | log1p log | std var | exp exp2 | zeros ones | zeros_like ones_like
    | searchsorted digitize | cumsum cumprod | rstrip lstrip | startswith endswith
"""
_TWINS = """
    x y | x1 x2 | y1 y2 | dx dy | width height | left right | top bottom | low high
    | lowest highest | first last | start stop | start end | row column | rows columns
    | row col | rows cols | before after | old new | inputs outputs | input output
    | in_features out_features | in_channels out_channels | source target | train test
    | training validation | prediction target | predicted target | predicted actual
    | mean std | weight bias | weights gradients | weight_norm grad_norm | step epoch
    | steps epochs | numerator denominator | true_positives false_positives | hits total
    | mins maxs | begin end | older newer | previous current | seconds steps
    | parent child | current best | mean variance | scale offset | used span
    | horizontal vertical | X Y | T C | lower upper | zeros nonfinite | key value
    | precision recall | keys values | grad_zeros grad_nonfinite | begun ended
"""
NORMALISING = {"sqrt", "log1p", "log10", "log2", "abs", "expm1", "round", "nan_to_num"}
"""Calls of one argument that somebody forgets."""


def _both_ways(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pair in text.split("|"):
        one, other = pair.split()
        found[one] = (*found.get(one, ()), other)
        found[other] = (*found.get(other, ()), one)
    return found


CALLS = {name: others[0] for name, others in _both_ways(_PAIRS).items()}
TWINS = _both_ways(_TWINS)
