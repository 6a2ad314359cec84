"""Models over the Responses wire, and models by the name that stands in a configuration."""

from __future__ import annotations

from typing import Any

from bot.agents.models.openai import OpenAIModel
from bot.agents.models.profile import EndpointProfile

PREFIX = "responses:"


class ResponsesModel(OpenAIModel):
    """The same as `OpenAIModel` over Responses, with nothing kept on the server. An endpoint that turns out not to have
    Responses is asked over Chat Completions."""

    default_profile = EndpointProfile(responses=True)


def model_named(name: str, **options: Any) -> OpenAIModel:
    """`gpt-4o-mini` over Chat Completions, `responses:gpt-4o-mini` over Responses; `options` as of `OpenAIModel`."""
    if name.startswith(PREFIX):
        return ResponsesModel(name.removeprefix(PREFIX), **options)
    return OpenAIModel(name, **options)
