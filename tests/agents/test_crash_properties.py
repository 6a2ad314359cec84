"""Cut off anywhere, any number of times: the run ends as if nothing had happened, and nothing happens twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.agents import (
    Agent,
    ModelAnswer,
    ModelRequest,
    RunContext,
    Runner,
    RunResult,
    TeamTarget,
    ToolContext,
    function_tool,
    handoff,
    last_n_messages,
)
from bot.agents.models.openai import OpenAIModel
from tests.agents.test_run_journal import CutJournal, PowerCut
from tests.fakes.model import FakeModel, Step, call, calls, text

pytestmark = pytest.mark.anyio


class CutModel:
    """A model whose caller dies while it waits for the nth answer."""

    def __init__(self, model: OpenAIModel, answers: int) -> None:
        self.name = "cut"
        self._model = model
        self._left = answers

    def _count(self) -> None:
        if self._left == 0:
            raise PowerCut
        self._left -= 1

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self._count()
        return await self._model.answer(request)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        self._count()
        async for piece in self._model.stream(request):
            yield piece


def agents(model: Any, done: list[str]) -> Agent:
    """Two agents and a desk, with an effect, hooks, a filter, and more context at each handoff."""

    @function_tool(effect=True, idempotent=True)
    def refund(invoice: int, tool: ToolContext) -> str:
        """Refund an invoice."""
        done.append(f"refund {tool.key}")
        tool.session_state[str(invoice)] = "refunded"
        return f"refunded {invoice}"

    def note(name: str) -> Any:
        def hook(ctx: RunContext[Any]) -> None:
            done.append(f"hook {name} {len(done)}")

        return hook

    a = Agent("a", model, tools=[refund], repairs=9)
    b = Agent("b", model, tools=[refund], hooks=[note("of b")], repairs=9, context_provider=lambda items: "Be brief.")
    a.handoffs = [handoff(b, on_handoff=note("to b"), input_filter=last_n_messages(1))]
    b.handoffs = [handoff(a, on_handoff=note("to a")), TeamTarget("desk")]
    return a


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda number: call("refund", invoice=number), st.integers(1, 3)),
    st.sampled_from(
        [
            call("transfer_to_a", reason="yours"),
            call("transfer_to_b", reason="yours"),
            calls(call("refund", invoice=9), call("transfer_to_b", reason="paid"), words="A moment."),
            calls(call("transfer_to_a", reason="1"), call("transfer_to_desk", reason="2")),
            call("nonsense"),
            text(""),
            text("I'll connect you with a colleague."),
        ]
    ),
)
ENDS = st.sampled_from([text("All done."), call("complete", summary="Done."), call("transfer_to_desk", reason="angry")])


def told(result: RunResult) -> dict[str, Any]:
    state = result.state.to_dict()
    spent = {key: value for key, value in state.pop("spent").items() if key != "wall_time_s"}
    return {**state, "run_id": "", "spent": spent}


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    story=st.builds(lambda steps, end: [*steps, end], st.lists(STEPS, max_size=6), ENDS),
    cuts=st.lists(st.tuples(st.booleans(), st.integers(0, 12)), max_size=4),
    streamed=st.booleans(),
)
async def test_any_story_cut_off_anywhere_ends_the_same(
    fake: FakeModel, model: OpenAIModel, story: list[Step], cuts: list[tuple[bool, int]], streamed: bool
) -> None:
    """RUNTIME 2, 14; ENGINE 5: at any write of the journal and at any question to a model."""
    on_text = (lambda words: None) if streamed else None

    async def run(entries: list[dict[str, Any]], done: list[str], writes: int, answers: int) -> RunResult:
        fake.reset()
        fake.script(*story[sum(entry["kind"] == "answer" for entry in entries) :])
        fake.otherwise(text("The end."))
        entry = agents(CutModel(model, answers), done)
        return await Runner.run(entry, "refund please", journal=CutJournal(entries, writes), on_text=on_text)

    plain_done: list[str] = []
    plain = await run([], plain_done, 999, 999)
    entries: list[dict[str, Any]] = []
    done: list[str] = []
    for of_model, at in cuts:
        try:
            await run(entries, done, 999 if of_model else at, at if of_model else 999)
        except PowerCut:
            continue
    again = await run(entries, done, 999, 999)
    fake.reset()

    assert (again.status, again.text, again.reason, again.summary) == (
        *(plain.status, plain.text, plain.reason, plain.summary),
    )
    assert told(again) == told(plain)
    assert (again.handoffs, again.usage) == (plain.handoffs, plain.usage)
    assert once(done) == once(plain_done)
    hooks = [what for what in done if what.startswith("hook")]
    assert Counter(what.split(" ")[2] for what in hooks) == Counter(
        what.split(" ")[2] for what in plain_done if what.startswith("hook")
    )


def once(done: list[str]) -> set[str]:
    """The effects by their keys; an idempotent one may be asked for again with the same key."""
    return {what for what in done if what.startswith("refund")}


STORY = [
    call("nonsense"),
    calls(call("refund", invoice=9), call("transfer_to_b", reason="paid"), words="A moment."),
    call("refund", invoice=1),
    call("transfer_to_a", reason="found"),
    call("refund", invoice=2),
    text("I'll connect you with a colleague."),
    call("transfer_to_b", reason="yours"),
    call("transfer_to_desk", reason="angry"),
]


@pytest.mark.parametrize("of_model", [False, True], ids=["at each write", "at each question"])
async def test_one_long_story_is_cut_off_at_every_single_point(
    fake: FakeModel, model: OpenAIModel, of_model: bool
) -> None:
    """Each effect and each hook happens exactly once, whichever point it is."""
    cuts = 0
    while True:
        entries: list[dict[str, Any]] = []
        done: list[str] = []
        fake.reset()
        fake.script(*STORY)
        entry = agents(CutModel(model, cuts if of_model else 999), done)
        try:
            await Runner.run(entry, "refund please", journal=CutJournal(entries, 999 if of_model else cuts))
        except PowerCut:
            cuts += 1
        else:
            break
        fake.reset()
        fake.script(*STORY[sum(entry["kind"] == "answer" for entry in entries) :])
        result = await Runner.run(agents(model, done), "refund please", journal=CutJournal(entries, 999))
        assert (result.status, result.handoff_target) == ("handoff", TeamTarget("desk"))
        assert result.handoff_chain == ["a", "b", "a", "b"]
        assert len(once(done)) == 3
        assert [what.split(" ")[2] for what in done if what.startswith("hook")] == ["b", "b", "a", "b", "b"]
        assert result.state.session_state == {"9": "refunded", "1": "refunded", "2": "refunded"}

    assert cuts == (8 if of_model else 23)
