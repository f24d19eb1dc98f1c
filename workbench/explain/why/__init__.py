"""Why a weight moves: the samples of the batch, the paths to the loss, sizes of δ."""
