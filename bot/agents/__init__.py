"""A library for agents that hand a conversation to each other, to teams and to people: `from bot.agents import Agent,
Runner, handoff`."""

from bot.agents.agent import Agent, HandoffConfig, HandoffTarget, PersonTarget, Target, TeamTarget
from bot.agents.budget import Budget, Spent
from bot.agents.bus import EventBus, Subscriber
from bot.agents.context import RunContext
from bot.agents.edges import Edge, Edges
from bot.agents.events import (
    ChainEvent,
    Event,
    Finished,
    HandoffEvent,
    RepairEvent,
    TextDelta,
    ToolEvent,
    TransferEvent,
)
from bot.agents.filters import (
    HandoffInputData,
    InputFilter,
    compose,
    drop_keys,
    last_n_messages,
    redact_keys,
    redact_pii,
    remove_all_tools,
)
from bot.agents.handoffs import Handoff, get_handoff, get_transfer_message, handoff
from bot.agents.hooks import HandoffRefused
from bot.agents.items import (
    AssistantMessage,
    HandoffCall,
    HandoffOutput,
    Item,
    PersonMessage,
    RunHandoffCallItem,
    RunHandoffOutputItem,
    ToolCall,
    ToolOutput,
    UserMessage,
    as_items,
    from_dict,
    pairing_safe,
    to_dict,
    view,
)
from bot.agents.journal import Begin, Journal, MemoryJournal
from bot.agents.models.base import Model, ModelAnswer, ModelRejected, ModelRequest, ModelUnavailable, RawCall, Usage
from bot.agents.models.fallback import FallbackModel
from bot.agents.offers import handoffs_of
from bot.agents.output import ResolvedAgentOutput
from bot.agents.redact import redact_data, redacted, redactors
from bot.agents.result import REASONS, HandoffRecord, Reason, RunResult, Status, handoff_result
from bot.agents.runner import Runner, RunOptions, RunStream
from bot.agents.saydo import promises_transfer, without_promises
from bot.agents.sessions import MemorySessions, Session, Sessions
from bot.agents.state import RunState
from bot.agents.team import Team, TeamMode, TeamResult
from bot.agents.tools import FunctionTool, OutcomeUnknown, ToolContext, ToolError, ToolSpec, function_tool
from bot.agents.views import View

__all__ = [
    "REASONS",
    "Agent",
    "AssistantMessage",
    "Begin",
    "Budget",
    "ChainEvent",
    "Edge",
    "Edges",
    "Event",
    "EventBus",
    "FallbackModel",
    "Finished",
    "FunctionTool",
    "Handoff",
    "HandoffCall",
    "HandoffConfig",
    "HandoffEvent",
    "HandoffInputData",
    "HandoffOutput",
    "HandoffRecord",
    "HandoffRefused",
    "HandoffTarget",
    "InputFilter",
    "Item",
    "Journal",
    "MemoryJournal",
    "MemorySessions",
    "Model",
    "ModelAnswer",
    "ModelRejected",
    "ModelRequest",
    "ModelUnavailable",
    "OutcomeUnknown",
    "PersonMessage",
    "PersonTarget",
    "RawCall",
    "Reason",
    "RepairEvent",
    "ResolvedAgentOutput",
    "RunContext",
    "RunHandoffCallItem",
    "RunHandoffOutputItem",
    "RunOptions",
    "RunResult",
    "RunState",
    "RunStream",
    "Runner",
    "Session",
    "Sessions",
    "Spent",
    "Status",
    "Subscriber",
    "Target",
    "Team",
    "TeamMode",
    "TeamResult",
    "TeamTarget",
    "TextDelta",
    "ToolCall",
    "ToolContext",
    "ToolError",
    "ToolEvent",
    "ToolOutput",
    "ToolSpec",
    "TransferEvent",
    "Usage",
    "UserMessage",
    "View",
    "as_items",
    "compose",
    "drop_keys",
    "from_dict",
    "function_tool",
    "get_handoff",
    "get_transfer_message",
    "handoff",
    "handoff_result",
    "handoffs_of",
    "last_n_messages",
    "pairing_safe",
    "promises_transfer",
    "redact_data",
    "redact_keys",
    "redact_pii",
    "redacted",
    "redactors",
    "remove_all_tools",
    "to_dict",
    "view",
    "without_promises",
]
