"""The rows of a source as surveys and checks look at them."""
