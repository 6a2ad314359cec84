"""Request bodies: JSON that is safe to store, then one pydantic model each. Whatever is wrong is a 422, never a 500."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from .problems import Problem, sentence

MAX_TEXT = 40_000
# What people wrote is kept whole, whatever is in it; names and ids are another matter.
WORDS = frozenset({"text", "note", "comment", "reason", "hint", "outcome"})
MAX_NUMBER = 2**53

Model = TypeVar("Model", bound=BaseModel)


def _not_too_long(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise Problem("too_large", f"A text may hold at most {MAX_TEXT:,} characters; this one has {len(text):,}.")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("must say something")
    return _not_too_long(text)


def _one_line(text: str) -> str:
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError("must be one line without control characters")
    return text


def _instant(text: str) -> str:
    instant_ms(text)
    return text


def instant_ms(text: str) -> int:
    """RFC 3339 with an offset, in milliseconds since 1970. Raises ValueError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a time like 2026-03-28T22:30:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("must be a time with an offset, like 2026-03-28T22:30:00Z")
    try:
        return int(moment.timestamp() * 1000)
    except OverflowError:
        raise ValueError("is out of range") from None


Text = Annotated[str, AfterValidator(_said)]
Comment = Annotated[str, AfterValidator(_not_too_long)]
Name = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_said), AfterValidator(_one_line)]
Number = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Instant = Annotated[str, AfterValidator(_instant)]
Identifier = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_one_line)]


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class MessageBody(Body):
    """A customer's line."""

    from_: Name = Field(alias="from")
    text: Text
    id: Identifier | None = None
    name: Name | None = None


class Action(Body):
    """`by` does it; `id` makes it repeatable; `epoch` is the one its author has seen."""

    by: Name
    id: Identifier | None = None
    epoch: Number | None = None


class Handoff(Action):
    to: Name | None = None
    reason: Comment = ""


class Claim(Action):
    force: bool = False


class Accept(Action):
    offer: Name | None = None


class Decline(Action):
    offer: Name | None = None
    reason: Comment = ""


class Assign(Action):
    to: Name
    force: bool = False


class Release(Action):
    reason: Comment = ""


class Transfer(Action):
    to: Name
    comment: Text
    warm: bool = False


class HandBack(Action):
    to: Name | None = None
    hint: Comment = ""


class Snooze(Action):
    """`until` null: until the customer writes."""

    until: Instant | None


class Resolve(Action):
    outcome: Comment = ""
    note: Comment = ""
    seen: Number | None = None


class Reply(Action):
    text: Text
    seen: Number | None = None


class Note(Action):
    text: Text


class Correct(Action):
    """To whom it should have gone: a target, or the name of a route."""

    to: Name | None = None
    route: Name | None = None


class Rate(Action):
    score: Annotated[int, Field(ge=1, le=5)]
    comment: Comment = ""


class DutyBody(Body):
    state: Literal["on", "off", "away"]
    until: Instant | None = None


class ClockBody(Body):
    advance: str = Field(max_length=64)


class PauseBody(Body):
    by: Name = "api"


async def read(request: Request, model: type[Model]) -> Model:
    """The request's body as that model. Raises Problem `invalid` or `too_large`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Problem("invalid", f"The body must be application/json, not {kind[:100]}.")
    return parse(await request.body(), model)


def parse(raw: bytes, model: type[Model]) -> Model:
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Problem("invalid", "The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Problem("invalid", "The body must be a JSON object.")
    return validated(value, model)


def validated(value: dict[str, Any], model: type[Model]) -> Model:
    """The model of these plain values; also for the console's forms."""
    for path, text in _strings(value):
        if "\0" in text and path not in WORDS:
            raise Problem("invalid", f'"{path}" holds a NUL character.')
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Problem("invalid", f'"{path}" holds half of a surrogate pair.')
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Problem("invalid", sentence(error.errors(include_input=False, include_url=False))) from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _strings(value: Any) -> Iterator[tuple[str, str]]:
    """Every string in it with the name of the top-level field it lies under; keys count too."""
    stack = [(key, key) for key in value] + list(value.items())
    while stack:
        path, item = stack.pop()
        path = path.encode("ascii", "replace").decode()[:64]
        if isinstance(item, str):
            yield path, item
        elif isinstance(item, dict):
            stack.extend((path, inner) for inner in (*item.keys(), *item.values()))
        elif isinstance(item, list):
            stack.extend((path, inner) for inner in item)
