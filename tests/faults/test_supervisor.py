"""`baton serve --workers N`: a process that dies delays nothing for long, and none is left behind or given up."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import redis

from bot.commands.plainly import Stop
from bot.commands.serving import start_supervised
from bot.store.core import SHARDS, owners_of
from bot.store.places import place_of, shard_of
from bot.supervisor import LONGEST_PAUSE_S, Program, Supervisor, pause_s
from handlers.ports import Unavailable
from tests.fakes import desk as fakes
from tests.fakes.desk import Desk, agent_lines, eventually
from tests.fakes.model import FakeModel, text
from tests.redis_servers import SERVERS, PrivateServer

LONGEST_S = 30.0
LEASE_S = "120"  # the longest there is: what waited for its end would be given up before


# ---- a whole desk ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def supervised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An ingress and two workers below one supervisor, which is the desk's only program."""
    folder = tmp_path_factory.mktemp("supervised")
    (folder / "config.yaml").write_text(fakes.config())
    with ExitStack() as stack:
        store = stack.enter_context(PrivateServer(next(iter(SERVERS.values()))))
        model = FakeModel().start()
        stack.callback(model.stop)
        variables = fakes.environment(
            REDIS_URL=store.url, BATON_API_TOKEN=fakes.TOKEN, BATON_SECRET_KEY=fakes.SECRET, OPENAI_API_KEY="none",
            OPENAI_BASE_URL=model.base_url, BATON_LEASE_S=LEASE_S,
        )  # fmt: skip
        program = fakes.Program(("serve", "--workers", "2", "--port", "0"), folder, variables, "supervisor")
        desk = Desk(program, redis=store, redis_url=store.url, model=model, workers=[])
        stack.callback(desk.http.close)
        stack.callback(program.kill)
        yield desk


@pytest.fixture
def desk(supervised: Desk) -> Desk:
    if supervised.program.process is None:
        supervised.program.start()
    return supervised


def told(desk: Desk, event: str) -> list[dict[str, object]]:
    """What the supervisor has logged under that name, since the first start."""
    entries = [json.loads(line) for line in desk.program.log.splitlines() if line.startswith("{")]
    return [entry for entry in entries if entry["event"] == f"supervisor.{event}"]


def running(desk: Desk, child: str) -> int:
    """The process that was last started as this child."""
    pid = [entry["pid"] for entry in told(desk, "child_started") if entry["child"] == child][-1]
    assert isinstance(pid, int)
    return pid


def ended(desk: Desk, pid: int) -> dict[str, object]:
    """What is logged of its end, which is after its leases were reaped."""
    found = eventually(
        lambda: [one for one in told(desk, "child_ended") if one["pid"] == pid], what=f"the end of {pid}"
    )
    return found[0]


def lease(store: "redis.Redis", conversation: str) -> tuple[str, float]:
    """Its owner, and when it ends (0: there is none)."""
    tag = f"{{{shard_of(place_of(conversation), SHARDS)}}}"
    owner = store.hget(f"{tag}:c:{conversation}", "o")
    ends = store.zscore(f"{tag}:l", conversation)
    assert owner is None or isinstance(owner, bytes)
    assert ends is None or isinstance(ends, float)
    return (owner or b"").decode(), ends or 0.0


def test_what_a_killed_worker_held_goes_on_before_its_lease_ends(desk: Desk) -> None:
    may_answer = threading.Event()
    desk.model.rule("cherry", text("Once.", when=may_answer))
    desk.say("killed", "cherry?")
    desk.until_asked("cherry")
    with redis.Redis.from_url(desk.redis.url) as store:
        owner, ends_ms = lease(store, "killed")
        dead = int(owner.split(":")[1])

        os.kill(dead, signal.SIGKILL)
        end = ended(desk, dead)
        desk.until_asked("cherry", 2)
        next_owner, _ = lease(store, "killed")
        now_s, _ = store.time()
        may_answer.set()
        view = desk.answered("killed")

    assert (end["code"], end["reaped"]) == (-signal.SIGKILL, 1)
    assert owner.startswith(owners_of(dead)) and not next_owner.startswith(owners_of(dead))
    assert now_s * 1000 < ends_ms
    assert agent_lines(view) == ["Once."]
    eventually(lambda: running(desk, str(end["child"])) != dead, what="another process in its place")


def test_who_writes_while_the_ingress_is_started_again_waits_and_is_not_refused(desk: Desk) -> None:
    dead = running(desk, "ingress")
    os.kill(dead, signal.SIGKILL)
    ended(desk, dead)

    answer = desk.say("waits", "are you there?")

    assert answer.status_code == 202
    assert running(desk, "ingress") != dead


def test_asked_to_end_they_drain_and_their_work_is_done_by_the_next(desk: Desk) -> None:
    desk.model.rule("gooseberry", text("Answered.", delay_s=0.3))
    for number in range(4):
        desk.say(f"drained-{number}", "gooseberry?")
    pids = [running(desk, child) for child in ("ingress", "worker-1", "worker-2")]

    code = desk.program.end()
    ends = [ended(desk, pid) for pid in pids]
    desk.program.start()
    views = [desk.answered(f"drained-{number}") for number in range(4)]

    assert code == 0
    assert [(end["code"], end["reaped"]) for end in ends] == [(0, 0)] * 3
    assert [agent_lines(view) for view in views] == [["Answered."]] * 4


