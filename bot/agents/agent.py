"""Agents, the people and teams beside them, and the handoffs between all of these."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel

from bot.agents.models.base import FallbackModel, Model
from bot.agents.naming import transfer_tool_name
from bot.agents.tools import COMPLETE, FunctionTool, TargetInfo, ToolSpec

SINGLE_TOOL = "handoff"

Instructions = str | Callable[[Any, "Agent"], str | Awaitable[str]]
IsEnabled = bool | Callable[[Any, "Agent"], bool | Awaitable[bool]]
OnHandoff = Callable[[Any, Any], Awaitable[None] | None]


@dataclass(frozen=True)
class TeamTarget:
    """A team of people. Handing to it ends the run; who of them answers is decided elsewhere."""

    name: str
    description: str = ""


@dataclass(frozen=True)
class PersonTarget:
    """One person. Handing to them ends the run."""

    name: str
    description: str = ""


@dataclass(eq=False)
class Agent:
    """An AI agent: who it is, which model speaks for it, what it may do, and to whom it may hand the conversation.

    `model` may be a list: the first that can be reached answers. `instructions` may be a function of (context, agent),
    sync or async. `handoffs` may be set later, so that two agents can name each other. `handoff_tool` is "per_target"
    (one `transfer_to_x` each) or "single" (one `handoff(target, reason)`). `repairs` is how many bad answers in a row
    of duty are sent back to the model before the run gives up. Two agents are the same only if they are the same
    object.
    """

    name: str
    model: Model | Sequence[Model]
    instructions: Instructions = ""
    tools: Sequence[FunctionTool] = ()
    handoffs: Sequence[Agent | Handoff | TeamTarget | PersonTarget] = ()
    handoff_description: str | None = None
    handoff_tool: Literal["per_target", "single"] = "per_target"
    repairs: int = 2
    can_complete: bool = True

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("an agent needs a name")
        names = [tool.name for tool in self.tools]
        for name in (*names, *([COMPLETE] if self.can_complete else [])):
            if (name == COMPLETE and name in names and self.can_complete) or names.count(name) > 1:
                raise ValueError(f'agent "{self.name}" has two tools named "{name}"')

    def __repr__(self) -> str:
        return f"Agent({self.name!r})"

    @property
    def model_to_ask(self) -> Model:
        return FallbackModel(tuple(self.model)) if isinstance(self.model, Sequence) else self.model


Target = Agent | TeamTarget | PersonTarget


@dataclass(frozen=True, eq=False)
class Handoff:
    """A way to hand the conversation to one target, and the tool that stands for it. Made by `handoff(...)`."""

    agent: Target
    tool_name: str
    tool_description: str
    input_json_schema: dict[str, Any]
    strict_json_schema: bool = True
    input_type: type[BaseModel] | None = None
    on_handoff: OnHandoff | None = None
    is_enabled: IsEnabled = True
    named_by_hand: bool = field(default=False, repr=False)

    @property
    def agent_name(self) -> str:
        return self.agent.name

    @property
    def target_kind(self) -> Literal["agent", "team", "person"]:
        return kind_of(self.agent)

    @property
    def info(self) -> TargetInfo:
        return TargetInfo(self.target_kind, self.agent.name, description_of(self.agent))

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(
            self.tool_name,
            self.tool_description,
            self.input_json_schema,
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


def handoff(
    agent: Target,
    *,
    tool_name_override: str | None = None,
    tool_description_override: str | None = None,
    on_handoff: OnHandoff | None = None,
    input_type: type[BaseModel] | None = None,
    is_enabled: IsEnabled = True,
    strict_json_schema: bool = True,
) -> Handoff:
    """A handoff to an agent, a team or a person.

    `on_handoff(context, input)` runs before the target takes over, at most once per handoff, also when the run is
    repeated after a crash; `input` is the parsed `input_type`, or None. `is_enabled(context, agent)` decides at each
    model call whether the tool is offered. Both may be sync or async. The tool always asks for a `reason`; `input_type`
    adds its fields.

    Raises:
        ValueError: `input_type` has a field named `reason`, which the tool has already.
    """
    if input_type is not None and "reason" in input_type.model_fields:
        raise ValueError(f'{input_type.__name__} must not have a field "reason": every transfer tool has it already')
    return Handoff(
        agent,
        tool_name_override or transfer_tool_name(agent.name),
        tool_description_override or _tool_description(agent),
        _transfer_schema(input_type),
        strict_json_schema,
        input_type,
        on_handoff,
        is_enabled,
        named_by_hand=tool_name_override is not None,
    )


def get_handoff(agent: Target | Handoff) -> Handoff:
    """The same object when it is a handoff already, else a new one with the defaults."""
    return agent if isinstance(agent, Handoff) else handoff(agent)


def get_transfer_message(agent: Target | Handoff) -> str:
    """The line for people: `Transferring to HelperAgent...`"""
    return f"Transferring to {get_handoff(agent).agent_name}..."


def kind_of(target: Target) -> Literal["agent", "team", "person"]:
    if isinstance(target, Agent):
        return "agent"
    return "team" if isinstance(target, TeamTarget) else "person"


def description_of(target: Target) -> str:
    return (target.handoff_description or "") if isinstance(target, Agent) else target.description


def _tool_description(target: Target) -> str:
    who = {"agent": "the agent", "team": "the people of the team", "person": "the person"}[kind_of(target)]
    words = description_of(target)
    return f"Hand the conversation to {who} {target.name}." + (f" {words}" if words else "")


_REASON = {"type": "string", "description": "Why, in one short sentence that the receiver reads"}


def _transfer_schema(input_type: type[BaseModel] | None) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"reason": _REASON},
        "required": ["reason"],
        "additionalProperties": False,
    }
    if input_type is not None:
        extra = input_type.model_json_schema()
        schema["properties"] = {"reason": _REASON, **extra.get("properties", {})}
        schema["required"] = ["reason", *extra.get("required", [])]
        if "$defs" in extra:
            schema["$defs"] = extra["$defs"]
    return schema


def handoffs_of(agent: Agent) -> list[Handoff]:
    """The agent's handoffs with their final tool names, enabled or not.

    Raises:
        ValueError: two of them, or one of them and a tool, have one name; the message names both and the key that
        helps.
    """
    made = [get_handoff(entry) for entry in agent.handoffs]
    agents = {entry.tool_name for entry in made if entry.target_kind == "agent"}
    named = [_apart_from(agents, entry) for entry in made]
    taken: dict[str, str] = {tool.name: f'the tool "{tool.name}"' for tool in agent.tools}
    if agent.can_complete:
        taken[COMPLETE] = f'the built-in tool "{COMPLETE}"'
    for entry in named:
        who = f'{entry.target_kind} "{entry.agent_name}"'
        if entry.tool_name in taken:
            raise ValueError(
                f'agent "{agent.name}": {taken[entry.tool_name]} and {who} have one tool name, "{entry.tool_name}"; '
                "give one of them another with tool_name_override"
            )
        taken[entry.tool_name] = who
    return named


def _apart_from(agents: Iterable[str], entry: Handoff) -> Handoff:
    """An agent and a team of one name: the team's tool ends in `_team`."""
    if entry.target_kind != "team" or entry.named_by_hand or entry.tool_name not in agents:
        return entry
    return replace(entry, tool_name=transfer_tool_name(entry.agent_name, suffix="_team"))


