"""Why a training does what it does."""