def test_a_killed_supervisor_leaves_no_process_behind(desk: Desk) -> None:
    with redis.Redis.from_url(desk.redis.url) as store:
        assert len(store.client_list()) > 3

        desk.program.kill()
        eventually(lambda: len(store.client_list()) == 1, what="the end of all who use the store")

    with pytest.raises(httpx.ConnectError):
        desk.say("nobody", "is anybody there?")


# ---- what cannot start -----------------------------------------------------------------------------------------------


def serve(folder: Path, *options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from bot.cli import main; main()", "serve", *options]
    environment = fakes.environment(BATON_API_TOKEN=fakes.TOKEN, BATON_SECRET_KEY=fakes.SECRET, **variables)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_configuration_that_is_wrong_is_said_once_and_ends_all_with_the_childs_code(
    tmp_path: Path, redis_url: str
) -> None:
    (tmp_path / "config.yaml").write_text("version: 1\n")

    refused = serve(tmp_path, "--workers", "3", "--port", "0", REDIS_URL=redis_url)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count('config.yaml:1:1 error[missing-key] the file needs "agents"\n') == 1
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_taken_is_named_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        refused = serve(tmp_path, "--workers", "1", "--port", port, REDIS_URL="redis://127.0.0.1:1/0")

    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}: " in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(("role", "workers"), [("ingress", 2), ("all", 0), ("worker", -1)])
def test_a_number_of_workers_that_makes_no_sense_is_wrong_usage(role: str, workers: int) -> None:
    with pytest.raises(Stop) as refused:
        start_supervised(role, workers, "127.0.0.1", 0, None)  # type: ignore[arg-type]

    assert refused.value.code == 2
    assert "--workers" in str(refused.value) and "\n" not in str(refused.value)


# ---- one supervisor, small children ----------------------------------------------------------------------------------

BEGIN = "import os, sys, time; tether = int(sys.argv[-1]); "
SERVES = BEGIN + "os.write(tether, b'ready\\n'); os.read(tether, 1)"
HANGS = BEGIN + "os.write(tether, b'ready\\n'); time.sleep(600)"
FAILS = BEGIN + "sys.exit(7)"


class Reaped:
    """Instead of a store: whose leases were asked for."""

    def __init__(self, *, away: bool = False) -> None:
        self.owners: list[str] = []
        self._away = away

    async def __call__(self, owner: str) -> int:
        self.owners.append(owner)
        if self._away:
            raise Unavailable("for this test")
        return 0


def programs(sources: Sequence[str], heard: "asyncio.Queue[str] | None" = None) -> list[Program]:
    said = heard.put_nowait if heard is not None else lambda _: None
    return [Program(f"child-{n}", (sys.executable, "-S", "-c", source), heard=said) for n, source in enumerate(sources)]


@asynccontextmanager
async def kept(supervisor: Supervisor) -> AsyncIterator["asyncio.Task[int]"]:
    """From all being ready until all have ended, whose exit code the task then has."""
    ready = asyncio.Event()
    async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as group:
        running = group.create_task(supervisor.run(ready.set))
        await ready.wait()
        yield running
        supervisor.stop()


@pytest.mark.anyio
@pytest.mark.parametrize("away", [False, True])
async def test_one_that_dies_is_reaped_and_started_again_whether_or_not_the_store_is_there(away: bool) -> None:
    reaped, heard = Reaped(away=away), asyncio.Queue[str]()
    supervisor = Supervisor(programs([SERVES, SERVES], heard), reaped)

    async with kept(supervisor) as running:
        before = [child.pid for child in supervisor.children]
        for _ in before:
            await heard.get()
        os.kill(before[1], signal.SIGKILL)
        await heard.get()
        reaped_by_then, after = list(reaped.owners), [child.pid for child in supervisor.children]

    assert reaped_by_then == [owners_of(before[1])]
    assert after[0] == before[0] and after[1] != before[1]
    assert running.result() == 0


@pytest.mark.anyio
async def test_one_that_does_not_drain_is_killed_and_the_exit_code_says_so() -> None:
    reaped = Reaped()
    supervisor = Supervisor(programs([SERVES, HANGS]), reaped, drain_s=0.05)

    async with kept(supervisor) as running:
        pids = {child.pid for child in supervisor.children}

    assert running.result() == 1
    assert set(reaped.owners) == {owners_of(pid) for pid in pids}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("command", "expected"), [((sys.executable, "-S", "-c", FAILS), 7), (("/no/such/program",), 1)]
)
async def test_when_one_cannot_start_the_others_are_ended_and_its_code_is_the_result(
    command: Sequence[str], expected: int
) -> None:
    announced: list[bool] = []
    first, last = programs([SERVES, SERVES])
    supervisor = Supervisor([first, Program("wrong", command), last], Reaped())

    async with asyncio.timeout(LONGEST_S):
        code = await supervisor.run(lambda: announced.append(True))

    assert (code, announced) == (expected, [])


def test_one_that_keeps_dying_is_tried_again_for_ever_after_longer_and_longer_pauses() -> None:
    pauses = [pause_s(deaths) for deaths in range(1, 10_000)]

    assert pauses[0] == 0.0 < pauses[1]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