async def enabled_handoffs(agent: Agent, context: Any) -> list[Handoff]:
    """The handoffs that may be used now: `is_enabled` is asked each time."""
    return [entry for entry in handoffs_of(agent) if await _enabled(entry, agent, context)]


async def _enabled(entry: Handoff, agent: Agent, context: Any) -> bool:
    answer = entry.is_enabled(context, agent) if callable(entry.is_enabled) else entry.is_enabled
    return bool(await answer) if inspect.isawaitable(answer) else bool(answer)


async def instructions_of(agent: Agent, context: Any) -> str:
    words = agent.instructions(context, agent) if callable(agent.instructions) else agent.instructions
    return await words if inspect.isawaitable(words) else words


def transfer_specs(agent: Agent, handoffs: Sequence[Handoff]) -> list[ToolSpec]:
    """The transfer tools as the model sees them: one each, or a single one whose target is an enum of what is allowed
    now."""
    if not handoffs or agent.handoff_tool == "per_target":
        return [entry.spec for entry in handoffs]
    known = "; ".join(f"{entry.agent_name}: {entry.info.description or entry.target_kind}" for entry in handoffs)
    parameters = {
        "type": "object",
        "properties": {"target": {"type": "string", "enum": single_names(handoffs)}, "reason": _REASON},
        "required": ["target", "reason"],
        "additionalProperties": False,
    }
    return [
        ToolSpec(
            SINGLE_TOOL,
            f"Hand the conversation to a person, a team or another agent. Targets: {known}.",
            parameters,
            strict=True,
            kind="transfer",
            targets=tuple(entry.info for entry in handoffs),
        )
    ]


def single_names(handoffs: Sequence[Handoff]) -> list[str]:
    """The names that the single tool takes: the target's own, with its kind in front where two targets share one."""
    names = [entry.agent_name for entry in handoffs]
    return [
        f"{entry.target_kind}:{entry.agent_name}" if names.count(entry.agent_name) > 1 else entry.agent_name
        for entry in handoffs
    ]
