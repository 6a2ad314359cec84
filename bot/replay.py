"""A conversation from its log: decided again and compared, link by link; its agents' turns run again from what their
models answered. Nothing here touches the network.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from bot.agent_runtime import Runtime
from bot.store import codec
from bot.store.log import Damage, Entry, TurnEntry, event_of, journal_entries, logged, written
from bot.store.logbook import Logbook
from bot.store.states import state_entry
from handlers.agent import request
from handlers.replay import Again, Ask, Step, answer_of
from handlers.values import Commit, Decided
from routing.conversation import Conversation
from routing.decide import Decision
from routing.effects import JournalEntry
from routing.events import AgentEvent, AgentFailed, Event
from routing.policy import Policy

PolicyFor = Callable[[str], Awaitable[Policy | None]]
"""Version -> what was in force under that name; None where it is not kept or can no longer be read."""

Verdict = Literal["same", "differs", "damaged", "unknown"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of deciding a conversation again.

    Attributes:
        verdict: `differs`: the same events under the same configuration led elsewhere. `damaged`: the log is not what
            was written. `unknown`: there is not enough of it.
        why: one line for everything but `same`, with the position in the log where there is one.
        steps: as far as it went.
        turns: how many turns of agents were run again from their recorded answers.
        link: the last link of the chain that was made anew.
    """

    id: str
    verdict: Verdict
    why: str
    steps: tuple[Step, ...]
    again: Again
    turns: int = 0
    link: bytes = b""


async def replay(book: Logbook, policy_for: PolicyFor) -> Replayed:
    """Decide it again from its log, and compare every link of the chain, every transition and the state at the end."""
    course = _Course(book, policy_for)
    verdict, why = await course.run()
    return Replayed(book.id, verdict, why, tuple(course.steps), course.again, course.turns_run, course.link)


class _Course:
    """One conversation being decided again."""

    def __init__(self, book: Logbook, policy_for: PolicyFor) -> None:
        self._book = book
        self._policy_for = policy_for
        # All of a turn stands where it ended, behind the reports of its earlier steps.
        self._turns: defaultdict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
        for entry in book.entries:
            if isinstance(entry, TurnEntry):
                self._turns[entry.turn, entry.step].append(dict(entry.entry))
        self.again = Again(book.id, book.place)
        self.steps: list[Step] = []
        self.link = b""
        self.turns_run = 0

    async def run(self) -> tuple[Verdict, str]:
        entries = self._book.entries
        if not self._book.link and not any(isinstance(entry, Damage) for entry in entries):
            return "unknown", "an earlier version wrote it, which kept no events: only its transitions are known"
        for position, entry in enumerate(entries, 1):
            where = f"entry {position} of {len(entries)}"
            match entry:
                case Damage(problem=problem):
                    return "damaged", f"{where}: {problem}"
                case JournalEntry():
                    return "unknown", f"{where}: an earlier version wrote it, which kept no events"
                case Entry():
                    ended = await self._one(position, entry)
                    if ended is not None:
                        return ended[0], f"{where}: {ended[1]}"
        return self._at_the_end()

    async def _one(self, position: int, entry: Entry) -> tuple[Verdict, str] | None:
        again, book = self.again, self._book
        before = again.state
        if before is None and (entry.after_ms or entry.way == "refused"):
            return "unknown", "the log begins in the middle; an earlier version wrote what was before"
        version = entry.policy or (before.config_version if before is not None else "")
        policy = await self._policy_for(version)
        if policy is None:
            return "unknown", f"configuration {version} is not kept, or cannot be read any more"
        policy = replace(policy, version=version, agents_paused=entry.paused)
        lines = book.lines[again.lease.lines : again.lease.lines + entry.lines]
        now_ms = (before or book.stored).created_ms + entry.after_ms
        try:
            event = event_of(entry, before, lines, book.key)
            turn = await self._turn_again(event, policy, now_ms)
            result = again.take(event, policy, now_ms, entry.way)
        except codec.CodecError as error:
            return "damaged", str(error)
        except Exception as error:  # whatever it is, it did not happen when this was decided first
            return "differs", f"it cannot be decided again: {type(error).__name__}: {error}"
        step = Step(position, event, policy, now_ms, entry.way, before, result)
        self.steps.append(step)
        name = type(event).__name__
        if step.after is None:
            return "differs", f"{name} is refused now"
        self.link, anew = _written(self.link, step, again, entry.earlier)
        if logged([anew], book.key) != (entry,):
            return "differs", f"{name}, {_difference(book, entry, step)}"
        return ("differs", f"{name}, {turn}") if turn else None

    def _at_the_end(self) -> tuple[Verdict, str]:
        """What the store holds beside the log must be what the log comes to."""
        book, state = self._book, self.again.state
        if state is None or self.again.lease.lines != len(book.lines):
            return "damaged", f"the log wrote {self.again.lease.lines} lines, the transcript has {len(book.lines)}"
        if book.state not in (state_entry(state), codec.encode(state)):
            return "differs", f"at the end: {_fields(book.stored, state)} not as it is stored"
        if self.link != book.link:
            return "damaged", "the log is shorter than the chain that is stored with the state"
        return "same", ""

    # ---- the turns of agents -------------------------------------------------------------------------------------

    async def _turn_again(self, event: Event, policy: Policy, now_ms: int) -> str:
        """Run a reported step again from what its models and tools answered; what is different, if anything.

        A step without recorded answers came to its end by something else, such as a model that could not be reached."""
        state = self.again.state
        if not isinstance(event, get_args(AgentEvent)) or state is None or state.run is None:
            return ""
        recorded = self._turns.get((event.turn, event.step), [])
        answers = any(entry.get("kind") == "answer" for entry in recorded)
        if not answers or (state.run.turn, state.run.step) != (event.turn, event.step):
            return ""
        self.again.lease.now_ms = now_ms
        runtime, journal = RecordedRuntime(), ReadOnlyJournal(recorded)
        report = await runtime.run(request(state, self.again.lines, policy, runtime, self.again.lease), journal)
        self.turns_run += 1
        if runtime.asked and isinstance(event, AgentFailed):
            return ""  # its models went away after those answers
        then, now = _report(event), _report(report)
        return "" if then == now else f"the recorded answers come to another report: {answer_of(report)}"


