"""The bins of a histogram of numbers: sign × 8-bit exponent of float32.

Bin `sign * EXPONENTS + exponent`, sign 1 is negative. Such bins need no range to be
chosen, and are the same at every step and in every layer.
"""

EXPONENTS = 256
"""Bins of one sign."""
HISTOGRAM_BINS = 2 * EXPONENTS
"""Bins of both."""
BIAS = 127
"""The bin of numbers from 1 to 2: bin b holds those with ⌊log2 |x|⌋ = b − BIAS."""
ZEROS, NOT_FINITE = 0, EXPONENTS - 1
"""The bin of zeros (and subnormals), and that of infinities and NaN."""
FIRST, LAST = ZEROS + 1, NOT_FINITE - 1
"""The bins of all other numbers, from the smallest to the largest."""
