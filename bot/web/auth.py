"""Who may come in: the API's bearer token, the console's one-time link and its session, and no forged posts."""

import secrets
import uuid
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from .problems import Problem
from .services import Services

LINK_GOOD_S = 600
SESSION_GOOD_S = 12 * 3600
COOKIE = "baton_session"


# ---- REST ------------------------------------------------------------------------------------------------------------


def require_token(request: Request) -> None:
    """`Authorization: Bearer <token>`, compared in constant time. Raises Problem `unauthorized`."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    expected = request.app.state.services.api_token
    known = bool(expected) and secrets.compare_digest(given.strip().encode(), expected.encode())
    if scheme.lower() != "bearer" or not known:
        raise Problem(
            "unauthorized",
            "Send the API token as Authorization: Bearer <token>.",
            headers={"WWW-Authenticate": 'Bearer realm="baton"'},
        )


# ---- the console -----------------------------------------------------------------------------------------------------


def login_path(secret_key: str) -> str:
    """A path that lets its first visitor in, once, within ten minutes."""
    return f"/login?t={_links(secret_key).dumps(uuid.uuid4().hex)}"


async def spend_link(services: Services, token: str) -> bool:
    """True for the first visitor with a good link. Its id is spent in the store, so it is the first in any process."""
    try:
        link = _links(services.secret_key).loads(token, max_age=LINK_GOOD_S)
    except BadSignature:  # also a link that is too old
        return False
    return isinstance(link, str) and await services.spend_once(link)


def open_session(services: Services, response: Response) -> None:
    session = _sessions(services.secret_key).dumps({"id": uuid.uuid4().hex})
    response.set_cookie(
        COOKIE, session, max_age=SESSION_GOOD_S, httponly=True, samesite="lax", secure=services.secure_cookies, path="/"
    )


def session_of(services: Services, request: Request) -> dict[str, Any] | None:
    try:
        session = _sessions(services.secret_key).loads(request.cookies.get(COOKIE, ""), max_age=SESSION_GOOD_S)
    except BadSignature:
        return None
    return session if isinstance(session, dict) else None


def refuse_forged(request: Request) -> None:
    """A post must come from one of our own pages. Browsers say where it comes from; what says nothing is refused.

    Raises:
        Problem: `not_allowed`.
    """
    site = request.headers.get("sec-fetch-site")
    if site == "same-origin":
        return
    origin = request.headers.get("origin")
    if site is None and origin is not None and urlsplit(origin).netloc == request.headers.get("host"):
        return
    raise Problem("not_allowed", "This was not sent from a page of this console.")


def _links(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="baton.login")


def _sessions(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="baton.session")
