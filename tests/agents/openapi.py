"""Is a body what a published OpenAPI description says? Only what bodies of requests need: no formats, no ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


class Description:
    """An OpenAPI 3.1 document. A key that no schema knows is a mistake, also where the document would let it pass."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def problems(self, schema_name: str, value: Any) -> list[str]:
        """What is wrong with the value, each with the place; the deepest finding of the branch that came nearest."""
        return list(self._check({"$ref": f"#/components/schemas/{schema_name}"}, value, schema_name))

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema

    def _check(self, schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
        schema = self._resolved(schema)
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            found = [list(self._check(choice, value, at)) for choice in choices]
            if not any(not problems for problems in found):
                yield from max(found, key=lambda problems: max(len(problem.split(":")[0]) for problem in problems))
        wanted = schema.get("type", [])
        types = [wanted] if isinstance(wanted, str) else wanted
        if types and not any(isinstance(value, _TYPES[name]) for name in types):
            yield f"{at}: is no {' or '.join(types)}"
        elif "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        elif isinstance(value, list) and "items" in schema:
            for position, item in enumerate(value):
                yield from self._check(schema["items"], item, f"{at}[{position}]")
        elif isinstance(value, dict):
            yield from self._check_object(schema, value, at)

    def _check_object(self, schema: dict[str, Any], value: dict[str, Any], at: str) -> Iterator[str]:
        known, required, is_open = self._keys(schema)
        for name in required - value.keys():
            yield f"{at}.{name}: is missing"
        for name, inner in value.items():
            if name in known:
                yield from self._check(known[name], inner, f"{at}.{name}")
            elif known and not is_open:
                yield f"{at}.{name}: nobody knows this key"

    def _keys(self, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str], bool]:
        """Properties and required keys, those of every `allOf` part included, and whether others may stand there."""
        known = dict(schema.get("properties", {}))
        required = set(schema.get("required", []))
        is_open = isinstance(schema.get("additionalProperties"), dict)
        for part in schema.get("allOf", []):
            more, needed, opened = self._keys(self._resolved(part))
            known, required, is_open = {**known, **more}, required | needed, is_open or opened
        return known, required, is_open
