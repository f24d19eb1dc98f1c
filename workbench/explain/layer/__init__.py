"""The view of one layer: its tensors as plates, and the number under the cursor."""
