"""`baton dead-letters`: what could not be processed, and what to do about it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from bot.commands.config import FINE, PROBLEM
from bot.commands.installation import installation_store
from bot.commands.plainly import Stop, plainly
from bot.store.dead_letters import DeadLetter
from bot.store.redis import RedisStore

dead_letters_app = App(
    name="dead-letters",
    help="What could not be processed. The conversations themselves went to a person when it happened.",
)

Ids = Annotated[list[str], Parameter(negative="")]
Flag = Annotated[bool, Parameter(negative="")]
Format = Literal["text", "json"]


@dead_letters_app.command(name="list")
def list_letters(*, format: Format = "text", config: Path | None = None) -> int:
    """One line each: id, when, conversation, what it was, why it was given up. Exit 1 when there are any.

    Parameters
    ----------
    format:
        How they are printed.
    config:
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """
    letters = _run(config, lambda store: store.dead_letters())
    if format == "json":
        _out(json.dumps([_summary(letter) for letter in letters], ensure_ascii=False, indent=2))
    for letter in letters if format == "text" else ():
        _out(f"{letter.id}  {_when(letter)}  {letter.conversation}  {letter.what} {letter.kind}  {letter.error}")
    if format == "text" and not letters:
        _out("no dead letters")
    return PROBLEM if letters else FINE


@dead_letters_app.command
def show(letter: str, /, *, config: Path | None = None) -> int:
    """One of them whole, as JSON. It may hold what customers wrote.

    Parameters
    ----------
    letter:
        Its id, as `list` shows it.
    config:
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """
    found = _run(config, lambda store: _known(store, letter))
    record = asdict(found.record) if found.record is not None else None
    _out(json.dumps({**_summary(found), "record": record}, ensure_ascii=False, indent=2, default=str))
    return FINE


@dead_letters_app.command
def retry(*letters: str, all: Flag = False, config: Path | None = None) -> int:
    """Put events back into their mailbox and calls back into their lane. A call of which nobody knows whether it was
    made is then made: see with `show` what it would do, and look there first.

    Parameters
    ----------
    letters:
        Ids, as `list` shows them.
    all:
        Every one that there is.
    config:
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """
    return _each(letters, all, config, "put back", lambda store, letter: store.retry_dead_letter(letter))


@dead_letters_app.command
def discard(*letters: str, all: Flag = False, config: Path | None = None) -> int:
    """Throw them away for good.

    Parameters
    ----------
    letters:
        Ids, as `list` shows them.
    all:
        Every one that there is.
    config:
        The configuration; without it $BATON_CONFIG, then config.yaml in this directory. It names the embedded store.
    """
    return _each(letters, all, config, "thrown away", lambda store, letter: store.discard_dead_letter(letter.id))


def _each(
    named: tuple[str, ...],
    everything: bool,
    config: Path | None,
    done: str,
    act: Callable[[RedisStore, DeadLetter], Awaitable[bool]],
) -> int:
    if bool(named) == everything:
        raise Stop("name dead letters by their ids, or say --all")

    async def each(store: RedisStore) -> int:
        letters = await store.dead_letters() if everything else [await _known(store, one) for one in named]
        code = FINE
        for letter in letters:
            try:
                gone = not await act(store, letter)
            except ValueError as error:
                _out(f"{letter.id}: left where it is; {error}")
                code = PROBLEM
                continue
            _out(f"{letter.id}: {'was gone already' if gone else done}")
        return code

    code: int = _run(config, each)
    return code


async def _known(store: RedisStore, letter: str) -> DeadLetter:
    try:
        found = await store.dead_letter(letter)
    except ValueError as error:
        raise Stop(str(error)) from None
    if found is None:
        raise Stop(f"there is no dead letter {letter}", PROBLEM)
    return found


def _run(config: Path | None, work: Callable[[RedisStore], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        async with installation_store(config) as store:
            return await work(store)

    with plainly():
        return asyncio.run(go())


def _summary(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "at": _when(letter),
        "conversation": letter.conversation,
        "what": letter.what,
        "kind": letter.kind,
        "error": letter.error,
    }


def _when(letter: DeadLetter) -> str:
    return datetime.fromtimestamp(letter.at_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _out(line: str) -> None:
    sys.stdout.write(f"{line}\n")
