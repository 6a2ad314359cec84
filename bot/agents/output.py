"""What an agent's last words are to the caller: text, or a value of the agent's `output_type`.

A type is anything that pydantic can build: a model, a dataclass, a TypedDict, `list[...]`, a Literal. The model is
shown its JSON schema in the instructions, because every server reads those. Words that do not fit are sent back with
what is wrong.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, Union

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

if TYPE_CHECKING:
    from bot.agents.agent import Agent, PersonTarget, TeamTarget

T = TypeVar("T")

# Output types of agents that answer in words; with "handoffs" they may hand back to whoever handed to them.
WORDS = (None, str, "text", "handoffs")

# `RunResult.final_output`: words, the parsed value, or who the conversation went to.
ResolvedAgentOutput = Union[str, T, "Agent[Any, Any]", "TeamTarget", "PersonTarget"]

_FENCE = re.compile(r"```[ \t]*(?:json5?|JSON)?[ \t]*\r?\n(.*?)\r?\n?[ \t]*```", re.DOTALL)


class OutputProblem(ValueError):
    """The words do not fit the agent's output type; the text tells the model what is wrong."""


def is_structured(agent: Agent[Any, Any]) -> bool:
    """Whether the agent's answers are values, and not words for the customer."""
    return agent.output_type not in WORDS


def check_output_type(output_type: Any) -> None:
    """Refuse a type before any model is asked.

    Raises:
        ValueError: no schema can be made from it.
    """
    if output_type not in WORDS:
        _adapter(output_type)


def output_instructions(agent: Agent[Any, Any]) -> str:
    """What a structured agent's model is told about its answers; empty for words."""
    if not is_structured(agent):
        return ""
    schema = json.dumps(output_schema(agent.output_type), ensure_ascii=False)
    return f"A program reads your answer. Answer with one JSON value that fits this schema, and nothing else: {schema}"


def output_schema(output_type: Any) -> dict[str, Any]:
    """The JSON schema of the type."""
    return _adapter(output_type).json_schema()


def parse_output(agent: Agent[Any, Any], text: str) -> Any:
    """The agent's answer as a value of its output type; words are words. A ```json fence around it is taken off.

    Raises:
        OutputProblem: it does not fit.
    """
    if not is_structured(agent):
        return text
    fences: list[str] = _FENCE.findall(text)
    wanted = fences[0] if len(fences) == 1 else text
    try:
        return _adapter(agent.output_type).validate_json(wanted.strip())
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'the answer'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise OutputProblem(
            f"Your last answer does not fit. {problems}. Send the whole answer again, as one JSON value."
        ) from None


def _adapter(output_type: Any) -> TypeAdapter[Any]:
    return _made(output_type)


@lru_cache(maxsize=256)
def _made(output_type: Any) -> TypeAdapter[Any]:
    if isinstance(output_type, str):
        raise ValueError(f'output_type {output_type!r} is neither a type nor "handoffs"')
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(output_type)
        adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise ValueError(f"no JSON schema can be made from the output type {output_type!r}") from error
    return adapter
