"""The agents library behind the AgentRuntime port: one call is one step of one agent's turn.

Here the library meets the conversation: the transcript becomes items, `agents:` becomes `Agent`s, the end of the run
becomes an event. Loop limits, the cycle rule and who may be handed to are decided again when the event is committed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog

from bot.agents import (
    Agent,
    AssistantMessage,
    Begin,
    HandoffCall,
    Item,
    Model,
    PersonMessage,
    PersonTarget,
    Runner,
    RunResult,
    TeamTarget,
    ToolOutput,
    UserMessage,
    from_dict,
    handoff,
    to_dict,
)
from bot.agents.models.local import LocalModel
from bot.agents.models.openai import OpenAIModel
from handlers.ports import Judgement, LeaseLost, RunJournal, RunRequest, Unavailable
from routing.conversation import Conversation, Run, Target
from routing.effects import Line
from routing.events import AgentCompleted, AgentEvent, AgentFailed, AgentHandedOff, AgentReplied, MessageReceived
from routing.policy import AgentPolicy, Policy
from routing.reasons import REASONS, Reason

from .triage import judge_of, triage_of

log = structlog.get_logger("baton.agent")

FAILURES_ALLOWED = 2  # of the embedded model, where config.yaml has no `failed_answers` trigger
UNLIMITED = 1_000_000  # hops are counted where they are committed

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
        self._remote: dict[tuple[str, int], OpenAIModel] = {}
        self._local: tuple[int, LocalModel] | None = None

    async def aclose(self) -> None:
        """Close the connections to the endpoint."""
        for model in self._remote.values():
            await model.aclose()

    @property
    def has_endpoint(self) -> bool:
        return bool(self._base_url or self._api_key)

    def judge(self, message: MessageReceived, policy: Policy, *, about: bool) -> Judgement:
        return judge_of(policy, about=about)(message.text)

    async def run(self, request: RunRequest, journal: RunJournal) -> AgentEvent:
        run = request.conversation.run
        assert run is not None
        declared = request.policy.agents.get(run.agent)
        if declared is None:
            return self._failed(run, "bot_unavailable", f"there is no agent {run.agent}")
        models = self._models(declared, request.policy)
        if not models:
            wanted = ", ".join(declared.models) or "this agent"
            detail = f"no endpoint for {wanted}; set OPENAI_API_KEY or OPENAI_BASE_URL"
            return self._failed(run, "bot_unavailable", detail)
        try:
            result = await Runner.run(
                self._agent(declared, models, request, run), items_of(request.lines), on_handoff="return",
                max_handoffs=UNLIMITED, detect_cycles=False, journal=_Journal(journal),
            )  # fmt: skip
        except (LeaseLost, Unavailable):
            raise
        except Exception as error:  # what agents do must not stop the conversation: people get it
            log.exception("agent.failed", agent=run.agent, turn=run.turn)
            return self._failed(run, "bot_unavailable", f"{type(error).__name__}: {error}")
        return event_of(result, run, request.conversation)

    def _failed(self, run: Run, reason: Reason, detail: str) -> AgentFailed:
        return AgentFailed(run.turn, run.step, run.agent, run.epoch, reason, detail)

    # ---- agents as declared ------------------------------------------------------------------------------------------

    def _agent(self, declared: AgentPolicy, models: Sequence[Model], request: RunRequest, run: Run) -> Agent:
        instructions = [declared.instructions]
        if any(line.author.kind == "person" for line in request.lines):
            instructions.append(HANDED_BACK)
        if run.hint:
            instructions.append(f"They left you this hint: {run.hint}")
        return Agent(
            name=declared.name,
            model=models,
            instructions="\n\n".join(instructions),
            handoffs=[
                handoff(
                    _target(target, request.policy),
                    tool_name_override=option.tool_name if option is not None else None,
                    tool_description_override=option.tool_description if option is not None else None,
                )
                for target in declared.handoffs
                if (request.people_allowed or target.kind == "agent") and _exists(target, request.policy)
                for option in [declared.handoff_options.get(str(target))]
            ],
            handoff_description=declared.handoff_description,
            handoff_tool=declared.handoff_tool,
            repairs=declared.repairs,
        )

    def _models(self, declared: AgentPolicy, policy: Policy) -> Sequence[Model]:
        models: list[Model] = []
        for name in declared.models:
            if name == "local":
                models.append(self._local_model(policy))
            elif self.has_endpoint:
                models.append(self._remote_model(name, policy))
        return models

    def _remote_model(self, name: str, policy: Policy) -> OpenAIModel:
        key = (name, policy.defaults.agent_timeout_ms)
        if key not in self._remote:
            self._remote[key] = OpenAIModel(
                name, base_url=self._base_url, api_key=self._api_key, timeout_s=policy.defaults.agent_timeout_ms / 1000
            )
        return self._remote[key]

    def _local_model(self, policy: Policy) -> LocalModel:
        triage = triage_of(policy)
        if self._local is None or self._local[0] != id(triage):
            allowed = policy.triggers.failed_answers_max or FAILURES_ALLOWED
            self._local = (id(triage), LocalModel(triage, failures_allowed=allowed))
        return self._local[1]


def _exists(target: Target, policy: Policy) -> bool:
    known: Mapping[str, object] = {"agent": policy.agents, "team": policy.teams, "person": policy.people}[target.kind]
    return target.name in known


def _target(target: Target, policy: Policy) -> Agent | TeamTarget | PersonTarget:
    if target.kind == "team":
        about = [route.description for route in policy.routes if route.to == target and route.description]
        return TeamTarget(target.name, "; ".join(about))
    if target.kind == "person":
        return PersonTarget(target.name, policy.people[target.name].name)
    declared = policy.agents[target.name]
    return Agent(target.name, (), handoff_description=declared.handoff_description)


# ---- the transcript as items, the result as an event -----------------------------------------------------------------


def items_of(lines: Sequence[Line]) -> list[Item]:
    """The agent's view of the transcript in the library's neutral format; Baton's own notices are not part of it."""
    items: list[Item] = []
    for line in lines:
        if line.kind == "items":
            items.extend(from_dict(data) for data in line.data)
            continue
        match line.author.kind:
            case "customer" | "participant":
                items.append(UserMessage(line.text, line.author.name))
            case "agent":
                items.append(AssistantMessage(line.text, line.author.name))
            case "person":
                items.append(PersonMessage(line.text, line.author.name))
            case "system":
                pass
    return items


