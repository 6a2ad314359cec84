"""REST over HTTP: how long a message and a claim take beside a bare FastAPI app, and what an idle demo costs."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .figures import Figure, Measured, percentile
from .load import FIRST_LINE, ROOT

TOKEN = "bench"
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
DEMO = "from bot.cli import main; main()"
IMPORTS = "from bot.commands.serving import start_demo"
BARE_IMPORTS = "import fastapi, uvicorn"
IDLE_S = 2.0
PATIENCE_S = 30.0


def measure(quick: bool) -> Measured:
    claims, tries = (40, 1) if quick else (300, 3)
    with server([sys.executable, "-m", "bench.bare_app"], {}) as bare:
        bare_ms = [bare.post(f"/c-{n}", {"by": "alice", "id": f"a-{n}"}) for n in range(2 * claims)]
        bare_mb = bare.resident_mb()
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as home:
        settings = {"BATON_API_TOKEN": TOKEN, "BATON_HOME": home}
        with server([sys.executable, "-c", DEMO, "demo", "--port", "0"], settings) as demo:
            time.sleep(0.5)
            before_s = demo.cpu_s()
            time.sleep(IDLE_S)
            idle, demo_mb = (demo.cpu_s() - before_s) / IDLE_S, demo.resident_mb()
            messages, claimed = _talk(demo, claims)
    name = "REST"
    floor_50, floor_99 = percentile(bare_ms, 0.5), percentile(bare_ms, 0.99)
    return Measured(
        (
            Figure(name, "message accepted, p50", percentile(messages, 0.5), "ms", floor_50, "bare FastAPI p50"),
            Figure(name, "message accepted, p99", percentile(messages, 0.99), "ms", floor_99, "bare FastAPI p99"),
            Figure(name, "claim decided, p50", percentile(claimed, 0.5), "ms", floor_50, "bare FastAPI p50"),
            Figure(name, "claim decided, p99", percentile(claimed, 0.99), "ms", floor_99, "bare FastAPI p99"),
            Figure(name, "imports of baton demo", _import_s(IMPORTS, tries), "s", _import_s(BARE_IMPORTS, tries),
                   "FastAPI, uvicorn"),
            Figure(name, "start of baton demo until it answers", demo.started_s, "s", bare.started_s, "bare FastAPI"),
            Figure(name, "resident memory of baton demo, idle", demo_mb, "MB", bare_mb, "bare FastAPI, used"),
            Figure(name, "CPU of baton demo, idle", idle * 100, "% of a core"),
        ),
        f"{claims} conversations, one request after the other over one connection; `baton demo` has its own store, a "
        "worker and the API in one process.",
    )  # fmt: skip


class Served:
    """A server process and one connection to it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, started_s: float) -> None:
        self.started_s = started_s
        self.port = port
        self._process = process
        self._door = http.client.HTTPConnection("127.0.0.1", port, timeout=15)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        self._door.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self._door.getresponse()
        return answer.status, json.loads(answer.read())

    def hang_up(self) -> None:
        """The next request connects anew."""
        self._door.close()

    def post(self, path: str, body: dict[str, Any]) -> float:
        """Milliseconds until the answer, which must be a good one."""
        began = time.perf_counter()
        status, said = self.ask("POST", path, body)
        took_ms = (time.perf_counter() - began) * 1000
        if status not in (200, 202) or said.get("pending"):
            raise RuntimeError(f"{path}: {status} {said}")
        return took_ms

    def resident_mb(self) -> float:
        """0 where the kernel does not tell (no /proc)."""
        status = Path(f"/proc/{self._process.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return int(found[1]) / 1024 if found else 0.0

    def cpu_s(self) -> float:
        stat = Path(f"/proc/{self._process.pid}/stat")
        if not stat.exists():
            return 0.0
        numbers = stat.read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(command: list[str], settings: dict[str, str]) -> Iterator[Served]:
    """A process that prints its address; it is asked to end afterwards."""
    taken_along = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
    environment = {name: os.environ[name] for name in taken_along if name in os.environ} | settings
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = _port(process.stdout)
        served = Served(process, port, time.perf_counter() - began)
        while True:
            try:
                served.ask("GET", "/healthz")
                break
            except (OSError, http.client.HTTPException, ValueError):
                served.hang_up()
                time.sleep(0.01)
                if process.poll() is not None or time.perf_counter() - began > PATIENCE_S:
                    raise RuntimeError(f"{command[:3]} does not answer") from None
        served.started_s = time.perf_counter() - began
        yield served
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(output: IO[bytes]) -> int:
    for raw in output:
        found = ADDRESS.search(raw.decode())
        if found:
            return int(found[1])
    raise RuntimeError("the server printed no address")


def _talk(demo: Served, claims: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each message and each claim."""
    path = "/api/v1/conversations"
    messages = [
        demo.post(f"{path}/order-{n}/messages", {"from": "mia", "text": FIRST_LINE, "id": "m-1"}) for n in range(claims)
    ]
    deadline = time.perf_counter() + PATIENCE_S
    for n in range(claims):
        while demo.ask("GET", f"{path}/order-{n}")[1]["state"] != "queued":
            if time.perf_counter() > deadline:
                raise RuntimeError(f"order-{n} is not queued")
            time.sleep(0.01)
    claimed = [demo.post(f"{path}/order-{n}/claim", {"by": "alice", "id": "a-1"}) for n in range(claims)]
    return messages, claimed


def _import_s(statement: str, tries: int) -> float:
    """The best of some fresh processes, without what the interpreter itself takes."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    times = [
        float(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout)
        for _ in range(tries)
    ]
    return min(times)
