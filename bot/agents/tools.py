"""Tools that an agent may call: typed Python functions, and the built-in `complete`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import to_json

if TYPE_CHECKING:
    from bot.agents.budget import Meter
    from bot.agents.context import RunContext
    from bot.agents.journal import Journal
    from bot.agents.runner import Runner

COMPLETE = "complete"


class ToolError(Exception):
    """Raised by a tool that did nothing and wants the model to know why; the text goes to the model."""


class OutcomeUnknown(Exception):
    """Raised by a tool when nobody can say whether its effect happened; the run ends, for a person must look."""


class JournalFailed(Exception):
    """Raised by a tool that runs agents when their journal failed: the run ends with the cause of this, because nothing
    more can be written down."""


class BadArguments(ValueError):
    """The model's arguments do not fit; the text tells the model what is wrong."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may ask for with a parameter annotated `ToolContext`; the model never sees that parameter.

    `key` is the same each time this very call is made again after a crash: pass it on as an idempotency key. `journal`,
    `meter` and `runner` are those of the run, for tools that run agents themselves.
    """

    context: Any
    agent: str
    call_id: str
    key: str
    run_context: RunContext[Any] | None = None
    journal: Journal | None = None
    meter: Meter | None = None
    runner: Runner | None = None

    @property
    def session_state(self) -> dict[str, Any]:
        """What goes along with the conversation; a tool may change it."""
        return self.run_context.session_state if self.run_context is not None else {}

    @property
    def run_id(self) -> str:
        return self.run_context.run_id if self.run_context is not None else ""

    @property
    def session_id(self) -> str | None:
        return self.run_context.session_id if self.run_context is not None else None


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """A target of a transfer tool, in plain values: `kind` is agent, team or person."""

    kind: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model is told of it. `kind` and `targets` save a model that is not a language model from reading
    names."""

    name: str
    description: str
    parameters: dict[str, Any]
    strict: bool = False
    kind: Literal["function", "transfer", "complete"] = "function"
    targets: tuple[TargetInfo, ...] = ()


@dataclass(frozen=True)
class FunctionTool:
    """A function as a tool.

    `effect`: it changes something outside, so the run journal is asked before it is called and told afterwards.
    `idempotent`: calling it again with the same key does no harm; only such an effect is called again after a crash.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: Callable[..., Any]
    arguments: type[BaseModel]
    effect: bool = False
    idempotent: bool = False
    strict: bool = False
    context_parameter: str | None = None

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(self.name, self.description, self.parameters, self.strict)

    def parse(self, arguments: str) -> dict[str, Any]:
        """The arguments by name, as the function wants them.

        Raises:
            BadArguments: they do not fit the function's signature.
        """
        parsed = parse_model(self.arguments, arguments)
        return {name: getattr(parsed, name) for name in type(parsed).model_fields}

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> str:
        """The function's result as text: a string as it is, everything else as JSON."""
        extra = {self.context_parameter: context} if self.context_parameter else {}
        result = self.function(**arguments, **extra)
        if inspect.isawaitable(result):
            result = await result
        return result if isinstance(result, str) else to_json(result, fallback=str).decode()


def parse_model(model: type[BaseModel], arguments: str) -> BaseModel:
    try:
        return model.model_validate_json(arguments)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise BadArguments(problems) from None


@overload
def function_tool(function: Callable[..., Any], /) -> FunctionTool: ...
@overload
def function_tool(
    *,
    name: str | None = None,
    description: str | None = None,
    effect: bool = False,
    idempotent: bool = False,
    strict: bool = False,
) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def function_tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    effect: bool = False,
    idempotent: bool = False,
    strict: bool = False,
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """A tool from a typed function, sync or async: `@function_tool` or `@function_tool(effect=True)`.

    The schema comes from the annotations, the description from the first paragraph of the docstring. A sync function
    runs on the event loop, so it must be quick.

    Raises:
        TypeError: a parameter has no annotation, or is positional-only or variadic.
    """

    def make(function: Callable[..., Any]) -> FunctionTool:
        tool_name = name or function.__name__
        arguments, context_parameter = _arguments_model(function, tool_name)
        schema = arguments.model_json_schema()
        schema.pop("title", None)
        words = description or (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
        return FunctionTool(
            tool_name,
            words,
            schema,
            function,
            arguments,
            effect=effect,
            idempotent=idempotent,
            strict=strict,
            context_parameter=context_parameter,
        )

    return make(function) if function is not None else make


def _arguments_model(function: Callable[..., Any], tool_name: str) -> tuple[type[BaseModel], str | None]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    context_parameter: str | None = None
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"tool {tool_name}: parameter {parameter.name!r} must be an ordinary named one")
        if parameter.name not in hints:
            raise TypeError(
                f"tool {tool_name}: parameter {parameter.name!r} needs a type annotation, to tell the model"
            )
        if hints[parameter.name] is ToolContext:
            context_parameter = parameter.name
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    model = create_model(f"{tool_name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
    return model, context_parameter


class CompleteArguments(BaseModel):
    model_config = ConfigDict(extra="ignore")

    summary: str = ""


COMPLETE_SPEC = ToolSpec(
    COMPLETE,
    "The customer's request is settled: end the conversation here. Say your last words in the same answer.",
    {
        "type": "object",
        "properties": {
            "summary": {"type": "string", "description": "What was wanted and what was done, in one or two sentences"}
        },
        "required": ["summary"],
        "additionalProperties": False,
    },
    kind="complete",
)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a call came to. `known` is False when nobody can say whether the effect happened."""

    output: str
    failed: bool = False
    known: bool = True
    problem: str = ""
