"""The agents library behind the AgentRuntime port: one call is one step of one agent's turn.

Here the library meets the conversation: the transcript becomes items, `agents:` becomes `Agent`s, the end of the run
becomes an event. Loop limits, the cycle rule and who may be handed to are decided again when the event is committed.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.agents import (
    Agent,
    Begin,
    Budget,
    Handoff,
    Item,
    Model,
    PersonTarget,
    RunContext,
    Runner,
    RunResult,
    TeamTarget,
    handoff,
)
from bot.agents.models.fallback import FallbackModel, LastResort
from bot.agents.models.local import LocalModel
from bot.agents.models.local.taught import SURE
from bot.agents.models.openai import OpenAIModel
from bot.agents.models.responses import model_named
from bot.agents.transfer import added_by
from handlers.ports import LeaseLost, RunJournal, Unavailable
from handlers.values import Judgement, RunRequest
from routing import budgets
from routing.conversation import Conversation, Run, Spent, Target
from routing.events import AgentEvent, AgentFailed, AgentHandedOff, MessageReceived
from routing.policy import AgentPolicy, HandoffOptions, Policy
from routing.reasons import Reason

from . import plugins
from .agent_prompt import about_the_desk, compacted
from .agent_view import Arrival, FilterFailed, Transcript, event_of, seen_by
from .redaction import Redact, redactor
from .triage import judge_of, prepare, triage_of, words_of

log = structlog.get_logger("baton.agent")

FAILURES_ALLOWED = 2  # of the embedded model, where config.yaml has no `failed_answers` trigger
UNLIMITED = 1_000_000  # hops are counted where they are committed
# Of the agent's time, kept for the answer that needs no network: this much, or a tenth of a short time.
KEPT_BACK_S = 2.0
TURN_OVER_S = 60.0  # so long after its deadline nothing of a turn can still be under way

HANDED_BACK = (
    "A person of our team has talked to this customer and has handed the conversation back to you. Do not repeat or "
    "contradict what they said; what they promised stands."
)


class Runtime:
    """AgentRuntime over `bot.agents`.

    Args:
        base_url, api_key: of the OpenAI-compatible endpoint for every model name but `local`. With neither, agents
            speak through the embedded model.
    """

    def __init__(self, *, base_url: str | None = None, api_key: str | None = None) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._remote: dict[str, OpenAIModel] = {}
        self._deadlines: dict[tuple[str, int], float] = {}

    async def aclose(self) -> None:
        """Close the connections to the endpoint."""
        for model in self._remote.values():
            await model.aclose()

    @property
    def has_endpoint(self) -> bool:
        return bool(self._base_url or self._api_key)

    async def prepare(self, message: MessageReceived, policy: Policy, *, before: str = "") -> None:
        await prepare(policy, message.text, before)

    def judge(self, message: MessageReceived, policy: Policy, *, about: bool, before: str = "") -> Judgement:
        return judge_of(policy, about=about, before=before)(message.text)

    async def run(self, request: RunRequest, journal: RunJournal) -> AgentEvent:
        run = request.conversation.run
        assert run is not None
        declared = request.policy.agents.get(run.agent)
        if declared is None:
            return self._failed(run, "bot_unavailable", f"there is no agent {run.agent}")
        deadline = self._deadline(request.conversation, run, request.policy)
        model = self._model(declared, request.policy, request.conversation.language, deadline)
        if model is None:
            wanted = ", ".join(declared.models) or "this agent"
            detail = f"no endpoint for {wanted}; set OPENAI_API_KEY or OPENAI_BASE_URL"
            return self._failed(run, "bot_unavailable", detail)
        try:
            return await _Step(declared, model, request, run, _Journal(journal)).report()
        except (LeaseLost, Unavailable):
            raise
        except FilterFailed as error:
            log.warning("filter.failed", agent=run.agent, turn=run.turn, reason=str(error))
            return self._failed(run, "no_answer", str(error))
        except Exception as error:  # what agents do must not stop the conversation: people get it
            log.exception("agent.failed", agent=run.agent, turn=run.turn)
            return self._failed(run, "bot_unavailable", f"{type(error).__name__}: {error}")

    def _failed(self, run: Run, reason: Reason, detail: str) -> AgentFailed:
        return AgentFailed(run.turn, run.step, run.agent, run.epoch, reason, detail)

    # ---- models --------------------------------------------------------------------------------------------------

    def _model(self, declared: AgentPolicy, policy: Policy, language: str, deadline: float) -> Model | None:
        """The agent's models as one. When none of them can be reached, the embedded model answers what it is sure of,
        declared or not; without any that could be reached the agent has none."""
        models: list[Model] = []
        for name in declared.models:
            if name == "local":
                models.append(self._local_model(policy, language))
            elif self.has_endpoint:
                models.append(self._remote_model(name))
        if not models:
            return None
        if "local" not in declared.models:
            models.append(LastResort(self._local_model(policy, language)))
        return FallbackModel(models, deadline=deadline)

    def _remote_model(self, name: str) -> OpenAIModel:
        """One for each name as long as the process lives: it knows what the endpoint takes and whether it answers."""
        if name not in self._remote:
            self._remote[name] = model_named(name, base_url=self._base_url, api_key=self._api_key)
        return self._remote[name]

    def _deadline(self, conversation: Conversation, run: Run, policy: Policy) -> float:
        """Of the whole turn, on the monotonic clock, for all agents and models that work in it.

        Counted from where this process first worked on the turn; the engine's own timer ends a turn that another
        process began.
        """
        now_s = time.monotonic()
        while self._deadlines and next(iter(self._deadlines.values())) + TURN_OVER_S <= now_s:
            del self._deadlines[next(iter(self._deadlines))]
        given_s = policy.defaults.agent_timeout_ms / 1000
        return self._deadlines.setdefault(
            (conversation.id, run.started_ms), now_s + max(given_s - KEPT_BACK_S, given_s * 0.9)
        )

    def _local_model(self, policy: Policy, language: str) -> LocalModel:
        """It speaks as the desk does: in the customer's language, in the words of `texts:`."""
        allowed = policy.triggers.failed_answers_max or FAILURES_ALLOWED
        return LocalModel(triage_of(policy), words_of(policy, language), failures_allowed=allowed)


