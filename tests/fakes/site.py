"""The whole program on a free port, in a thread of its own: REST, console and worker over a real Redis."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from bot.app import Baton, assemble
from bot.settings import Settings
from bot.web import auth
from bot.web.app import create_app

TOKEN = "a-token-for-tests"
SECRET = "a-secret-for-tests"
WITHIN_S = 60.0  # when a start or an end is given up; nothing that works comes near it
CONFIG = """\
version: 1
defaults: {timezone: Europe/Paris, locale: en, agent: triage, team: general, model: local, max_handoffs: 5}
agents:
  triage: {model: local, instructions: "Answer what you know.", handoffs: [team:billing, team:general]}
people:
  ana: {name: Ana Duarte}
  ben: {name: Ben Okafor}
  cleo: {name: Cleo Petit, roles: [lead]}
teams:
  general: {members: [ben, cleo], channel: "#desk"}
  billing: {members: [ana, ben], channel: "#desk-billing"}
triggers:
  - asks_for_human: {}
routes:
  - {name: refunds, examples: ["I was charged twice"], at: 0.9, when: {text: "charged|refund"}, to: team:billing}
  - {name: default, to: team:general}
answers:
  - name: invoices
    examples: ["where is my invoice", "where can I find my invoices", "I need my invoice"]
    text: "Invoices are under Account > Billing."
"""


@dataclass(slots=True)
class Site:
    """A running program. `api` is a client with the token."""

    url: str
    baton: Baton
    api: httpx.Client

    def login_url(self) -> str:
        return self.url + auth.login_path(SECRET)

    def post(self, conversation: str, text: str, *, sender: str = "mia", **fields: Any) -> httpx.Response:
        body = {"from": sender, "text": text, **fields}
        return self.api.post(f"/api/v1/conversations/{conversation}/messages", json=body)

    def act(self, conversation: str, action: str, **body: Any) -> httpx.Response:
        return self.api.post(f"/api/v1/conversations/{conversation}/{action}", json=body)

    def get(self, conversation: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.api.get(f"/api/v1/conversations/{conversation}").json()
        return answer


@contextmanager
def running(redis_url: str, folder: Path, *, config: str = CONFIG, test_clock: bool = False) -> Iterator[Site]:
    """Serve until the block ends, then drain as SIGTERM would."""
    path = folder / "config.yaml"
    path.write_text(config)
    started: threading.Event = threading.Event()
    box: dict[str, Any] = {}

    def main() -> None:
        try:
            asyncio.run(_serve(redis_url, path, test_clock, box, started))
        except BaseException as error:
            box["error"] = error
        finally:
            started.set()

    thread = threading.Thread(target=main, name="site", daemon=True)
    thread.start()
    try:
        assert started.wait(WITHIN_S), "the site did not start"
        if "error" in box:
            raise RuntimeError("the site did not start") from box["error"]
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=box["url"], headers=headers, timeout=30, trust_env=False) as client:
            yield Site(box["url"], box["baton"], client)
    finally:
        if thread.is_alive() and "stop" in box:
            box["loop"].call_soon_threadsafe(box["stop"].set)
        thread.join(WITHIN_S)
        assert not thread.is_alive(), "the site did not end"
    if "error" in box:
        raise RuntimeError("the site failed") from box["error"]


async def _serve(redis_url: str, path: Path, test_clock: bool, box: dict[str, Any], started: threading.Event) -> None:
    settings = Settings(_env_file=None)
    stop = asyncio.Event()
    box.update(loop=asyncio.get_running_loop(), stop=stop)
    async with assemble(
        settings, path, redis_url=redis_url, test_clock=test_clock, demo=True, api_token=TOKEN, secret_key=SECRET
    ) as baton:
        uvi = uvicorn.Config(create_app(baton.services), port=0, log_config=None, timeout_graceful_shutdown=3)
        server = uvicorn.Server(uvi)
        async with asyncio.TaskGroup() as group:
            group.create_task(baton.worker.run())
            group.create_task(server._serve())  # not `serve`: signals belong to the main thread
            while not server.started:
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            box.update(url=f"http://127.0.0.1:{port}", baton=baton)
            started.set()
            await stop.wait()
            baton.switch.draining = True
            baton.worker.stop()
            server.should_exit = True
