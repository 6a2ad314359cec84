"""A whole desk of real processes: a private Redis, a scripted model, `baton serve` as one ingress and two workers.

    with running(tmp_path, config=desk.config(agent_timeout="2s")) as desk:
        desk.model.rule("invoice", text("It is under Account."))
        desk.say("c-1", "where is my invoice")
        desk.until("c-1", lambda view: desk_words(view) == ["It is under Account."])
        desk.workers[0].kill()

Every process is a child of the test and is ended by its own id, also when the test fails. Nothing here sleeps for a
fixed time: `eventually` looks again and again until a deadline that is only there to end a test that has failed.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.fakes.model import FakeModel
from tests.ports import give_back, take_port
from tests.redis_servers import SERVERS, PrivateServer

TOKEN = "a-token-for-tests"
SECRET = "a-secret-for-tests"
# A process ends when the pipe to the test does: a test run that was itself killed leaves nothing behind.
PROGRAM = """\
import os, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
from bot.cli import main
main()
"""
WITHIN_S = 60.0  # when a test is given up; nothing that passes comes near it
LOOK_AGAIN_S = 0.01
T = TypeVar("T")
View = dict[str, Any]

CONFIG = """\
version: 1
defaults: {{locale: en, agent: triage, team: general, model: {model}, agent_timeout: {agent_timeout},
  slow_line_after: {slow_line_after}, unclaimed_after: {unclaimed_after}, max_handoffs: {max_handoffs},
  detect_cycles: {detect_cycles}}}
agents:
  triage:
    instructions: "{instructions}"
    handoffs: [helper, team:general, team:billing, team:empty, person:ana]
  helper: {{handoff_description: Knows the details, instructions: You help., handoffs: [triage, expert, team:billing]}}
  expert: {{handoff_description: Knows everything, instructions: You know., handoffs: [triage, last]}}
  last: {{handoff_description: Nobody after this one, instructions: You are last., handoffs: [triage, team:billing]}}
people:
  ana: {{name: Ana Duarte}}
  ben: {{name: Ben Okafor}}
  cleo: {{name: Cleo Petit, roles: [lead]}}
{crowd}
teams:
  general: {{members: [ben, cleo, {crowd_keys}], channel: "#desk"}}
  billing: {{members: [ana, ben, cleo], channel: "#desk-billing"}}
  empty: {{members: [], channel: "#desk-empty"}}
triggers:
  - asks_for_human: {{}}
routes:
  - {{name: refunds, examples: ["I was charged twice", "refund please"], at: 0.9, when: {{text: "charged|refund"}},
     to: team:billing}}
  - {{name: default, to: team:general}}
answers:
  - {{name: invoices, examples: ["where is my invoice", "where can I find my invoices"],
     text: "Invoices are under Account > Billing."}}
"""

CROWD = tuple(f"crowd{number}" for number in range(1, 51))


def config(
    *, model: str = "scripted", agent_timeout: str = "30s", slow_line_after: str = "20s", unclaimed_after: str = "10m",
    max_handoffs: int = 3, detect_cycles: bool = True, instructions: str = "Answer what you know.",
) -> str:  # fmt: skip
    """The desk's config.yaml. Ana is of billing, Ben of both teams, Cleo leads both; fifty more
    people are of general, nobody is in the team `empty`."""
    return CONFIG.format(
        model=model, agent_timeout=agent_timeout, slow_line_after=slow_line_after, unclaimed_after=unclaimed_after,
        max_handoffs=max_handoffs, detect_cycles=str(detect_cycles).lower(), instructions=instructions,
        crowd="\n".join(f"  {key}: {{name: {key.title()}, reachable_by_name: false}}" for key in CROWD),
        crowd_keys=", ".join(CROWD),
    )  # fmt: skip


def look_again() -> None:
    """Let others work for a moment before the next look."""
    threading.Event().wait(LOOK_AGAIN_S)


def eventually(look: Callable[[], T], *, what: str = "it", within_s: float = WITHIN_S) -> T:
    """The first true value that `look` returns. Raises AssertionError with the last value after the deadline."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"{what} did not happen: {seen!r}"
        look_again()