# ---- one step of one agent -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """What a plugin learns of the conversation, as `ctx.context`. `user` is the customer's name on the platform."""

    conversation: str
    platform: str
    user: str
    language: str
    priority: str
    route: str | None
    need: str


class _Step:
    """From the request of the engine to its event."""

    def __init__(
        self, declared: AgentPolicy, model: Model, request: RunRequest, run: Run, journal: "_Journal"
    ) -> None:  # fmt: skip
        self._declared = declared
        self._model = model
        self._request = request
        self._policy = request.policy
        self._run = run
        self._journal = journal
        conversation = request.conversation
        self._case = Case(
            conversation.id, conversation.platform, conversation.requester, conversation.language,
            conversation.priority, conversation.route, conversation.need,
        )  # fmt: skip
        kinds = request.policy.defaults.redact
        self._redact: Redact | None = redactor(kinds) if kinds else None

    async def report(self) -> AgentEvent:
        run, declared = self._run, self._declared
        agent = self._agent()
        transcript = Transcript(self._request.lines, self._redact)
        arrival = transcript.arrival(declared.name)
        edge = self._edge(arrival)
        ctx = RunContext(self._case, self._run_id, agent, self._request.conversation.id)
        seen = await seen_by(
            transcript, arrival, ctx,
            of_edge=[plugins.filter_of(one) for one in edge.input_filter],
            own=[plugins.filter_of(one) for one in declared.filters],
        )  # fmt: skip
        known = transcript.context_of(declared.name)
        words = known if known is not None else await self._context(edge, seen)
        earlier = ""
        if declared.name == self._policy.defaults.agent:
            # It routes every line. The others are handed the whole conversation.
            seen, earlier = compacted(seen)
        agent.instructions = self._instructions(agent, words or "", earlier)
        result = await Runner(redactors=[self._redact] if self._redact is not None else ()).run(
            agent, seen, on_handoff="return", max_handoffs=UNLIMITED, detect_cycles=False, journal=self._journal,
            context=self._case, run_id=self._run_id, session_id=self._request.conversation.id, budget=self._budget(),
        )  # fmt: skip
        event = event_of(result, run, used(result), words if known is None else None)
        if isinstance(event, AgentHandedOff) and declared.models != ("local",):
            await self._compare(event)
        return event

    async def _compare(self, event: AgentHandedOff) -> None:
        """A language model may know better than the examples. Where it sends a line elsewhere than they surely would,
        that is written down: either of the two is to be mended."""
        need = self._request.conversation.need
        judged = await asyncio.to_thread(judge_of(self._policy), need)
        best = max(judged.topics, key=lambda name: judged.topics[name], default="")
        route = next((one for one in self._policy.routes if one.name == best), None)
        differs = route is not None and event.to.kind == "team" == route.to.kind and route.to != event.to
        if differs and judged.topics[best] >= SURE:
            log.info(
                "triage.disagreed", conversation=self._request.conversation.id, agent=event.agent, turn=event.turn,
                to=str(event.to), route=best, p=round(judged.topics[best], 3),
            )  # fmt: skip

    @property
    def _run_id(self) -> str:
        return f"{self._request.conversation.id}.{self._run.turn}"

    # ---- the agent as declared

    def _agent(self) -> Agent[Any, Any]:
        declared = self._declared
        return Agent(
            name=declared.name,
            model=self._model,
            tools=tuple(plugins.tool_of(path) for path in declared.tools),
            handoffs=[
                self._handoff(target)
                for target in declared.handoffs
                if target not in self._request.forbidden
                and (self._request.people_allowed or target.kind == "agent")
                and _exists(target, self._policy)
            ],
            handoff_description=declared.handoff_description,
            handoff_tool=declared.handoff_tool,
            repairs=declared.repairs,
            can_complete=declared.can_complete,
        )

    def _handoff(self, target: Target) -> Handoff[Any, Any]:
        """Filters and context providers belong to the receiver's own step: it works them out from the transcript."""
        option = self._declared.handoff_options.get(str(target), HandoffOptions())
        return handoff(
            _target(target, self._policy),
            tool_name_override=option.tool_name,
            tool_description_override=option.tool_description,
            on_handoff=plugins.hook_of(option.on_handoff) if option.on_handoff is not None else None,
            input_type=plugins.input_type_of(option.input_type) if option.input_type is not None else None,
            is_enabled=plugins.switch_of(option.is_enabled),
        )

    def _instructions(self, agent: Agent[Any, Any], context: str, earlier: str) -> str:
        instructions = [self._declared.instructions, about_the_desk(agent, self._policy)]
        if any(line.author.kind == "person" for line in self._request.lines):
            instructions.append(HANDED_BACK)
        from_others = "\n\n".join(
            words
            for words in (earlier, f"They left you this hint: {self._run.hint}" if self._run.hint else "", context)
            if words
        )
        instructions.append(self._redact(from_others) if self._redact is not None else from_others)
        return "\n\n".join(words for words in instructions if words)

    def _edge(self, arrival: Arrival | None) -> HandoffOptions:
        """The options under which the conversation came to this agent."""
        giver = self._policy.agents.get(arrival.call.agent) if arrival is not None else None
        to = str(Target("agent", self._declared.name))
        return giver.handoff_options.get(to, HandoffOptions()) if giver is not None else HandoffOptions()

    async def _context(self, edge: HandoffOptions, seen: list[Item]) -> str | None:
        """What the providers say, None without any.

        They are asked once: it is first written into the run journal, which a rerun reads, and with the report into the
        transcript, where later turns of the same tenure find it.
        """
        paths = [path for path in (edge.context_provider, self._declared.context_provider) if path is not None]
        if not paths:
            return None
        for entry in await self._journal.recorded():
            if entry.get("kind") == "context":
                return str(entry["text"])
        words = await added_by([plugins.function_of(path) for path in paths], seen)
        await self._journal.append({"kind": "context", "text": words})
        return words

    def _budget(self) -> Budget | None:
        """What this step may still use; a run that is cut short by it reports `budget`."""
        left = budgets.left(self._declared.budget, self._request.conversation.spent)
        prices = {model: (price.input, price.output) for model, price in self._policy.defaults.prices.items()}
        return Budget(
            tokens=left.tokens, money=left.money if prices else None, model_calls=left.model_calls,
            wall_time_s=None if left.wall_time_ms is None else left.wall_time_ms / 1000, prices=prices,
        )  # fmt: skip


