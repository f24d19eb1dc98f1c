"""What view nodes show: tensors of fixed samples → arrays in the data set's units.

One file per kind; `table.VIEWS` names them. What the arrays and words of a kind hold
stands at the top of its file.
"""
