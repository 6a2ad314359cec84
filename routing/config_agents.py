"""The shape of `agents:`. Keys have the names of the Python library's arguments."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from .config_fields import Duration, Filters, ImportPath, ImportPaths, Shape, Strings


class BudgetShape(Shape):
    tokens: int | None = Field(None, ge=1)
    """Tokens per conversation, read and written."""
    money: float | None = Field(None, gt=0)
    """Money per conversation, in the currency of `defaults.prices`."""
    hops: int | None = Field(None, ge=1)
    """Handoffs between agents in a row, counted as for `max_handoffs`."""
    wall_time: Duration | None = None
    """Time that agents may work on one conversation in all."""
    model_calls: int | None = Field(None, ge=1)
    """Answers of models per conversation."""


class HandoffShape(Shape):
    """One entry of `handoffs` with its options; a plain target is the same without any."""

    to: str
    """An agent's name, team:NAME or person:NAME."""
    tool_name_override: str | None = Field(None, pattern=r"^[A-Za-z0-9_]{1,64}$")
    """The tool's name, instead of transfer_to_NAME."""
    tool_description_override: str | None = None
    """What the model is told of the tool."""
    input_type: ImportPath | None = None
    """A pydantic model whose fields the agent fills in."""
    input_filter: Filters | None = None
    """What the receiver sees of the history."""
    on_handoff: ImportPath | None = None
    """Called before the receiver takes over."""
    is_enabled: bool | ImportPath = True
    """Whether the tool is offered; asked at each model call."""
    context_provider: ImportPath | None = None
    """Adds instructions for the receiver."""


def _handoff(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


_HANDOFF = {"anyOf": [{"type": "string"}, HandoffShape.model_json_schema()]}


class AgentShape(Shape):
    instructions: str = Field(min_length=1)
    """Who the agent is and what it does, as the model is told."""
    model: Strings | None = None
    """A name, `$ENV:NAME`, `local`, or a list: the first that can be reached answers."""
    handoffs: list[Annotated[HandoffShape, BeforeValidator(_handoff), WithJsonSchema(_HANDOFF)]] = Field(
        default_factory=list
    )
    """To whom it may hand the conversation: agents by name, team:NAME, person:NAME."""
    handoff_description: str = ""
    """What other agents are told of it."""
    handoff_tool: Literal["per_target", "single"] = "per_target"
    """One tool for each target, or a single one that takes the target."""
    repairs: int = Field(2, ge=0, le=10)
    """How often in a row a wrong tool call goes back to the model."""
    tools: ImportPaths = Field(default_factory=list)
    """Functions that it may call."""
    filters: Filters = Field(default_factory=list)
    """What it sees of the history: import paths, remove_all_tools, redact_pii, last_n_messages(20), drop_keys(ssn)."""
    hooks: ImportPaths = Field(default_factory=list)
    """Called before it takes over."""
    context_provider: ImportPath | None = None
    """Adds instructions from outside, such as the customer's plan."""
    is_enabled: bool | ImportPath = True
    """false, or a function that says whether it may be handed to."""
    budget: BudgetShape = BudgetShape()
    """What the conversation may have used, whoever used it, while this agent holds it; then people are called."""
    can_complete: bool = True
    """Whether it may say that the matter is settled."""
