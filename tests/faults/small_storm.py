"""A storm that is the same every time: one accident after another, each in a conversation of its own and at the instant
where it does the most harm."""

import datetime
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.store.redis import RedisStore
from bot.tenure import Tenure
from handlers.ports import Unavailable
from routing.events import Claimed, Replied
from tests.faults.checker import History, broken_ledger, broken_promises, holders_speak
from tests.faults.looking import as_rest_would, looked_into
from tests.faults.stage import ANSWER_S, Shown, Stage, Talk, Worker, staged

Accident = Callable[[Stage, Talk], Awaitable[None]]
SHORTEST_WAIT_MS = 5_000  # no deadline of the configuration is shorter


async def taken_over_before_it_writes(stage: Stage, talk: Talk) -> None:
    """The other worker has the lease and has not written yet when the first goes on."""
    theirs: list[Tenure] = []

    async def accident(worker: Worker, call: tuple[Any, ...]) -> None:
        await stage.frozen(worker)
        theirs.extend(await stage.take_something(stage.two))

    await talk.say("where is it")
    await talk.say("and when")
    stage.one.before["commit"] = accident
    await stage.work(stage.one)
    await stage.work(stage.two, theirs)


async def taken_over_before_it_sends(stage: Stage, talk: Talk) -> None:
    """The row is marked, not sent; the other worker finds that out, sends it and is done when the first goes on."""

    async def accident(worker: Worker, call: tuple[Any, ...]) -> None:
        await stage.frozen(worker)
        await stage.work(stage.two)

    await talk.say("where is it")
    stage.one.after["mark"] = accident
    await stage.work(stage.one)


async def written_late(stage: Stage, talk: Talk) -> None:
    """A commit hangs in the wire; it arrives when the worker has long given up waiting and has written it again."""

    async def hangs(worker: Worker, call: tuple[Any, ...]) -> None:
        async def arrives(worker: Worker, later: tuple[Any, ...]) -> None:
            name, shard, *args = call
            await RedisStore.on_shard(worker, name, shard, *args)

        worker.after["commit"] = arrives
        raise Unavailable("the wire hangs")

    await talk.say("where is it")
    await talk.say("and when")
    stage.one.before["commit"] = hangs
    await stage.work(stage.one)


async def heard_twice(stage: Stage, talk: Talk) -> None:
    """The answer to whoever wrote, and to staff, is lost; both send it again."""

    async def lost(worker: Worker, call: tuple[Any, ...]) -> None:
        raise Unavailable("the answer is lost")

    stage.one.after["enq"] = lost
    await talk.say("a human please")
    await stage.work(stage.one)
    stage.one.after["enq"] = lost
    await talk.act("claim", Claimed("ben"))
    await stage.work(stage.one)
    stage.one.after["enq"] = lost
    await talk.act("reply", Replied("ben", "here I am"), text="here I am")
    await stage.work(stage.one)


async def said_while_an_agent_thinks(stage: Stage, talk: Talk) -> None:
    stage.agents.while_thinking = lambda: talk.say("a human please")
    await talk.say("think about this")
    await stage.work(stage.one)


async def said_at_the_last_moment(stage: Stage, talk: Talk) -> None:
    """Everything is done, the lease is about to be given back."""

    async def accident(worker: Worker, call: tuple[Any, ...]) -> None:
        await talk.say("and one more thing")

    await talk.say("where is it")
    stage.one.before["unlease"] = accident
    await stage.work(stage.one)


async def cut_off_before_it_sends(stage: Stage, talk: Talk) -> None:
    """The worker has a row in hand when the store goes away, and looks at what there is when it is back."""

    async def accident(worker: Worker, call: tuple[Any, ...]) -> None:
        raise Unavailable("away")

    await talk.say("where is it")
    stage.one.before["mark"] = accident
    await stage.work(stage.one)


async def taken_over_before_it_leaves(stage: Stage, talk: Talk) -> None:
    """A person has been told that it is theirs while the agent's answer was about to leave."""

    async def accident(worker: Worker, call: tuple[Any, ...]) -> None:
        claim = await talk.act("claim", Claimed("ben"))
        await worker.outcome(talk.id, claim, wait_s=ANSWER_S)

    await talk.say("where is it")
    stage.one.before["mark"] = accident
    await stage.work(stage.one)


