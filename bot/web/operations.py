"""For those who run it: is it alive, is it ready, which version, how much."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from handlers.ports import Unavailable

from . import desk
from .api import World

router = APIRouter(tags=["operations"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers. Nothing else is asked, so that a store that is away restarts nobody."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
async def readyz(services: World) -> JSONResponse:
    """200 when the store, the configuration and every configured platform are up; 503 also while draining."""
    checks: dict[str, str | None] = {"draining": "this process is shutting down" if services.draining() else None}
    try:
        checks.update(await services.ready())
    except Unavailable:
        checks["store"] = "the store cannot be reached"
    is_ready = all(problem is None for problem in checks.values())
    body: dict[str, Any] = {
        "status": "ready" if is_ready else "not ready",
        "checks": {name: problem or "ok" for name, problem in checks.items() if name != "draining" or problem},
        "triage": services.triage,
    }
    return JSONResponse(body, 200 if is_ready else 503)


@router.get("/version")
async def version(services: World) -> dict[str, Any]:
    return {"version": services.version, "config_version": services.policy().version}


@router.get("/metrics")
async def metrics(services: World) -> Response:
    return Response(generate_latest(services.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


@router.get("/llms.txt")
async def llms_txt(request: Request) -> PlainTextResponse:
    """What a program that reads words needs to know to use the API."""
    base = str(request.base_url).rstrip("/")
    return PlainTextResponse(
        f"""# Baton

> Answers people in chat threads and hands the conversation to the right person, exactly once. A conversation always
> has exactly one holder: an agent, a team's queue, or a person.

All times are RFC 3339 in UTC. Errors are application/problem+json. Send `Authorization: Bearer <token>`.

- [OpenAPI]({base}/openapi.json): every path and body
- POST {base}/api/v1/conversations/{{id}}/messages {{"from": "mia", "text": "I was charged twice", "id": "m-1"}}
- GET {base}/api/v1/conversations/{{id}}: state, holder, messages (`choices`: write a label to choose), journal, packet
- POST {base}/api/v1/conversations/{{id}}/{{action}} {{"by": "alice", "id": "a-1"}}: {", ".join(desk.ACTIONS)}
- GET {base}/api/v1/queue?team=billing, /api/v1/conversations?state=queued, /api/v1/people, /api/v1/teams
- GET {base}/api/v1/events?after=: server-sent events, resumed by Last-Event-ID
- GET {base}/api/v1/explain?text=: which route and person, and why every other one not
"""
    )