def _written(link: bytes, step: Step, again: Again, earlier: bool) -> tuple[bytes, bytes]:
    """The link and the entry that this step would leave now, in the form of the one that it left then."""
    decided = Decided(step.event, step.now_ms, step.policy.version, step.policy.agents_paused, way=step.way)
    if isinstance(step.result, Decision):
        after, moves = step.result.conversation, step.result.journal
        decided = replace(decided, effects=step.result.effects)
        commit = Commit(None, after, again.written, moves, decided=decided)
        state = codec.encode(after) if earlier else state_entry(after)
        return written(link, step.before, commit, state, earlier=earlier)
    return written(link, step.before, Commit(None, None, decided=decided), b"", earlier=earlier)


def _difference(book: Logbook, entry: Entry, step: Step) -> str:
    """What is different where two links are not the same."""
    then = [_gist(one) for one in journal_entries(entry, book.stored.created_ms, book.key)]
    now = [_gist(one) for one in step.moves]
    if then != now:
        return f"then {', '.join(then) or 'no transition'}; now {', '.join(now) or 'no transition'}"
    return "the same transitions, but not the same entry, state or effects"


def _gist(entry: JournalEntry) -> str:
    return f"{entry.before} -> {entry.after} ({entry.reason})"


def _fields(then: Conversation, now: Conversation) -> str:
    names = [one.name for one in fields(Conversation) if getattr(then, one.name) != getattr(now, one.name)]
    return f"{', '.join(names) or 'its bytes'} {'is' if len(names) == 1 else 'are'}"


def _report(event: Event) -> Event:
    """A report without what only the clock and the place say of it."""
    said: Any = event
    empty: dict[str, Any] = {"usage": None, "channel": "", "topics": {}}
    without: Event = replace(said, **{name: value for name, value in empty.items() if hasattr(said, name)})
    return without


class NotRecorded(Exception):
    """A model was to be asked for an answer that is not in the log."""


class RecordedModel:
    """Stands where a model was: what it said is in the journal, and it is never asked."""

    name = "recorded"

    def __init__(self, asked: Callable[[], None]) -> None:
        self._asked = asked

    async def answer(self, request: Any) -> Any:
        self._asked()
        raise NotRecorded("an answer that is not in the log")

    async def stream(self, request: Any) -> Any:
        await self.answer(request)
        yield ""


class RecordedRuntime(Runtime):
    """Agents as they are declared, with models that only have what is in the log."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = False

    def _model(self, *_: Any, **__: Any) -> Any:
        return RecordedModel(self._was_asked)

    def _was_asked(self) -> None:
        self.asked = True


class ReadOnlyJournal:
    """RunJournal of a turn that is over: nothing is written to it, and no tool with an effect begins."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self._entries = [dict(entry) for entry in entries]

    async def recorded(self) -> list[dict[str, Any]]:
        return [dict(entry) for entry in self._entries if entry.get("kind") != "begun"]

    async def append(self, entry: Mapping[str, Any]) -> None:
        """What was done once is not written again."""

    async def begin(self, call_id: str) -> Literal["begun", "again", "refused"]:
        return "refused"


def asking(runtime: Runtime) -> Ask:
    """Asks the models of today, one step of one turn at a time. Tools with an effect stay untouched: a turn that wants
    one ends as one whose outcome nobody knows."""

    async def ask(again: Again, policy: Policy) -> AgentEvent:
        assert again.state is not None
        asked = request(again.state, again.lines, policy, runtime, again.lease)
        return await runtime.run(asked, ReadOnlyJournal(()))

    return ask
