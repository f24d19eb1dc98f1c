"""Trial and error against backpropagation: the same net, the same evaluations."""