@dataclass(slots=True)
class Program:
    """One `baton` process. `start` returns once it serves; `port` is the one that it printed."""

    arguments: Sequence[str]
    folder: Path
    environment: dict[str, str]
    name: str
    port: int = 0
    starts: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.launch()
        self.wait_until_it_serves()

    def launch(self) -> None:
        self.starts += 1
        with (self.folder / f"{self.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *self.arguments],
                cwd=self.folder, env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip

    def wait_until_it_serves(self) -> None:
        """Its first lines name the port: `port 41234` when it serves, `http://127.0.0.1:41234/...` in a demo."""
        assert self.process is not None and self.process.stdout is not None
        for line in self.process.stdout:
            words = line.replace("http://127.0.0.1:", "port ").replace("/", " ").split()
            if "port" in words:
                self.port = int(words[words.index("port") + 1])
                return
        raise AssertionError(f"{self.name} ended with {self.process.wait()}: {self.log[-3000:]}")

    def check(self) -> None:
        """Raises AssertionError if it has ended by itself: what a test waits for would never come."""
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.log[-3000:]}")

    @property
    def log(self) -> str:
        path = self.folder / f"{self.name}.log"
        return path.read_text() if path.exists() else ""

    def send(self, what: signal.Signals) -> None:
        os.kill(self.pid, what)

    def restart_by_kill(self) -> None:
        """A crash, and what the supervisor does then; returns before it serves."""
        self.kill()
        self.launch()

    def kill(self) -> None:
        """As a crash would: no chance to give anything back."""
        if self.process is not None:
            self.process.kill()
            self._gone()

    def end(self) -> int:
        """Ask it to stop and wait until it has; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self._gone()

    def _gone(self) -> int:
        assert self.process is not None
        code = self.process.wait(WITHIN_S)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        self.process = None
        return code


def start_together(programs: Sequence[Program]) -> None:
    for program in programs:
        program.launch()
    for program in programs:
        program.wait_until_it_serves()


@dataclass(slots=True)
class Client:
    """REST as an integrator uses it. Answers are httpx responses, `conversation` is the JSON."""

    program: Program
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            headers={"Authorization": f"Bearer {TOKEN}"}, timeout=WITHIN_S, trust_env=False
        )
    )

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.http.request(method, f"{self.program.url}/api/v1{path}", **more)

    def say(self, conversation: str, words: str, *, sender: str = "mia", id: str | None = None) -> httpx.Response:
        body = {"from": sender, "text": words} | ({"id": id} if id is not None else {})
        return self.request("POST", f"/conversations/{conversation}/messages", json=body)

    def act(self, conversation: str, action: str, by: str, **more: Any) -> httpx.Response:
        return self.request("POST", f"/conversations/{conversation}/{action}", json={"by": by, **more})

    def conversation(self, conversation: str) -> View:
        answer = self.request("GET", f"/conversations/{conversation}")
        assert answer.status_code == 200, answer.text
        view: View = answer.json()
        return view

    def until(self, conversation: str, so: Callable[[View], Any], *, within_s: float = WITHIN_S) -> View:
        """The conversation once it is so."""
        seen: list[View] = []

        def look() -> bool:
            self.check()
            seen[:] = [self.conversation(conversation)]
            return bool(so(seen[0]))

        try:
            eventually(look, within_s=within_s)
        except AssertionError as error:
            raise AssertionError(f"{conversation} never came so far: {told(seen[0]) if seen else ''} {error}") from None
        return seen[0]

    def check(self) -> None:
        self.program.check()

    def queued(self, conversation: str) -> View:
        return self.until(conversation, lambda view: view["state"] == "queued")

    def answered(self, conversation: str) -> View:
        return self.until(conversation, lambda view: view["seq"] > 0 and not view["unanswered"])


@dataclass(slots=True)
class Desk(Client):
    """The running desk. `redis` is None where it runs on a store of somebody else."""

    redis: PrivateServer | None = field(kw_only=True)
    redis_url: str = field(kw_only=True)
    model: FakeModel = field(kw_only=True)
    workers: list[Program] = field(kw_only=True)

    @property
    def ingress(self) -> Program:
        return self.program

    @property
    def programs(self) -> list[Program]:
        return [self.program, *self.workers]

    def check(self) -> None:
        for program in self.programs:
            program.check()

    def asked(self, words: str) -> list[dict[str, Any]]:
        """The requests to the model in which a customer says these words."""
        return [
            request for request in self.model.requests
            if any(words in str(message.get("content")) for message in request["messages"] if message["role"] == "user")
        ]  # fmt: skip

    def until_asked(self, words: str, times: int = 1) -> None:
        eventually(lambda: len(self.asked(words)) >= times, what=f"the model being asked about {words!r}")


def environment(**more: str) -> dict[str, str]:
    """What a process sees: this one's environment without anything that would configure Baton, and `more`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BATON_", "OPENAI_", "REDIS_"))}
    # Compiled files are kept, whatever the shell says: half of a start would be compiling.
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "", "no_proxy": "*"} | more


