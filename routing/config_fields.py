"""The kinds of values that config.yaml has: each is read strictly, and its error says what to write instead."""

import re
from collections.abc import Callable
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from . import values
from .patterns import MatchingTakesTooLong, compile_pattern

T = TypeVar("T")


def read_by(code: str, reader: Callable[[object], T]) -> Callable[[object], T]:
    """The reader as a validator: its ValueError becomes a finding with our code."""

    def read(value: object) -> T:
        try:
            return reader(value)
        except ValueError as error:
            raise PydanticCustomError("baton", "{message}", {"code": code, "message": str(error)}) from error

    return read


def many(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


def _skill_levels(value: object) -> object:
    """`[billing]` asks for level 1 of each."""
    return {name: 1 for name in value if isinstance(name, str)} if isinstance(value, list) else value


def _pattern(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"wants a regular expression, not {values.shown(value)}")
    try:
        compile_pattern(value)
    except re.error as error:
        where = f" at character {error.pos + 1}" if error.pos is not None else ""
        raise ValueError(f"{values.shown(value)} is no regular expression: {error.msg}{where}") from error
    except MatchingTakesTooLong as error:
        raise ValueError(f"{values.shown(value)} {error}") from error
    return value


_READY_MADE = re.compile(
    r"remove_all_tools|redact_pii|last_n_messages\(\d{1,4}\)|(?:drop|redact)_keys\([\w, ]{1,200}\)"
)


def _filter(value: object) -> str:
    return value if isinstance(value, str) and _READY_MADE.fullmatch(value) else values.import_path(value)


def _address(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[UW][A-Z0-9]{2,20}", value):
        return value
    raise ValueError(f'wants a Slack member id such as "U0A1B2C3D", not {values.shown(value)}')


def after_yes(value: object) -> object:
    """`asks_for_human:` and `asks_for_human: true` say the same as `asks_for_human: {}`."""
    return {} if value is None or value is True else value


_DURATION = {"type": "string", "pattern": r"^(\d+(ms|s|m|h|d|w))+$", "examples": ["90s", "10m", "72h", "7d"]}
STRINGS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_IMPORT = {"type": "string", "examples": ["acme.hooks:redact"]}

Duration = Annotated[int, BeforeValidator(read_by("bad-duration", values.duration_ms)), WithJsonSchema(_DURATION)]
Strings = Annotated[list[str], BeforeValidator(many), WithJsonSchema(STRINGS)]
ImportPath = Annotated[str, BeforeValidator(read_by("bad-import-path", values.import_path)), WithJsonSchema(_IMPORT)]
ImportPaths = Annotated[list[ImportPath], BeforeValidator(many), WithJsonSchema(STRINGS)]
Filters = Annotated[
    list[Annotated[str, BeforeValidator(read_by("bad-import-path", _filter))]],
    BeforeValidator(many),
    WithJsonSchema(STRINGS),
]
Zone = Annotated[str, BeforeValidator(read_by("unknown-timezone", values.zone))]
Skills = Annotated[dict[str, Annotated[int, Field(ge=1, le=5)]], BeforeValidator(_skill_levels)]
Pattern = Annotated[str, BeforeValidator(read_by("bad-regex", _pattern))]
SlackId = Annotated[str, BeforeValidator(read_by("bad-address", _address))]
Date = Annotated[str, BeforeValidator(read_by("bad-date", values.local_date))]


Opening = Annotated[
    dict[int, tuple[tuple[int, int], ...]],
    BeforeValidator(read_by("bad-hours", values.opening)),
    WithJsonSchema(
        {"anyOf": [{"const": "24/7"}, {"type": "object", "additionalProperties": STRINGS}]},
    ),
]


class Shape(BaseModel):
    """No key that is not named here, no silent conversion: `no` and `12:30` are strings."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True, frozen=True)
