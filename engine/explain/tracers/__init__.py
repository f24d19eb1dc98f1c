"""How a layer computes its outputs and gradients, term by term: one file per family."""
