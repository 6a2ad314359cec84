"""The console: the one-time link, and `/try`, where one page shows both sides of a conversation.

Every change goes through `desk.py`, as REST does. Without scripts the forms are ordinary posts that lead back.
"""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from starlette.responses import Response

from routing.errors import Refused

from . import auth, bodies, desk, pages, streams
from .api import World
from .pages import Seat
from .problems import Problem

router = APIRouter(include_in_schema=False)

NEW = "try-"
DONE = {
    "claim": "It is yours.",
    "reply": "Sent.",
    "note": "Noted, for the team only.",
    "transfer": "Transferred.",
    "hand-back": "Handed back.",
    "release": "Back in the queue.",
    "resolve": "Resolved.",
    "reopen": "Reopened.",
    "correct": "Kept as a case for baton eval.",
    "cancel": "Cancelled; the agent is listening.",
    "message": "",
    "choose": "",
}
SHORT = 256


class SignedOut(Exception):
    """Nobody is signed in; a page says kindly how to."""


def signed_in(request: Request, services: World) -> None:
    if auth.session_of(services, request) is None:
        raise SignedOut


async def signed_out_page(request: Request, _error: Exception) -> Response:
    services = request.app.state.services
    return HTMLResponse(pages.page(services, "door.html", spent=False), 401, headers={"Cache-Control": "no-store"})


@router.get("/")
async def root() -> RedirectResponse:
    return RedirectResponse("/try", 303)


@router.get("/favicon.ico")
async def favicon() -> RedirectResponse:
    return RedirectResponse("/static/baton.svg", 308)


@router.get("/login")
async def login(services: World, request: Request, t: str = "") -> Response:
    """The first visitor with the link comes in, every later one reads why not."""
    if await auth.spend_link(services, t):
        response: Response = RedirectResponse("/try", 303)
        auth.open_session(services, response)
    elif auth.session_of(services, request) is not None:
        response = RedirectResponse("/try", 303)  # the same browser, gone back
    else:
        response = HTMLResponse(pages.page(services, "door.html", spent=True), 403)
    response.headers["Cache-Control"] = "no-store"
    return response


def seat_of(services: World, c: str = "", staff: str = "", customer: str = "") -> Seat:
    """What is missing or unknown means the first one. A customer may be anybody: conversations come by REST too."""
    people = list(services.policy().people)
    return Seat(
        c if desk.IDENTIFIER.fullmatch(c) else "",
        customer[:SHORT] or services.customers[0].key,
        staff if staff in people else (people[0] if people else ""),
    )


def _seat(request: Request, services: World) -> Seat:
    query = request.query_params
    return seat_of(services, query.get("c", ""), query.get("staff", ""), query.get("as", ""))


Seated = Annotated[Seat, Depends(_seat)]


@router.get("/try", dependencies=[Depends(signed_in)])
async def try_page(services: World, seat: Seated) -> Response:
    """Without a conversation a new one is begun; it comes into being with its first message."""
    if not seat.conversation:
        return RedirectResponse(f"/try?{Seat(new_id(), seat.customer, seat.staff).query}", 303)
    record = await services.mailbox.read(seat.conversation)
    requester = _requester(record)
    if requester and requester != seat.customer:
        return RedirectResponse(f"/try?{Seat(seat.conversation, requester, seat.staff).query}", 303)
    return HTMLResponse(await pages.try_page(services, seat), headers={"Cache-Control": "no-store"})


@router.get("/try/new", dependencies=[Depends(signed_in)])
async def new_conversation(seat: Seated) -> Response:
    return RedirectResponse(f"/try?{Seat(new_id(), seat.customer, seat.staff).query}", 303)


@router.get("/try/events", dependencies=[Depends(signed_in)])
async def events(request: Request, services: World, seat: Seated) -> StreamingResponse:
    if not seat.conversation:
        raise Problem("not_found", "There is no such conversation.")
    last = request.headers.get("last-event-id")
    return streams.response(pages.changes(services, seat, last), services)


@router.post("/try/{action}", dependencies=[Depends(signed_in), Depends(auth.refuse_forged)])
async def act(
    action: str,
    request: Request,
    services: World,
    seat: Seated,
    text: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
    once: Annotated[str, Form(max_length=SHORT)] = "",
    pressed: Annotated[str, Form(max_length=SHORT)] = "",
    epoch: Annotated[int, Form()] = 0,
) -> Response:
    """One press of a button. `once` makes it repeatable: a page that sends again is not heard twice."""
    fields: dict[str, Any] = {"text": text, "to": to, "seen": seen, "id": once or None}
    try:
        if action == "choose":
            conversation = await desk.choose(services, seat.conversation, seat.customer, pressed, epoch)
        else:
            conversation = await _carry_out(services, seat, action, fields)
        said, kind = DONE.get(action, "Done."), "fine"
    except (Problem, Refused) as refusal:
        if isinstance(refusal, Problem) and refusal.code == "not_found":
            raise
        conversation, said, kind = seat.conversation, refusal.detail, "refused"
    there = Seat(conversation or seat.conversation, seat.customer, seat.staff)
    if "hx-request" not in request.headers:
        return RedirectResponse(f"/try?{there.query}", 303)
    headers = {"Cache-Control": "no-store"}
    if there != seat:
        headers["HX-Redirect"] = f"/try?{there.query}"
    # 200 for a refusal as well: it is an answer, and browsers write every other status to their console.
    # Only the notice: what changed comes through the stream. An answer drawn earlier and read later than a push would
    # undo it, and nothing would mend that.
    html = pages.partials({}, notice=pages.notice(said, kind) if said else "")
    return HTMLResponse(html, headers=headers | {"X-Baton-Outcome": kind})


async def _carry_out(services: World, seat: Seat, action: str, fields: dict[str, Any]) -> str:
    """Through the same door as REST. The id of the conversation that it happened to."""
    if action == "message":
        body = bodies.validated(
            {"from": seat.customer, "name": _name(services, seat.customer), **fields}, bodies.MessageBody
        )
        answer = await desk.accept_message(services, seat.conversation, body)
        return str(answer.get("conversation", seat.conversation))
    if action not in DONE:
        raise Problem("not_found", "There is no such action.")
    model, _ = desk.ACTIONS[action]
    by = seat.customer if action == "cancel" else seat.staff
    given = {key: value for key, value in fields.items() if value not in ("", None)}
    words = given.pop("text", "")
    field = {"reply": "text", "note": "text", "transfer": "comment", "hand-back": "hint", "resolve": "outcome"}.get(
        action
    )
    if field is not None and words:
        given[field] = words
    view = await desk.perform(services, seat.conversation, action, bodies.validated({**given, "by": by}, model))
    return str(view["id"]) if view is not None else seat.conversation


def _name(services: World, customer: str) -> str:
    return next((one.name for one in services.customers if one.key == customer), customer)


def _requester(record: Any) -> str:
    if record is None:
        return ""
    if record.conversation is not None:
        return str(record.conversation.requester)
    return next((mail.event.author for mail in record.pending if hasattr(mail.event, "author")), "")


def new_id() -> str:
    return NEW + secrets.token_urlsafe(8)
