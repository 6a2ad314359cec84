"""What a conversation needs to go on later: the whole log, who holds it, and what was carried along."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.agents.agent import Agent
from bot.agents.budget import Spent
from bot.agents.context import RunContext
from bot.agents.items import Item, PersonMessage, ToolOutput, from_dict, to_dict
from bot.agents.offers import reachable
from bot.agents.tools import COMPLETE
from bot.agents.views import View

log = logging.getLogger("baton.agents")

VERSION = 1


@dataclass
class RunState:
    """The state after a run; the one of a finished run is not changed by the next.

    history     everything that was said and done, never shaped by a filter
    chain       names of the agents that held the conversation, since the request was last settled or a person spoke
    last_agent  the name of the one that answers next
    views       what each agent that took over was shown, oldest first
    spent       what the conversation has cost so far
    """

    run_context: RunContext[Any]
    history: list[Item] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)
    last_agent: str = ""
    views: list[View] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    # The object behind `last_agent`, as long as the state stays in this process.
    holder: Agent[Any, Any] | None = field(default=None, repr=False, compare=False)
    # Who handed to it, so that it may hand back.
    giver: Agent[Any, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def session_state(self) -> dict[str, Any]:
        return self.run_context.session_state

    def going_on(self, ctx: RunContext[Any], items: Sequence[Item]) -> RunState:
        """A state of its own for the next run, with what was said since.

        A new chain begins once the request was settled, or a person has spoken to the customer.
        """
        settled = bool(self.history) and isinstance(self.history[-1], ToolOutput) and self.history[-1].name == COMPLETE
        new_chain = settled or any(isinstance(item, PersonMessage) for item in items)
        return replace(
            self, run_context=ctx, history=[*self.history, *items], chain=[] if new_chain else list(self.chain),
            views=list(self.views),
        )  # fmt: skip

    def holder_among(self, entry: Agent[Any, Any], known: Mapping[str, Agent[Any, Any]]) -> Agent[Any, Any]:
        """Who answers next: the last agent, or the entry agent when the last one is not there any more."""
        if not self.last_agent:
            return entry
        if self.last_agent in known:
            return known[self.last_agent]
        if self.holder is not None:
            return self.holder
        log.warning("agent.unknown %s held the conversation; %s answers instead", self.last_agent, entry.name)
        return entry

    def to_dict(self) -> dict[str, Any]:
        """Plain values for storage; the caller's own context is not among them."""
        ctx = self.run_context
        return {
            "version": VERSION,
            "run_id": ctx.run_id,
            "session_id": ctx.session_id,
            "session_state": ctx.session_state,
            "last_agent": self.last_agent,
            "chain": list(self.chain),
            "history": [to_dict(item) for item in self.history],
            "views": [view.to_dict() for view in self.views],
            "spent": self.spent.to_dict(),
        }

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], *, agents: Agent[Any, Any] | Iterable[Agent[Any, Any]], context: Any = None
    ) -> RunState:
        """The state that `to_dict` wrote. `agents`: the entry agent, or several with the entry agent first.

        An agent that was renamed or removed since is replaced by the entry agent, with a warning in the log.

        Raises:
            ValueError: the data is of another version or has an unknown item, or two agents have one name.
        """
        if data.get("version") != VERSION:
            raise ValueError(f"a run state of version {data.get('version')!r}; this library reads version {VERSION}")
        given = [agents] if isinstance(agents, Agent) else list(agents)
        if not given:
            raise ValueError("a run state needs at least one agent that can go on with it")
        known: dict[str, Agent[Any, Any]] = {}
        for agent in given:
            for name, found in reachable(agent).items():
                if known.setdefault(name, found) is not found:
                    raise ValueError(f'two agents are named "{name}"; give one another name')
        ctx = RunContext(context, data["run_id"], given[0], data["session_id"], dict(data["session_state"]))
        state = cls(
            ctx,
            [from_dict(item) for item in data["history"]],
            list(data["chain"]),
            data["last_agent"],
            [View.from_dict(view) for view in data["views"]],
            Spent.from_dict(data["spent"]),
        )
        holder = state.holder_among(given[0], known)
        ctx.agent = holder
        return replace(state, last_agent=holder.name, holder=holder)
