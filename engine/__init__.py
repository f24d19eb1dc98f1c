"""The machine: documents, layers, training and export. No Qt, usable from scripts."""

import os

# Threads of an operator that wait for each other give their core away after some
# microseconds. They would spin for milliseconds otherwise, and as soon as another
# program wants one of two cores a training on both takes five times as long
# (mnist-cnn: 55 s instead of 10). Read when torch is loaded; what is set stays.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # LLVM's and Intel's OpenMP
os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # GNU's, which torch on Linux has
