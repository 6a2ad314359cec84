"""Errors as `application/problem+json`, the same for every path: nothing leaves the web in another shape."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from handlers.ports import Unavailable
from routing.errors import Refused

STATUSES: dict[str, int] = {
    "unauthorized": 401,
    "not_allowed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "stale": 409,
    "already_claimed": 409,
    "wrong_state": 409,
    "wrong_platform": 409,
    "too_large": 413,
    "invalid": 422,
    "internal": 500,
    "unavailable": 503,
}
TITLES: dict[str, str] = {
    "unauthorized": "Not signed in",
    "not_allowed": "Not allowed",
    "not_found": "Not found",
    "method_not_allowed": "Method not allowed",
    "stale": "The conversation has moved on",
    "already_claimed": "Already claimed",
    "wrong_state": "Not possible in this state",
    "wrong_platform": "Another platform's conversation",
    "too_large": "Too large",
    "invalid": "Not valid",
    "internal": "Something went wrong on our side",
    "unavailable": "The store is away",
}
CODES = {status: code for code, status in STATUSES.items() if status != 409} | {400: "invalid", 409: "wrong_state"}


class Problem(Exception):
    """An answer other than the one asked for. `holder` and `epoch` help a client to try again."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        holder: str | None = None,
        epoch: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.holder = holder
        self.epoch = epoch
        self.headers = headers

    @property
    def status(self) -> int:
        return STATUSES[self.code]

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:baton:problem:{self.code}",
            "title": TITLES[self.code],
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.holder is not None:
            body["holder"] = self.holder
        if self.epoch is not None:
            body["epoch"] = self.epoch
        return body


def problem_response(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.body(), problem.status, headers=problem.headers, media_type="application/problem+json")


def of_refusal(refused: Refused) -> Problem:
    return Problem(refused.code, refused.detail, holder=refused.holder, epoch=refused.epoch)


UNAVAILABLE = Problem(
    "unavailable",
    "The store cannot be reached right now. Nothing was lost; please try again.",
    headers={"Retry-After": "1"},
)


def install(app: FastAPI) -> None:
    """Give every error of the app, the router and the validation the one shape."""

    async def on_problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return problem_response(error)

    async def on_refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return problem_response(of_refusal(error))

    async def on_unavailable(_request: Request, _error: Exception) -> Response:
        return problem_response(UNAVAILABLE)

    async def on_http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code)
        if code is None:
            code = "invalid" if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else "internal"
        return problem_response(Problem(code, str(error.detail), headers=dict(error.headers or {}) or None))

    async def on_validation(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(Problem("invalid", sentence(error.errors())))

    async def on_anything(_request: Request, _error: Exception) -> Response:
        # The server writes it to its log: starlette raises it again once this is sent.
        return problem_response(Problem("internal", "An unexpected error; it has been written to the log."))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(Unavailable, on_unavailable)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(Exception, on_anything)


def sentence(errors: Any) -> str:
    """What pydantic found, with the field's name first; never the value, which may hold anything."""
    parts = []
    for error in list(errors)[:5]:
        path = ".".join(str(step) for step in error["loc"] if step not in {"body", "query", "path"})
        message = error["msg"].removeprefix("Value error, ")
        wrong = "is required" if error["type"] == "missing" else message[:1].lower() + message[1:]
        parts.append(f'"{path}" {wrong}' if path else wrong)
    return "; ".join(parts)
