"""What is wrong with a document, and what one click can do about it.

A `Problem` (`engine.graph.problems`) says at a node what is wrong now, as an error that
keeps the document from training or as a warning; a `Fix` is what one click does about
it. (A `Finding` is what was seen while something trained: `engine.explain`.)

    analysis     Analyser: all that is known of a document and all its problems
    node_walk    one node after the other; node_info: what the window shows of each
    ranking      fixes tried on a copy: what breaks something is no fix
    refusal      the check before a training: raises the first error
    document/    what shows without shapes or torch, and its fixes; switches
    checks/      what shapes show: values, phases, batches, memory, what trains in vain
    structure/   what fits and is a mistake all the same, one rule per file
    fixes/       what makes a node fit that doesn't, each tried on the shapes
    weights/     files that weights are to start from: there, readable, fitting
"""