@contextmanager
def running(
    folder: Path, *, config: str = "", workers: int = 2, wire: Callable[[str], str] = str, redis_url: str = "",
    **settings: str,
) -> Iterator[Desk]:  # fmt: skip
    """A desk until the block ends, on its own Redis or on the store at `redis_url`. `wire`: the address under which its
    processes reach its own Redis; `settings` are further variables of theirs."""
    text = config or globals()["config"]()
    (folder / "config.yaml").write_text(text)
    with ExitStack() as stack:
        redis = None if redis_url else stack.enter_context(PrivateServer(next(iter(SERVERS.values()))))
        port = take_port()  # a story may take the model away for a while and put another there
        stack.callback(give_back, port)
        model = FakeModel(port).start()
        variables = environment(
            BATON_API_TOKEN=TOKEN, BATON_SECRET_KEY=SECRET, OPENAI_API_KEY="none", OPENAI_BASE_URL=model.base_url,
            **settings,
        )  # fmt: skip

        def program(role: str, name: str) -> Program:
            own = {**variables, "REDIS_URL": redis_url if redis is None else wire(redis.url)}
            return Program(("serve", "--role", role, "--port", "0"), folder, own, name)

        others = [program("worker", f"worker-{number}") for number in range(1, workers + 1)]
        desk = Desk(
            program("ingress", "ingress"), redis=redis, redis_url=redis_url or redis.url, model=model, workers=others
        )
        stack.callback(lambda: desk.model.stop())  # the one that it has then: a test may have put another in its place
        stack.callback(desk.http.close)
        for one in desk.programs:
            stack.callback(one.kill)
        start_together(desk.programs)
        yield desk


@contextmanager
def demo(folder: Path, *, config: str = "", test_clock: bool = False, **more: str) -> Iterator[Client]:
    """`baton demo` in one process, on a Redis of the test's own. `more` goes into its environment."""
    (folder / "config.yaml").write_text(config or globals()["config"](model="local"))
    flags = ("--test-clock",) if test_clock else ()
    with ExitStack() as stack:
        redis = stack.enter_context(PrivateServer(next(iter(SERVERS.values()))))
        variables = environment(REDIS_URL=redis.url, BATON_API_TOKEN=TOKEN, BATON_SECRET_KEY=SECRET, **more)
        program = Program(("demo", "--port", "0", *flags), folder, variables, "demo")
        stack.callback(program.kill)
        program.start()
        client = Client(program)
        stack.callback(client.http.close)
        yield client


# ---- reading a conversation ------------------------------------------------------------------------------------------


def lines(view: View, *kinds: str, visibility: str = "public") -> list[str]:
    """What these kinds of authors said, in order."""
    return [
        message["text"] for message in view["messages"]
        if message["author"]["kind"] in kinds and message["visibility"] == visibility
    ]  # fmt: skip


def customer_lines(view: View) -> list[str]:
    return lines(view, "customer", "participant")


def agent_lines(view: View) -> list[str]:
    return lines(view, "agent")


def person_lines(view: View) -> list[str]:
    return lines(view, "person")


def notices(view: View) -> list[str]:
    return lines(view, "system")


def public(view: View) -> str:
    """Everything that the customer can see, as one text."""
    return "\n".join(message["text"] for message in view["messages"] if message["visibility"] == "public")


def drafts(view: View) -> list[str]:
    return [message["text"] for message in view["messages"] if message["kind"] == "draft"]


def reasons(view: View) -> list[str]:
    return [entry["reason"] for entry in view["journal"]]


def told(view: View) -> str:
    """A conversation in few words, for a test that has failed."""
    said = [f"{one['n']} {one['author']['kind']}:{one['text'][:60]!r}" for one in view["messages"][-12:]]
    went = [f"{entry['from']}->{entry['to']} {entry['reason']}" for entry in view["journal"][-8:]]
    return f"{view['state']} {view['holder']} unanswered={view['unanswered']} {said} {went}"
