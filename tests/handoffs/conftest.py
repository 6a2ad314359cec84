"""The handoff features run against the scripted model."""

from tests.agents.conftest import anyio_backend, fake, model

__all__ = ["anyio_backend", "fake", "model"]