def used(result: RunResult) -> Spent:
    spent = result.state.spent
    return Spent(
        spent.tokens, round(spent.money * budgets.MICROS), spent.model_calls, max(0, round(spent.wall_time_s * 1000))
    )


def _exists(target: Target, policy: Policy) -> bool:
    known: Mapping[str, object] = {"agent": policy.agents, "team": policy.teams, "person": policy.people}[target.kind]
    return target.name in known


def _target(target: Target, policy: Policy) -> Agent[Any, Any] | TeamTarget | PersonTarget:
    if target.kind == "team":
        about = [route.description for route in policy.routes if route.to == target and route.description]
        return TeamTarget(target.name, "; ".join(about))
    if target.kind == "person":
        return PersonTarget(target.name, policy.people[target.name].name)
    declared = policy.agents[target.name]
    return Agent(
        target.name,
        handoff_description=declared.handoff_description,
        hooks=[plugins.hook_of(path) for path in declared.hooks],
        is_enabled=plugins.switch_of(declared.is_enabled),
    )


class _Journal:
    """The library's journal on the engine's run journal."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def recorded(self) -> list[dict[str, Any]]:
        return await self._journal.recorded()

    async def append(self, entry: dict[str, Any]) -> None:
        await self._journal.append(entry)

    async def begin(self, tool_name: str, call_id: str, idempotent: bool) -> Begin:
        """`refused` ends the run by its own means: whoever took over has raised the floor, and the lease's owner
        cancels this task; until then the call is treated as one whose outcome nobody knows."""
        state = await self._journal.begin(call_id)
        if state == "begun" or (state == "again" and idempotent):
            return Begin("begun", key=call_id)
        for entry in await self._journal.recorded():
            if entry.get("kind") == "tool" and entry.get("call_id") == call_id:
                return Begin("done", key=call_id, result=str(entry.get("output", "")))
        return Begin("unknown", key=call_id)
