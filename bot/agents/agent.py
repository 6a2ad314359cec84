"""Agents, and the people and teams beside them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, get_args, overload

from typing_extensions import TypeVar

from bot.agents.context import RunContext, TContext, TOutput
from bot.agents.items import Item
from bot.agents.models.base import Model
from bot.agents.models.fallback import FallbackModel
from bot.agents.output import check_output_type
from bot.agents.tools import COMPLETE, FunctionTool

if TYPE_CHECKING:
    from bot.agents.budget import Budget
    from bot.agents.bus import Subscriber
    from bot.agents.filters import InputFilter
    from bot.agents.handoffs import Handoff
    from bot.agents.items import Message
    from bot.agents.result import RunResult
    from bot.agents.runner import RunStream

TOther = TypeVar("TOther", default=str)

Instructions = str | Callable[[RunContext[Any], Any], str | Awaitable[str]]
IsEnabled = bool | Callable[[RunContext[Any], Any], bool | Awaitable[bool]]
# Called as hook(ctx, input), or hook(ctx) when it takes one argument; an object is asked by its method `on_handoff`.
OnHandoff = Callable[..., Any]
ContextProvider = Callable[[Sequence[Item]], Any]
InputGuardrail = Callable[[RunContext[Any], Sequence[Item]], str | Awaitable[str | None] | None]
HandoffTool = Literal["per_target", "single", "transfer_to_agent"]


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


@dataclass(frozen=True, eq=False)
class HandoffTarget:
    """A target in a `HandoffConfig`: what the model is told of it, and the hook before the handoff to it."""

    agent: Agent[Any, Any] | TeamTarget | PersonTarget
    description: str | None = None
    on_handoff: OnHandoff | None = None


@dataclass(frozen=True, eq=False)
class HandoffConfig:
    """To whom an agent may hand over, and how.

    `max_handoffs` caps how many agents a chain may have, and `detect_cycles` stops A -> B -> A without news; both count
    for the runs that start with this agent. Without `carry_messages` a target reads only the customer's newest message
    and the handoff; without `carry_session_state` it starts with an empty `session_state`.
    """

    targets: Sequence[HandoffTarget | Agent[Any, Any] | TeamTarget | PersonTarget] = ()
    max_handoffs: int = 5
    carry_messages: bool = True
    carry_session_state: bool = True
    detect_cycles: bool = True

    def __post_init__(self) -> None:
        if self.max_handoffs < 1:
            raise ValueError(f"a chain has at least one agent, so max_handoffs cannot be {self.max_handoffs}")


@dataclass(eq=False)
class Agent(Generic[TContext, TOutput]):
    """An AI agent: who it is, which model speaks for it, what it may do, and to whom it may hand the conversation.

    model             a list: the first that can be reached answers; none: the Runner's model
    instructions      a text, or a function (ctx, agent), sync or async
    tools             a list, or a mapping from the name that the model reads
    handoffs          may be set later, so that two agents can name each other; one list with `handoff.targets`
    output_type       None or str: its answers are text. A type: `final_output` is parsed into it. "handoffs": it may
                      hand back to whoever handed to it
    handoff_tool      "per_target": one `transfer_to_x` each; "single": one `handoff(target, reason)`;
                      "transfer_to_agent": one `transfer_to_agent(agent_name, reason)`
    repairs           how many bad answers while it holds the conversation are sent back before the run gives up
    hooks             called before it takes over: functions, or objects with a method `on_handoff`
    context_provider  (items it will read) -> {"additional_instructions": text}, text or None
    input_filter      shapes what it reads when it takes over, after the handoff's own filter
    is_enabled        (ctx, agent itself) -> whether anybody may hand to it now
    input_guardrails  (ctx, items it will read) -> None, or why it must not take over

    Two agents are the same only if they are the same object; their names must differ within reach of each other.
    """

    name: str
    model: Model | Sequence[Model] = ()
    instructions: Instructions = ""
    tools: Sequence[FunctionTool] | Mapping[str, FunctionTool] = ()
    handoffs: Sequence[Agent[Any, Any] | Handoff[Any, Any] | TeamTarget | PersonTarget] = ()
    handoff_description: str | None = None
    output_type: type[TOutput] | str | None = None
    handoff: HandoffConfig | None = None
    handoff_tool: HandoffTool = "per_target"
    repairs: int = 2
    can_complete: bool = True
    hooks: Sequence[Any] = ()
    context_provider: ContextProvider | None = None
    input_filter: InputFilter | None = None
    is_enabled: IsEnabled = True
    input_guardrails: Sequence[InputGuardrail] = ()
    budget: Budget | None = None
    subscribers: list[tuple[str, Subscriber]] = field(default_factory=list, init=False, repr=False)
    # What `offers` works out once; kept here so that it goes when the agent goes.
    catalogue: object = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("an agent needs a name")
        check_output_type(self.output_type)
        if self.handoff_tool not in get_args(HandoffTool):
            known = ", ".join(get_args(HandoffTool))
            raise ValueError(f'agent "{self.name}": handoff_tool is one of {known}, not {self.handoff_tool!r}')
        names = [tool.name for tool in self.functions]
        for name in (*names, *([COMPLETE] if self.can_complete else [])):
            if (name == COMPLETE and name in names and self.can_complete) or names.count(name) > 1:
                raise ValueError(f'agent "{self.name}" has two tools named "{name}"')

    def __repr__(self) -> str:
        return f"Agent({self.name!r})"

    @overload
    @classmethod
    def create(
        cls, name: str, *, handoffs: Sequence[Agent[Any, TOther] | Handoff[Any, TOther]], **same: Any
    ) -> Agent[Any, str | TOther]: ...
    @overload
    @classmethod
    def create(cls, name: str, *, output_type: type[TOther], **same: Any) -> Agent[Any, TOther]: ...
    @overload
    @classmethod
    def create(cls, name: str, *, handoffs: tuple[()] = (), **same: Any) -> Agent[Any, str]: ...
    @classmethod
    def create(cls, name: str, **same: Any) -> Agent[Any, Any]:
        """The same as `Agent(...)`, with the output type worked out from the handoffs."""
        return cls(name, **same)

    @property
    def functions(self) -> tuple[FunctionTool, ...]:
        """The tools in order, each under the name that the model reads."""
        if not isinstance(self.tools, Mapping):
            return tuple(self.tools)
        return tuple(tool if tool.name == name else replace(tool, name=name) for name, tool in self.tools.items())

    @property
    def models(self) -> tuple[Model, ...]:
        return tuple(self.model) if isinstance(self.model, Sequence) else (self.model,)

    @property
    def model_to_ask(self) -> Model | None:
        models = self.models
        return FallbackModel(models) if len(models) > 1 else models[0] if models else None

    @property
    def hands_back(self) -> bool:
        return self.output_type == "handoffs"

    async def run(self, input: str | Mapping[str, Any] | Sequence[Message], **options: Any) -> RunResult:
        """`Runner.run(agent, input, ...)`."""
        from bot.agents.runner import Runner

        return await Runner.run(self, input, **options)

    def stream(self, input: str | Mapping[str, Any] | Sequence[Message], **options: Any) -> RunStream:
        """`Runner.stream(agent, input, ...)`."""
        from bot.agents.runner import Runner

        return Runner.stream(self, input, **options)

    def as_tool(self, name: str | None = None, description: str | None = None) -> FunctionTool:
        """This agent as a tool of another one, which keeps the conversation: it reads only the call's input."""
        from bot.agents.agent_tool import as_tool

        return as_tool(self, name=name, description=description)

    def on(self, event: str, subscriber: Subscriber) -> None:
        """Hear events of the runs that start with this agent: `agent.on("handoff.transfer", tell)`; "*" hears all.

        Raises:
            ValueError: there is no such event.
        """
        from bot.agents.bus import bus_of

        bus_of([(event, subscriber)])
        self.subscribers.append((event, subscriber))


Target = Agent[Any, Any] | TeamTarget | PersonTarget


def kind_of(target: Target) -> Literal["agent", "team", "person"]:
    if isinstance(target, Agent):
        return "agent"
    return "team" if isinstance(target, TeamTarget) else "person"


def description_of(target: Target) -> str:
    return (target.handoff_description or "") if isinstance(target, Agent) else target.description
