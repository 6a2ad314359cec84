"""The JSON schemas of transfer tools, in the strict form that providers can enforce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

REASON = {"type": "string", "description": "Why, in one short sentence that the receiver reads"}


def transfer_schema(input_type: type[BaseModel] | None, *, strict: bool) -> dict[str, Any]:
    """`reason`, and beside it the fields of the input type.

    Raises:
        ValueError: the input type has a field `reason`, or something that no strict schema can say.
    """
    extra = input_type.model_json_schema() if input_type is not None else {}
    if input_type is not None and "reason" in extra.get("properties", {}):
        raise ValueError(f'{input_type.__name__} must not have a field "reason": every transfer tool has it already')
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"reason": REASON, **extra.get("properties", {})},
        "required": ["reason", *extra.get("required", [])],
        "additionalProperties": False,
    }
    if "$defs" in extra:
        schema["$defs"] = extra["$defs"]
    if not strict or input_type is None:
        return schema
    try:
        tightened = _strict(schema)
    except ValueError as error:
        raise ValueError(f"{input_type.__name__} has {error}; say strict_json_schema=False for it") from None
    assert isinstance(tightened, dict)
    return tightened


def _strict(schema: Any) -> Any:
    """The schema with every object closed and every property required; what was optional may be null instead."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _strict(value) for key, value in schema.items() if key not in ("properties", "default", "title")}
    if schema.get("type") != "object":
        return made
    if schema.get("additionalProperties") not in (None, False):
        raise ValueError("an open mapping, which a strict schema cannot say")
    needed = schema.get("required", ())
    made["properties"] = {
        name: _strict(part) if name in needed else _or_null(_strict(part))
        for name, part in schema.get("properties", {}).items()
    }
    made["required"] = list(made["properties"])
    made["additionalProperties"] = False
    return made


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if any(part.get("type") == "null" for part in schema.get("anyOf", ())):
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def without_nulls(value: Any, schema: Any, root: Mapping[str, Any] | None = None) -> Any:
    """The value without the nulls that stand for "left out" in a strict answer; `schema` is the one of the type.

    A null stays where the type itself allows it.
    """
    root = root if root is not None else schema
    schema = _resolved(schema, root)
    if isinstance(value, list):
        return [without_nulls(part, schema.get("items", {}), root) for part in value]
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    needed = schema.get("required", ())
    return {
        key: without_nulls(part, properties.get(key, {}), root)
        for key, part in value.items()
        if part is not None or key in needed or key not in properties or _takes_null(properties[key])
    }


def _resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = schema if isinstance(schema, Mapping) else {}
    if "$ref" in schema:
        return _resolved(root.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {}), root)
    options = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    return _resolved(options[0], root) if len(options) == 1 else schema


def _takes_null(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "null" or any(part.get("type") == "null" for part in schema.get("anyOf", ()))
