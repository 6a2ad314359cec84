"""`baton dead-letters`: what it prints and how it ends."""

import asyncio
import json

import pytest

from bot.commands.dead_letters import discard, list_letters, retry, show
from bot.commands.plainly import Stop
from bot.store.codec import encode
from bot.store.redis import RedisStore
from handlers.values import Mail
from routing.events import MessageReceived

Out = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> str:
    monkeypatch.setenv("REDIS_URL", redis_url)
    return redis_url


def written(url: str, count: int = 1) -> list[str]:
    """So many events of one conversation that were given up; their ids."""

    async def write() -> list[str]:
        async with RedisStore(url) as store:
            tag = store.tag(store.shard_of_id("order-7"))
            for n in range(count):
                mail = Mail(f"m-{n}", MessageReceived(n, "mia", f"poison {n}", 0))
                fields = ("of", "order-7", "what", "mail", "record", encode(mail), "error", "boom")
                await store.calls.call("XADD", f"{tag}:x", "*", *fields)
            return [letter.id for letter in await store.dead_letters()]

    return asyncio.run(write())


def test_none_is_fine_and_some_are_a_problem(installation: str, capsys: Out) -> None:
    assert list_letters() == 0
    assert capsys.readouterr().out == "no dead letters\n"

    [letter] = written(installation)
    assert list_letters() == 1
    assert capsys.readouterr().out.startswith(f"{letter}  2")

    assert list_letters(format="json") == 1
    assert json.loads(capsys.readouterr().out)[0]["kind"] == "MessageReceived"


def test_one_is_shown_whole(installation: str, capsys: Out) -> None:
    [letter] = written(installation)

    assert show(letter) == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["error"], shown["record"]["event"]["text"]) == ("boom", "poison 0")


def test_named_ones_are_put_back_and_the_rest_thrown_away(installation: str, capsys: Out) -> None:
    first, second = written(installation, 2)

    assert retry(first) == 0
    assert discard(all=True) == 0

    assert capsys.readouterr().out == f"{first}: put back\n{second}: thrown away\n"
    assert list_letters() == 0


@pytest.mark.parametrize(("named", "everything"), [((), False), (("5-1-1",), True)])
def test_which_ones_must_be_said_one_way(named: tuple[str, ...], everything: bool) -> None:
    with pytest.raises(Stop, match="--all"):
        discard(*named, all=everything)


def test_what_is_not_there_is_one_line(installation: str) -> None:
    with pytest.raises(Stop, match="there is no dead letter 5-1-1") as stop:
        show("5-1-1")
    assert stop.value.code == 1
    with pytest.raises(Stop, match="is not the id of a dead letter"):
        retry("nonsense")
