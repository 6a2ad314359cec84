"""Models: what they are to the runner, and the ones that come with the library."""

from bot.agents.models.base import (
    FallbackModel,
    Model,
    ModelAnswer,
    ModelRejected,
    ModelRequest,
    ModelUnavailable,
    RawCall,
    Usage,
)

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
