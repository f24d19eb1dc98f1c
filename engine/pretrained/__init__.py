"""Language models that others have trained: their files, tokens, and blocks of them.

Numpy alone: the window's other half reads the weights where a training begins.
"""
