"""The engine as a service: answers requests, trains in the background.

`python -m engine.host --pipe` serves a parent process; `connect` serves a script.
Importing this package does not import torch.
"""

from engine.host.inside import connect

__all__ = ["connect"]
