"""Plain data -> shape, with every finding: a faulty value is reported and left out, and the rest is read on.

Without that, one wrong type would hide every unknown name behind it, and an administrator would mend a file in rounds.
"""

import copy
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .config import RoutingConfig
from .names import SECTIONS, Names
from .problems import Path, Problems, did_you_mean
from .values import shown

_WANTS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping (keys with values)",
    "model_type": "a mapping (keys with values)",
    "model_attributes_type": "a mapping (keys with values)",
}
_ROUNDS = 50  # each round takes out what the one before reported; three suffice for any file seen


def parse(data: dict[str, Any], problems: Problems) -> tuple[RoutingConfig | None, frozenset[Path]]:
    """The shape of what is sound, and the paths of what is not. None if even `agents` or `teams` is missing."""
    rest = copy.deepcopy({key: value for key, value in data.items() if value is not None})
    broken: set[Path] = set()
    for _ in range(_ROUNDS):
        try:
            return RoutingConfig.model_validate(rest), frozenset(broken)
        except ValidationError as error:
            before = len(broken)
            found: dict[Path, list[ErrorDetails]] = {}
            for detail in error.errors(include_url=False):
                found.setdefault(_existing(rest, detail["loc"]), []).append(detail)
            for path, details in found.items():
                # What is missing because it was taken out has been reported already.
                if not any(one[: len(path)] == path for one in broken if one):
                    _report(path, details, data, problems)
                broken.add(path)
            for path in sorted(found, key=lambda path: [str(part) for part in path], reverse=True):
                _take_out(rest, path)
            if len(broken) == before or () in broken:
                break
    return None, frozenset(broken)


def declared(data: dict[str, Any], problems: Problems, **more: Any) -> Names:
    """The names as they stand in the data, sound or not."""
    known = {}
    for section in SECTIONS:
        entries = data.get(section)
        known[section] = tuple(str(name) for name in entries) if isinstance(entries, dict) else ()
    routes = data.get("routes")
    topics = tuple(
        str(route.get("name"))
        for route in (routes if isinstance(routes, list) else [])
        if isinstance(route, dict) and (route.get("examples") or route.get("description"))
    )
    return Names(known, topics, problems, **more)


def _existing(data: Any, loc: tuple[str | int, ...]) -> Path:
    """The location without what pydantic adds (names of union members, `[key]`)."""
    path: list[str | int] = []
    here = data
    for part in loc:
        there = part in here if isinstance(here, dict) else isinstance(part, int) and _has(here, part)
        if not there:
            break
        here = here[part]
        path.append(part)
    return tuple(path)


def _has(here: Any, index: int) -> bool:
    return isinstance(here, list) and index < len(here)


def _take_out(data: Any, path: Path) -> None:
    """Drop the value, so that the default, or nothing, stands in its place; a list entry is replaced by a sound one."""
    here = data
    for part in path[:-1]:
        here = here[part]
    if path:
        # Cutting a list entry would move its successors to other indices, and with them what is said of them.
        if isinstance(here, list):
            here[int(path[-1])] = _filler(path)
        else:
            here.pop(path[-1], None)


_FILLERS: dict[str, Any] = {
    "routes": {"name": "\0", "to": "\0"},
    "answers": {"name": "\0", "examples": ["\0"], "text": "\0"},
    "tests": {"name": "\0", "given": {"text": ["\0"]}, "expect": {}},
    "edges": {"from": "*", "to": "*"},
    "triggers": {},
    "overrides": {"person": "\0", "from": "\0", "until": "\0"},
    "handoffs": {"to": "\0"},
    "roles": "member",
    "all": {"text": "x"},
    "any": {"text": "x"},
    "closed": "2000-01-01",
    "tools": "a:b",
    "hooks": "a:b",
    "filters": "a:b",
    "input_filter": "a:b",
}


def _filler(path: Path) -> Any:
    """A sound value that keeps the place of a faulty list entry; findings about it are not reported."""
    if len(path) == 3 and path[0] == "escalations":
        return {"after": "1s"}
    words = [part for part in path if isinstance(part, str)]
    return copy.deepcopy(_FILLERS.get(words[-1], "\0"))


def _report(path: Path, details: list[ErrorDetails], data: dict[str, Any], problems: Problems) -> None:
    detail = next((one for one in details if one["type"] == "baton"), details[0])
    kind = detail["type"]
    where = words(path)
    if kind == "missing":
        for one in details:
            if one["type"] == "missing":
                problems.error(path, "missing-key", f'{where} needs "{one["loc"][-1]}"', on_key=bool(path))
        return
    if kind == "extra_forbidden":
        key = str(path[-1])
        ending = did_you_mean(key, _keys_at(path[:-1]))
        within = f" in {words(path[:-1])}" if len(path) > 1 else ""
        problems.error(path, "unknown-key", f'unknown key "{key}"{within}{ending}', on_key=True)
        return
    given = shown(_value(data, path))
    context = detail.get("ctx", {})
    if kind == "baton":
        problems.error(path, str(context["code"]), f"{where}: {context['message']}")
    elif kind in _WANTS:
        hint = _hint(kind, _value(data, path))
        wanted = " or ".join(dict.fromkeys(_WANTS.get(one["type"], "a value") for one in details))
        problems.error(path, "wrong-type", f"{where} wants {wanted}, not {given}{hint}")
    elif kind == "too_short":
        problems.error(path, "empty", f"{where} is empty")
    elif kind == "literal_error":
        choices = _choices(path, context)
        problems.error(path, "bad-value", f"{where} is {given}{did_you_mean(given.strip(chr(34)), choices)}")
    else:
        problems.error(path, "bad-value", f"{where}: {detail['msg'][:1].lower()}{detail['msg'][1:]}, not {given}")


def _hint(kind: str, value: Any) -> str:
    if kind == "bool_type" and isinstance(value, str) and value.lower() in ("yes", "no", "on", "off", "y", "n"):
        return "; in YAML 1.2 that is text"
    if kind == "string_type" and isinstance(value, (int, float)):
        return f'; write "{str(value).lower() if isinstance(value, bool) else value}" with quotes'
    return ""


def _choices(path: Path, context: dict[str, Any]) -> list[str]:
    return [part.strip(" '") for part in str(context.get("expected", "")).replace(" or ", ", ").split(",")]


def _value(data: Any, path: Path) -> Any:
    here = data
    for part in path:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return None
    return here


def words(path: Path) -> str:
    """A path as an administrator would say it: `teams.billing.members[1]`."""
    said = ""
    for part in path:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else str(part)
    return said or "the file"


def _keys_at(path: Path) -> list[str]:
    """The keys that the mapping at this path may have."""
    here: list[Any] = [RoutingConfig]
    for part in path:
        here = [inner for candidate in here for inner in _inside(candidate, part)]
    return [field.alias or name for model in here if _is_model(model) for name, field in model.model_fields.items()]


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    if _is_model(annotation):
        for name, field in annotation.model_fields.items():
            if part == (field.alias or name):
                yield from _alternatives(field.annotation)
    elif get_origin(annotation) is list:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) is dict:
        yield from _alternatives(get_args(annotation)[1])


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