def event_of(result: RunResult, run: Run, conversation: Conversation) -> AgentEvent:
    """What the engine commits. Agents' words go into the event, what they called goes along as items."""
    kept = tuple(to_dict(item) for item in result.new_items if not isinstance(item, AssistantMessage))
    text = "\n\n".join(said.text for said in result.speech)
    head = (run.turn, run.step, run.agent, run.epoch)
    match result.status:
        case "final":
            return AgentReplied(*head, run.upto, text, items=kept)
        case "complete":
            return AgentCompleted(*head, run.upto, text, result.summary or "", items=kept)
        case "handoff":
            assert result.handoff_target is not None
            calls = [item for item in result.new_items if isinstance(item, HandoffCall)]
            kind = calls[-1].target_kind if calls else "team"
            reason: Reason = "asked_for_human" if result.cause == "asked_for_human" else "agent_decided"
            if result.cause == "failed_answers":
                reason = "failed_answers"
            to = Target("agent" if kind == "agent" else "person" if kind == "person" else "team",
                        result.handoff_target.name)  # fmt: skip
            facts = any(isinstance(item, ToolOutput) for item in result.new_items)
            return AgentHandedOff(
                *head, run.upto, to, reason, comment=result.reason or "", text=text, new_facts=facts, items=kept
            )
        case _:
            cause = cast(Reason, result.reason) if result.reason in REASONS else "no_answer"
            return AgentFailed(*head, cause, result.detail, items=kept)


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