async def died_after_it_wrote(stage: Stage, talk: Talk) -> None:
    """The claim is written; nothing else that its worker wanted to do happens any more."""
    await talk.say("a human please")
    await stage.work(stage.one)
    await talk.act("claim", Claimed("ben"))
    stage.one.after["commit"] = stage.died
    await stage.work(stage.one)
    await stage.work(stage.two)
    stage.one.dead = False  # another is started in its place


async def resolved_unseen(stage: Stage, talk: Talk) -> None:
    await talk.say("a human please")
    await talk.act("claim", Claimed("ben"))
    await talk.act("reply", Replied("ben", "solved, I think", seen=1), text="solved, I think")
    await talk.say("no, it is not")
    await talk.resolve(seen=1)
    await stage.work(stage.one)


async def an_old_deadline(stage: Stage, talk: Talk) -> None:
    """The last moment to write again: the deadline comes behind the line, and behind the next resolution."""
    await talk.say("a human please")
    await talk.act("claim", Claimed("ben"))
    await talk.resolve(seen=1)
    await stage.work(stage.one)
    await talk.say("it broke again")
    await talk.resolve(seen=2)
    stage.clock.now_ms += stage.policy.defaults.reopen.within_ms
    await stage.one.fire_timers()
    await stage.work(stage.one)


ACCIDENTS = (
    taken_over_before_it_writes,
    taken_over_before_it_sends,
    written_late,
    heard_twice,
    said_while_an_agent_thinks,
    said_at_the_last_moment,
    cut_off_before_it_sends,
    taken_over_before_it_leaves,
    died_after_it_wrote,
    resolved_unseen,
    an_old_deadline,
)


async def storm(
    url: str, folder: Path, *, sources: Mapping[str, str] | None = None, accidents: Sequence[Accident] = ACCIDENTS
) -> list[str]:
    """These accidents, one after another, and every promise that is broken, in words."""
    broken = []
    async with staged(url, folder, sources) as stage:
        for accident in accidents:
            talk = Talk(stage, accident.__name__)
            await accident(stage, talk)
            await talk.hear()
            stage.one.before.clear()
            stage.one.after.clear()
            broken += await broken_in(stage, talk, folder)
    return broken


async def broken_in(stage: Stage, talk: Talk, folder: Path) -> list[str]:
    """Every promise that is broken now."""
    [history], slots = await looked_into(stage.two, [talk], as_rest_would(folder))
    checks = (posted_as_said(history, stage.platform), deadlines_are_of_now(history), nothing_unseen(history, talk))
    broken = [f"{talk.id}: {problem}" for check in checks for problem in check]
    here = {person: taken & {talk.id} for person, taken in slots.items()}
    return broken_promises(history) + broken + broken_ledger([history], here)


# ---- what the checker cannot see in a transcript ---------------------------------------------------------------------


def posted_as_said(history: History, platform: Shown) -> Iterator[str]:
    """Once each; an agent's words while it held it (I3), those of a person may leave when they have given it away."""
    posts = [post for post in platform.posts if post["conversation"] == history.conversation]
    for key, times in Counter(post["key"] for post in posts).items():
        if times > 1:
            yield f"row {key} was posted {times} times"
    of_agents = [post for post in posts if post["author"]["kind"] == "agent"]
    yield from holders_speak(History(history.conversation, {**history.view, "messages": of_agents}))


def deadlines_are_of_now(history: History) -> Iterator[str]:
    """A deadline that has only begun does not end anything (I7)."""
    for before, entry in itertools.pairwise(history.journal):
        if entry["event"] == "TimerFired" and before["from"] != before["to"]:
            waited_ms = _ms(entry["at"]) - _ms(before["at"])
            if waited_ms < SHORTEST_WAIT_MS:
                yield f"the deadline of an earlier wait moved it to {entry['to']} after {waited_ms:.0f} ms"


def nothing_unseen(history: History, talk: Talk) -> Iterator[str]:
    """Who resolves ends what they have seen, nothing newer."""
    if history.view["state"] == "resolved" and talk.seen < len(talk.accepted):
        yield f"message {len(talk.accepted)} was resolved unseen: ben had seen up to {talk.seen}"


def _ms(stamp: str) -> float:
    return datetime.datetime.fromisoformat(stamp).timestamp() * 1000
