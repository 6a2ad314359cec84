"""Models: what they are to the runner, and the ones that come with the library."""

from bot.agents.models.base import Model, ModelAnswer, ModelRejected, ModelRequest, ModelUnavailable, RawCall, Usage
from bot.agents.models.fallback import FallbackModel

__all__ = [
    "FallbackModel",
    "Model",
    "ModelAnswer",
    "ModelRejected",
    "ModelRequest",
    "ModelUnavailable",
    "RawCall",
    "Usage",
]
