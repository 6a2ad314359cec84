"""`baton replay`: decide past conversations again, from what was written down of them."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bot.agent_runtime import Runtime
from bot.commands.config import FINE, PROBLEM, WRONG_USAGE
from bot.commands.installation import installation_store
from bot.commands.plainly import Stop, plainly
from bot.config_file import check_text, load
from bot.observe.logs import configure
from bot.replay import PolicyFor, Replayed, asking, replay
from bot.settings import Settings, known_environment, load_settings
from bot.store.codec import CodecError
from bot.store.config_versions import ConfigVersions
from bot.store.redis import RedisStore
from handlers.replay import Again, Elsewhere, elsewhere
from routing import values
from routing.conversation import Conversation, describe, state_of
from routing.policy import Policy

replay_app = App(name="replay")
Flag = Annotated[bool, Parameter(negative="")]
PAGE = 200
SHOWN_LINK = 12  # letters of a link: enough to compare two outputs by eye


@dataclass(frozen=True, slots=True)
class Found:
    """One conversation, decided again; `other` by another configuration or with models that answered anew.

    `verdict` is that of `Replayed`, or `damaged` where not even the log can be reached.
    """

    id: str
    verdict: str
    why: str
    replayed: Replayed | None = None
    other: Elsewhere | None = None

    @property
    def failed(self) -> bool:
        return self.verdict in ("differs", "damaged")

    @property
    def ways_part(self) -> bool:
        """Whether the other way is another one. Always information, never a failure."""
        other = self.other
        if other is None or self.replayed is None:
            return False
        same = outcome(other.again) == outcome(self.replayed.again)
        return other.parting is not None or bool(other.said) or other.unasked or not same


@replay_app.default
def replay_command(
    id: str | None = None, /, *, since: str | None = None, config: Path | None = None, live_model: Flag = False
) -> int:
    """Decide a conversation again from its log and say whether it comes out the same. Needs no network but for Redis.

    Every event, clock reading, model answer and tool result that it used is in its log, under a chain of hashes. Exit 1
    if it comes out differently under the configuration that was in force then (an error in Baton, another version of
    it, or a log that was changed), and for one conversation also if it cannot be decided again. What --config and
    --live-model show is information: they do not change the exit code.

    Parameters
    ----------
    id
        The conversation.
    since
        Instead of one, all that were touched in this time (7d, 12h), with a summary.
    config
        Try this file in place of the configuration that was in force.
    live_model
        Ask the models again in place of their recorded answers. No tool with an effect is called.
    """
    if (id is None) == (since is None):
        sys.stderr.write("name one conversation, or how far back to go with --since 7d\n")
        return WRONG_USAGE
    try:
        since_ms = values.duration_ms(since) if since is not None else 0
    except ValueError as error:
        sys.stderr.write(f"--since {error}\n")
        return WRONG_USAGE
    configure(quiet=True)
    with plainly():
        policy = load(config, known_environment()) if config is not None else None
        return asyncio.run(_replay(id, since_ms, policy, live_model=live_model))


async def _replay(id: str | None, since_ms: int, policy: Policy | None, *, live_model: bool) -> int:
    settings = load_settings()
    runtime = _runtime(settings) if live_model else Runtime()
    async with installation_store() as store:
        versions = ConfigVersions(store.calls, store.workspace)
        again = Replays(store, versions, policy, runtime, live=live_model)
        try:
            if id is not None:
                found = await again.one(id)
                if found is None:
                    raise Stop(f"there is no conversation {id}, or nothing has been decided of it yet", PROBLEM)
                sys.stdout.write("\n".join(told(found)) + "\n")
                return FINE if found.verdict == "same" else PROBLEM
            return await _all(again, store, since_ms)
        finally:
            await runtime.aclose()


def _runtime(settings: Settings) -> Runtime:
    key = settings.openai_api_key
    return Runtime(base_url=settings.openai_base_url, api_key=key.get_secret_value() if key is not None else None)


async def _all(again: "Replays", store: RedisStore, since_ms: int) -> int:
    """The table and its sum. What an earlier version wrote cannot be replayed, and that is no failure."""
    counts: Counter[str] = Counter()
    parted = failed = 0
    async for id in touched(store, await store.now_ms() - since_ms):
        found = await again.one(id)
        if found is None:
            continue
        counts[found.verdict] += 1
        failed += found.failed
        parted += found.ways_part
        if found.failed or found.verdict == "unknown" or found.ways_part:
            sys.stdout.write("\n".join(told(found)) + "\n")
    said = f"{counts.total()} conversations: {counts['same']} the same"
    parts = [f"{counts[kind]} {words}" for kind, words in VERDICTS.items() if counts[kind]]
    if again.changes:
        parts.append(f"{parted} would go another way")
    sys.stdout.write(", ".join([said, *parts]) + "\n")
    return PROBLEM if failed else FINE


VERDICTS = {"differs": "different", "damaged": "damaged", "unknown": "that cannot be replayed"}


async def touched(store: RedisStore, from_ms: int) -> AsyncIterator[str]:
    """Conversations whose newest change is not older, newest first, as the lists know them."""
    cursor: str | None = None
    while True:
        items, cursor = await store.find(cursor=cursor, limit=PAGE)
        for item in items:
            if item["updated_ms"] < from_ms:
                return
            yield str(item["id"])
        if cursor is None:
            return


class Replays:
    """Conversations of one store. `changes`: another way is tried beside the recorded one."""

    def __init__(
        self, store: RedisStore, versions: ConfigVersions, policy: Policy | None, runtime: Runtime, *, live: bool
    ) -> None:
        self._store = store
        self._policy = policy
        self._runtime = runtime
        self._live = live
        self._policy_for = policies_of(versions)
        self.changes = live or policy is not None

    async def one(self, id: str) -> Found | None:
        """None: there is no such conversation."""
        try:
            book = await self._store.logbook(id)
        except CodecError as error:
            return Found(id, "damaged", str(error))
        if book is None:
            return None
        replayed = await replay(book, self._policy_for)
        other: Elsewhere | None = None
        if self.changes and replayed.verdict == "same":
            ask = asking(self._runtime) if self._live else None
            other = await elsewhere(replayed.steps, Again(id, book.place), self._policy, self._runtime, ask)
        return Found(id, replayed.verdict, replayed.why, replayed, other)


def policies_of(versions: ConfigVersions) -> PolicyFor:
    """Configurations by version, each read once."""
    known: dict[str, Policy | None] = {}

    async def policy_for(version: str) -> Policy | None:
        if version not in known:
            text = await versions.get(version)
            checked = check_text(text, known_environment(), name=version, version=version) if text is not None else None
            known[version] = checked.policy if checked is not None else None
        return known[version]

    return policy_for


# ---- words -----------------------------------------------------------------------------------------------------------


def told(found: Found) -> list[str]:
    """A conversation in a few lines."""
    replayed = found.replayed
    heads = {"same": "the same", "differs": "DIFFERS", "damaged": "DAMAGED", "unknown": "cannot be replayed"}
    lines = [f"{found.id}: {heads[found.verdict]}" + (f": {found.why}" if found.why else "")]
    if replayed is None:
        return lines
    if found.verdict == "same":
        turns = f", {replayed.turns} steps of agents run again" if replayed.turns else ""
        lines[0] += f", {len(replayed.steps)} events{turns}, chain {replayed.link.hex()[:SHOWN_LINK]}"
    if found.other is not None:
        lines += _other(found.other, replayed.again)
    return lines


def _other(other: Elsewhere, then: Again) -> list[str]:
    lines = []
    if other.parting is not None:
        parting = other.parting
        at = datetime.fromtimestamp(parting.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
        lines.append(f"  parts at entry {parting.position}, {parting.event} of {at.replace('+00:00', 'Z')}")
        lines.append(f"    then {parting.then}")
        lines.append(f"    now  {parting.now}")
    lines += [f"  {who} {was}\n    now {now}" for who, was, now in other.said]
    if other.unasked:
        lines.append("  an agent would be asked whose answer nobody knows; --live-model asks it")
    before, after = outcome(then), outcome(other.again)
    ends = [f"{name} {was} -> {now}" for name, was, now in zip(OUTCOME, before, after, strict=True) if was != now]
    if not ends:
        lines.append("  ends the same: " + ", ".join(map(" ".join, zip(OUTCOME, after, strict=True))))
    else:
        lines.append(f"  ends with {', '.join(ends)}")
    return lines


OUTCOME = ("state", "holder", "route", "priority", "reason")


def outcome(again: Again) -> tuple[str, ...]:
    """How it ends, in the order of `OUTCOME`."""
    state: Conversation | None = again.state
    if state is None:
        return ("",) * len(OUTCOME)
    reason = next((entry.reason for entry in reversed(again.moves) if entry.reason != "none"), "none")
    return state_of(state.holder), describe(state.holder), state.route or "none", state.priority, reason


__all__ = ["Replays", "outcome", "policies_of", "replay_app", "told", "touched"]
