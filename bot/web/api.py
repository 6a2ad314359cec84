"""REST: the paths of `/api/v1`. Every rule that is not about HTTP lies in `desk.py`."""

import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

from handlers.packet import rfc3339
from handlers.view import person_view, team_view
from routing.conversation import STATES

from . import bodies, desk, streams
from .auth import require_token
from .problems import Problem
from .services import Services

router = APIRouter(prefix="/api/v1", dependencies=[Depends(require_token)], tags=["api"])

Filter = Annotated[str | None, Query(max_length=256)]
_DURATION = re.compile(r"(?:\d{1,9}(?:ms|s|m|h|d))+")
_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def services_of(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


World = Annotated[Services, Depends(services_of)]


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """The request body for /openapi.json; the body itself is read by `bodies.read`."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


# ---- conversations ---------------------------------------------------------------------------------------------------


@router.post("/conversations/{identity}/messages", status_code=202, openapi_extra=takes(bodies.MessageBody))
async def post_message(identity: str, request: Request, services: World) -> dict[str, Any]:
    """A customer writes. The conversation comes into being with its first message."""
    return await desk.accept_message(services, identity, await bodies.read(request, bodies.MessageBody))


@router.get("/conversations/{identity}")
async def get_conversation(identity: str, services: World) -> dict[str, Any]:
    return await desk.read_conversation(services, identity)


@router.get("/conversations")
async def list_conversations(
    services: World,
    state: Filter = None,
    team: Filter = None,
    holder: Filter = None,
    customer: Filter = None,
    cursor: Filter = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Newest change first; at most two seconds behind."""
    if state is not None and state not in STATES.values():
        raise Problem("invalid", f'"state" is one of {", ".join(STATES.values())}.')
    try:
        items, following = await desk.conversations(
            services, state=state, team=team, holder=holder, customer=customer, cursor=cursor, limit=limit
        )
    except ValueError:
        raise Problem("invalid", '"cursor" is not one that this list gave.') from None
    return {"items": items, "next": following}


@router.get("/queue")
async def get_queue(services: World, team: Filter = None) -> dict[str, Any]:
    """Waiting conversations, by priority and within it the longest waiting first; parked ones included."""
    return {"items": await desk.queue(services, team), "next": None}


def _action(action: str, model: type[bodies.Action]) -> Callable[..., Coroutine[Any, Any, JSONResponse]]:
    async def perform(identity: str, request: Request, services: World) -> JSONResponse:
        body = await bodies.read(request, model)
        view = await desk.perform(services, identity, action, body)
        if view is not None:
            return JSONResponse(view)
        location = f"/api/v1/conversations/{quote(identity)}"
        pending = {"id": identity, "pending": True, "detail": "Accepted; not decided yet."}
        return JSONResponse(pending, 202, headers={"Location": location})

    perform.__name__ = action.replace("-", "_")
    return perform


for _name, (_model, _maker) in desk.ACTIONS.items():
    router.add_api_route(
        f"/conversations/{{identity}}/{_name}",
        _action(_name, _model),
        methods=["POST"],
        name=_name,
        openapi_extra=takes(_model),
    )


@router.post("/conversations/{identity}/{action}", include_in_schema=False)
async def unknown_action(identity: str, action: str) -> None:
    raise Problem("not_found", f"There is no action {action[:40]!r}; there are {', '.join(desk.ACTIONS)} and messages.")


# ---- people and teams ------------------------------------------------------------------------------------------------


@router.get("/people")
async def list_people(services: World) -> dict[str, Any]:
    policy, duty = services.policy(), await services.staffing.duty()
    return {"items": [person_view(person, policy, duty) for person in policy.people.values()], "next": None}


@router.get("/teams")
async def list_teams(services: World) -> dict[str, Any]:
    policy, duty, now_ms = services.policy(), await services.staffing.duty(), await services.now_ms()
    waiting = await services.read_models.queue(None)
    items = [team_view(team, policy, duty, waiting, now_ms) for team in policy.teams.values()]
    return {"items": items, "next": None}


@router.put("/people/{name}/duty", openapi_extra=takes(bodies.DutyBody))
async def set_duty(name: str, request: Request, services: World) -> dict[str, Any]:
    body = await bodies.read(request, bodies.DutyBody)
    person = services.policy().people.get(name)
    if person is None:
        raise Problem("not_found", "There is no such person in the configuration.")
    until_ms = bodies.instant_ms(body.until) if body.until is not None else None
    await services.staffing.set_duty(person.key, body.state, until_ms)
    return person_view(person, services.policy(), await services.staffing.duty())


# ---- the rest --------------------------------------------------------------------------------------------------------


@router.get("/explain")
async def explain(
    services: World,
    text: Annotated[str, Query(max_length=bodies.MAX_TEXT)],
    user: Filter = None,
    channel: Filter = None,
    at: Filter = None,
) -> JSONResponse:
    """Which route and person a text would go to, and why every other one not."""
    at = at or rfc3339(await services.now_ms())
    try:
        return JSONResponse(dict(services.explain(text=text, user=user, channel=channel, at=at)))
    except ValueError as error:
        raise Problem("invalid", str(error)) from None


@router.get("/events", response_class=StreamingResponse)
async def stream_events(request: Request, services: World, after: Filter = None) -> StreamingResponse:
    """The feed as server-sent events; `after` and Last-Event-ID are one cursor, and the header is the newer of them."""
    cursor = request.headers.get("last-event-id") or after
    await services.staffing.duty()  # asked only so that a store that is away is told before the answer begins
    return streams.response(_feed(services, cursor), services)


async def _feed(services: Services, cursor: str | None) -> AsyncGenerator[bytes]:
    async for identity, kind, data in services.read_models.feed(cursor):
        yield streams.event(streams.to_json(data), kind=kind, identity=identity)


@router.post("/clock", openapi_extra=takes(bodies.ClockBody))
async def advance_clock(request: Request, services: World) -> dict[str, Any]:
    """Only with a test clock: move on, and answer once every due timer and its effects are done."""
    if services.clock is None:
        raise Problem("not_found", "Time passes by itself here; only a test clock can be moved.")
    body = await bodies.read(request, bodies.ClockBody)
    await services.clock.advance(duration_ms(body.advance))
    return {"now": rfc3339(await services.now_ms())}


@router.post("/agents/{verb}")
async def pause_agents(verb: str, request: Request, services: World) -> dict[str, Any]:
    """`pause` silences all agents, so that everything queues; `resume` lets them speak again."""
    if verb not in {"pause", "resume"}:
        raise Problem("not_found", "Agents can be asked to pause or to resume.")
    body = await bodies.read(request, bodies.PauseBody) if await request.body() else bodies.PauseBody()
    await services.set_paused(verb == "pause", by=body.by)
    return {"paused": verb == "pause"}


def duration_ms(text: str) -> int:
    """`5m`, `1h30m`, `250ms`. Raises Problem `invalid`."""
    if not _DURATION.fullmatch(text):
        raise Problem("invalid", f'"advance" must be a duration like 5m or 1h30m, not {text[:40]!r}.')
    total = sum(int(n) * _UNITS_MS[unit] for n, unit in re.findall(r"(\d+)(ms|s|m|h|d)", text))
    if total > 10 * 366 * _UNITS_MS["d"]:
        raise Problem("invalid", '"advance" is at most ten years.')
    return total
