"""The console's pages, drawn from the JSON that REST answers with.

A page is made of regions. A push sends only regions whose HTML changed, and no region holds a field that somebody
may be typing in: forms are drawn once and stay.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from handlers.values import Record
from handlers.view import conversation_view, for_customer, person_view
from routing.conversation import HeldByAgent, HeldByHuman, Offered, OnHold, Parked, Queued, Resolved
from routing.permissions import Verb, may
from routing.policy import Policy

from . import desk, streams, words
from .services import Services

HERE = Path(__file__).parent
LOOK_EVERY_S = 0.15
LOOK_AT_LISTS_EVERY = 8  # looks; lists may lag two seconds anyway
PERMISSIONS: Mapping[str, Verb] = {
    "claim": "claim",
    "reply": "reply",
    "note": "note",
    "transfer": "transfer",
    "hand-back": "hand_back",
    "release": "release",
    "resolve": "resolve",
    "reopen": "reopen",
    "correct": "correct",
}
REGIONS = ("state", "thread", "wait", "card", "log", "why", "recent", "said")
RECENT = 8
LAST_ENTRIES = 8


def _shown(value: object) -> object:
    """What a page may hold of a value: a NUL, which no page may contain, is shown as its picture."""
    return value.replace("\0", "\u2400") if isinstance(value, str) and "\0" in value else value


templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(("html",), default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_shown,
)


@dataclass(frozen=True, slots=True)
class Seat:
    """Which conversation is looked at, as which customer and which person of the team."""

    conversation: str
    customer: str
    staff: str

    @property
    def query(self) -> str:
        return urlencode({"c": self.conversation, "as": self.customer, "staff": self.staff})


def page(services: Services, name: str, **values: Any) -> str:
    template = templates.get_template(name)
    return template.render(
        version=services.version, demo=services.demo, model=services.model, problem=services.config_problem(), **values
    )


async def try_page(services: Services, seat: Seat) -> str:
    context = await _context(services, seat)
    return page(services, "try.html", **context)


async def regions(services: Services, seat: Seat) -> dict[str, str]:
    """Each region's HTML by its name."""
    context = await _context(services, seat)
    macros = templates.get_template("regions.html").make_module(context)
    return {name: str(getattr(macros, name)()) for name in REGIONS}


def partials(changed: Mapping[str, str], *, notice: str | None = None) -> str:
    """Regions for htmx to morph into the page; `notice` replaces the line that tells what just happened."""
    parts = [
        f'<hx-partial hx-target="#{name}" hx-swap="innerMorph">{html}</hx-partial>' for name, html in changed.items()
    ]
    if notice is not None:
        parts.append(f'<hx-partial hx-target="#notice" hx-swap="innerHTML">{notice}</hx-partial>')
    return "".join(parts)


def notice(text: str, kind: str) -> str:
    return templates.from_string('<span class="notice {{ kind }}">{{ text }}</span>').render(text=text, kind=kind)


async def changes(services: Services, seat: Seat, last_seen: str | None) -> AsyncGenerator[bytes]:
    """Regions as they change, for ever. The id of an event names what the page then shows.

    The conversation itself is looked at, not the feed: the feed tells of transitions, up to two seconds late, and
    nothing of a message that is accepted and not yet decided.
    """
    sent: dict[str, str] = {}
    seen: object = None
    look = 0
    while True:
        record = await services.mailbox.read(seat.conversation)
        shape = (record.version, len(record.lines), tuple(m.id for m in record.pending)) if record else None
        if shape != seen or look % LOOK_AT_LISTS_EVERY == 0:
            seen = shape
            now = await regions(services, seat)
            changed = {name: html for name, html in now.items() if sent.get(name) != html}
            identity = hashlib.sha256(repr(now).encode()).hexdigest()[:16]
            if changed and not (not sent and identity == last_seen):
                yield streams.event(partials(changed), identity=identity)
            sent = now
        look += 1
        await asyncio.sleep(LOOK_EVERY_S)


async def _context(services: Services, seat: Seat) -> dict[str, Any]:
    policy = services.policy()
    names = words.Names(policy, services.customers)
    record = await services.mailbox.read(seat.conversation)  # None until its first message is written
    view = None
    if record is not None:
        view = conversation_view(seat.conversation, record, policy, link=desk.link_to(seat.conversation))
    waiting = await desk.queue(services, None)
    recent, _ = await desk.conversations(services, limit=RECENT)
    duty = await services.staffing.duty()
    return {
        "seat": seat,
        "names": names,
        "words": words,
        "policy": policy,
        "view": view,
        "customer_view": for_customer(view) if view else None,
        "position": _position(view, waiting),
        "waiting_count": len(waiting),
        "chips": [_chip(item) for item in recent],
        "customers": services.customers,
        "people": [person_view(person, policy, duty) for person in policy.people.values()],
        "verbs": verbs(record, policy, seat.staff),
        "stands_still": services.clock is not None,
        "route_line": _route_line(view, policy),
        "entries": list(reversed(view["journal"][-LAST_ENTRIES:])) if view else [],
    }


def verbs(record: Record | None, policy: Policy, staff: str) -> tuple[str, ...]:
    """What this person is offered to do. The decision is made elsewhere: one who is late is told so kindly."""
    if record is None or record.conversation is None:
        return ()
    conversation = record.conversation
    match conversation.holder:
        case HeldByAgent() | Queued() | Offered() | Parked():
            offered: tuple[str, ...] = ("claim", "note", "correct")
        case HeldByHuman() | OnHold():
            offered = ("reply", "note", "transfer", "hand-back", "release", "resolve", "correct")
        case Resolved():
            offered = ("reopen", "note", "correct")
        case _:
            offered = ()
    return tuple(verb for verb in offered if may(policy, conversation, staff, PERMISSIONS[verb]) is None)


def _position(view: Mapping[str, Any] | None, waiting: list[dict[str, Any]]) -> int | None:
    """The place in its team's line; None where it does not wait or the lists do not show it yet."""
    if view is None or view["state"] not in {"queued", "offered", "parked"}:
        return None
    line = [item["id"] for item in waiting if item.get("team") == view["team"]]
    return line.index(view["id"]) + 1 if view["id"] in line else None


def _route_line(view: Mapping[str, Any] | None, policy: Policy) -> int | None:
    if view is None or not view["route"]:
        return None
    return next((route.line for route in policy.routes if route.name == view["route"] and route.line), None)


def _chip(item: Mapping[str, Any]) -> dict[str, Any]:
    """A conversation of the list, whatever else its summary holds."""
    return {
        "id": item["id"],
        "number": item.get("number"),
        "state": item.get("state", "bot"),
        "customer": item.get("customer") or item.get("requester") or "",
        "need": item.get("need") or "",
    }
