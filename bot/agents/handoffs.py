"""Handoffs: how an agent gives the conversation to another agent, a team or a person, and the tool that stands for
it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal

from pydantic import BaseModel

from bot.agents.agent import (
    Agent,
    ContextProvider,
    HandoffTarget,
    IsEnabled,
    OnHandoff,
    PersonTarget,
    Target,
    TeamTarget,
    description_of,
    kind_of,
)
from bot.agents.context import CALLBACK_TIMEOUT_S, RunContext, TContext, TOutput, settled, takes
from bot.agents.naming import transfer_tool_name
from bot.agents.schemas import transfer_schema, without_nulls
from bot.agents.tools import TargetInfo, ToolSpec, parse_model

if TYPE_CHECKING:
    from bot.agents.filters import InputFilter

OnInvokeHandoff = Callable[[RunContext[Any], str], Target | Awaitable[Target]]
_NO_INPUT = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


@dataclass(frozen=True, eq=False)
class Handoff(Generic[TContext, TOutput]):
    """A way to hand the conversation on. `handoff(...)` makes the usual one.

    `on_invoke_handoff(ctx, args)` gives the target that takes over and may choose it at run time; `args` is the model's
    JSON text, or "" when `input_json_schema` is empty. It may be asked again after a crash, so what must happen once
    belongs into `on_handoff`.
    """

    agent: Target
    on_invoke_handoff: OnInvokeHandoff | None = None
    _: KW_ONLY
    tool_name: str = ""
    description: str | None = None
    tool_description: str = ""
    input_json_schema: dict[str, Any] | None = None
    strict_json_schema: bool = True
    input_type: type[BaseModel] | None = None
    on_handoff: OnHandoff | None = None
    input_filter: InputFilter | None = None
    context_provider: ContextProvider | None = None
    is_enabled: IsEnabled = True
    hook_timeout_s: float = CALLBACK_TIMEOUT_S
    named_by_hand: bool = field(default=False, repr=False)
    chooses: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        made: dict[str, Any] = {"chooses": self.on_invoke_handoff is not None}
        if self.on_invoke_handoff is None:
            made["on_invoke_handoff"] = self._invoke
        if not self.tool_name:
            made["tool_name"] = transfer_tool_name(self.agent.name)
        if not self.tool_description:
            made["tool_description"] = _tool_description(self.agent, self.words)
        if self.input_json_schema is None:
            made["input_json_schema"] = transfer_schema(self.input_type, strict=self.strict_json_schema)
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def agent_name(self) -> str:
        return self.agent.name

    @property
    def words(self) -> str:
        """What the model is told of the target."""
        return self.description if self.description is not None else description_of(self.agent)

    @property
    def target_kind(self) -> Literal["agent", "team", "person"]:
        return kind_of(self.agent)

    @property
    def info(self) -> TargetInfo:
        return TargetInfo(self.target_kind, self.agent.name, self.words)

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(
            self.tool_name,
            self.tool_description,
            self.input_json_schema or _NO_INPUT,
            self.strict_json_schema,
            kind="transfer",
            targets=(self.info,),
        )

    def get_handoff_as_function_tool(self) -> dict[str, Any]:
        return {
            "type": "function",
            "name": self.tool_name,
            "description": self.tool_description,
            "parameters": self.input_json_schema,
            "strict": self.strict_json_schema,
        }

    def parse_input(self, arguments: dict[str, Any]) -> BaseModel | None:
        """The structured input among the model's arguments.

        Raises:
            BadArguments: they do not fit; the text is for the model.
        """
        if self.input_type is None:
            return None
        given = {key: value for key, value in arguments.items() if key != "reason"}
        if self.strict_json_schema:
            given = without_nulls(given, self.input_type.model_json_schema())
        return parse_model(self.input_type, json.dumps(given))

    def loose_input(self, arguments: dict[str, Any]) -> dict[str, Any] | None:
        """The fields of a schema that was written by hand, as the model sent them."""
        return {key: value for key, value in arguments.items() if key != "reason"} or None

    async def call_hook(self, hook: OnHandoff, ctx: RunContext[Any], given: Any) -> None:
        """Call a hook with as many arguments as it takes.

        Raises:
            TimeoutError: it took longer than `hook_timeout_s`.
        """
        function = getattr(hook, "on_handoff", hook)
        await settled(function(*(ctx, given)[: takes(function, 2)]), self.hook_timeout_s)

    async def _invoke(self, ctx: RunContext[Any], args: str = "") -> Target:
        """What calling the handoff by hand does; a run has its own way, with a limit on time and repetition."""
        given = self.parse_input(json.loads(args)) if args.strip() else None
        if self.on_handoff is not None:
            await self.call_hook(self.on_handoff, ctx, given)
        return self.agent


def handoff(
    agent: Target,
    *,
    tool_name_override: str | None = None,
    tool_description_override: str | None = None,
    on_handoff: OnHandoff | None = None,
    input_type: type[BaseModel] | None = None,
    input_filter: InputFilter | None = None,
    context_provider: ContextProvider | None = None,
    is_enabled: IsEnabled = True,
    strict_json_schema: bool = True,
    hook_timeout_s: float = CALLBACK_TIMEOUT_S,
) -> Handoff[Any, Any]:
    """A handoff to an agent, a team or a person.

    `on_handoff(ctx, input)` runs before the target takes over, at most once per handoff, also when the run is repeated
    after a crash; `input` is the parsed `input_type`, or None. `HandoffRefused` from it refuses the handoff; any other
    failure, or taking longer than `hook_timeout_s`, is logged and the handoff goes ahead. `is_enabled(ctx, agent)`
    decides at each model call whether the tool is offered. `input_filter` shapes what the target reads, and
    `context_provider(items)` adds to its instructions; neither may take longer than a hook. All may be sync or async.
    The tool always asks for a `reason`; `input_type` adds its fields.

    Raises:
        ValueError: `input_type` has a field named `reason`, or cannot be said in a strict schema.
    """
    return Handoff(
        agent,
        tool_name=tool_name_override or "",
        tool_description=tool_description_override or "",
        strict_json_schema=strict_json_schema,
        input_type=input_type,
        on_handoff=on_handoff,
        input_filter=input_filter,
        context_provider=context_provider,
        is_enabled=is_enabled,
        hook_timeout_s=hook_timeout_s,
        named_by_hand=tool_name_override is not None,
    )


def get_handoff(agent: Target | Handoff[Any, Any] | HandoffTarget) -> Handoff[Any, Any]:
    """The same object when it is a handoff already, else a new one with the defaults."""
    if isinstance(agent, Handoff):
        return agent
    if isinstance(agent, HandoffTarget):
        return Handoff(agent.agent, description=agent.description, on_handoff=agent.on_handoff)
    if isinstance(agent, Agent | TeamTarget | PersonTarget):
        return Handoff(agent)
    raise TypeError(f"a conversation can be handed to an agent, a team or a person, not to {type(agent).__name__}")


def get_transfer_message(agent: Target | Handoff[Any, Any]) -> str:
    """The line for people: `Transferring to HelperAgent...`"""
    return f"Transferring to {get_handoff(agent).agent_name}..."


def apart_from(agents: set[str], entry: Handoff[Any, Any]) -> Handoff[Any, Any]:
    """An agent and a team of one name: the team's tool ends in `_team`."""
    if entry.target_kind != "team" or entry.named_by_hand or entry.tool_name not in agents:
        return entry
    chooser = entry.on_invoke_handoff if entry.chooses else None
    return replace(entry, on_invoke_handoff=chooser, tool_name=transfer_tool_name(entry.agent_name, suffix="_team"))


def _tool_description(target: Target, words: str) -> str:
    who = {"agent": "the agent", "team": "the people of the team", "person": "the person"}[kind_of(target)]
    return f"Hand the conversation to {who} {target.name}." + (f" {words}" if words else "")
