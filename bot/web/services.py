"""What the web needs of the rest, built once by `bot/app.py` and passed by hand."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from handlers.ports import Mailbox, ReadModels, Staffing
from routing.policy import Policy


class SteppedClock(Protocol):
    """Time that stands still. Only `baton demo --test-clock` has one."""

    async def advance(self, ms: int) -> None:
        """Move on, and return once every due timer and its effects are done."""


class Explain(Protocol):
    """Which route and person a text would go to, and why every other one not; calls no platform."""

    def __call__(self, *, text: str, user: str | None, channel: str | None, at: str | None) -> Mapping[str, Any]:
        """`at` is RFC 3339 or `2026-03-28T23:30[Europe/Paris]`, None for now. Raises ValueError when it is neither."""


class SetPaused(Protocol):
    async def __call__(self, paused: bool, *, by: str) -> None:
        """Silence all agents, or let them speak again. `by` is for the journal."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody whom the demo's console can play."""

    key: str
    name: str


DEMO_CUSTOMERS = (Customer("mia", "Mia Chen"), Customer("bo", "Bo Larsen"), Customer("noor", "Noor Haddad"))


@dataclass(frozen=True, slots=True)
class Services:
    """The web's whole world.

    Attributes:
        policy: the policy in force now, the pause switch included; asked for with every request.
        config_problem: one line about a config.yaml on disk that failed to load; None while it is fine.
        ready: per check its name and what is wrong, None where nothing is. All None means ready.
        now_ms: the store's time, test clock included.
        spend_once: True for the first caller with that token id, False for every later one, in any process.
        triage: the engine that judges lines, and why it is not the better one.
        draining: True from SIGTERM on; open streams end within a second, /readyz is 503.
        ingress: this process's name in `Mail.reply_to`.
        secret_key: signs login links and session cookies.
        secure_cookies: True where the console is only reached by HTTPS.
        registry: the metrics that /metrics shows.
    """

    mailbox: Mailbox
    read_models: ReadModels
    staffing: Staffing
    policy: Callable[[], Policy]
    now_ms: Callable[[], Awaitable[int]]
    explain: Explain
    ready: Callable[[], Awaitable[Mapping[str, str | None]]]
    spend_once: Callable[[str], Awaitable[bool]]
    set_paused: SetPaused
    api_token: str
    secret_key: str
    ingress: str
    config_problem: Callable[[], str | None] = lambda: None
    draining: Callable[[], bool] = lambda: False
    clock: SteppedClock | None = None
    demo: bool = False
    model: str = "local model"
    triage: str = ""
    customers: tuple[Customer, ...] = DEMO_CUSTOMERS
    version: str = "0.1.0"
    secure_cookies: bool = False
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
